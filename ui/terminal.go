package ui

import (
	"encoding/base64"
	"io"
	"os"
	"strings"
	"sync"
)

// terminal is the one way out to the screen. The renderer writes through it, and so do the sequences of our own
// (clipboard, notification, bell): under one lock, so that they never fall between the bytes of a frame.
type terminal struct {
	mu   sync.Mutex
	w    io.Writer
	tmux bool
}

func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.w == nil {
		return len(b), nil
	}
	return t.w.Write(b)
}

// send writes a sequence of our own; inside tmux wrapped, so that the outer terminal gets it.
func (t *terminal) send(seq string, through bool) {
	if through && t.tmux {
		seq = "\x1bPtmux;" + strings.ReplaceAll(seq, "\x1b", "\x1b\x1b") + "\x1b\\"
	}
	_, _ = t.Write([]byte(seq))
}

// copy puts words on the clipboard (OSC 52). tmux gets it twice: for itself, and to pass on.
func (t *terminal) copy(words string) {
	seq := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(words)) + "\x07"
	t.send(seq, false)
	if t.tmux {
		t.send(seq, true)
	}
}

// notify asks for a desktop notification, in the two ways that terminals know (OSC 9, OSC 777).
func (t *terminal) notify(title, body string) {
	no := strings.NewReplacer(";", ",", "\x07", "", "\x1b", "", "\n", " ")
	title, body = no.Replace(title), no.Replace(body)
	t.send("\x1b]9;"+title+": "+body+"\x07", true)
	t.send("\x1b]777;notify;"+title+";"+body+"\x07", true)
}

func (t *terminal) bell() { t.send("\a", false) }

// ttyOut is a terminal whose writer is a file: Bubble Tea asks it for its size.
type ttyOut struct {
	*terminal
	f *os.File
}

func (t ttyOut) Read(b []byte) (int, error) { return t.f.Read(b) }
func (t ttyOut) Close() error               { return nil }
func (t ttyOut) Fd() uintptr                { return t.f.Fd() }
