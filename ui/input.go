package ui

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
)

const escHold = 50 * time.Millisecond // a sequence cut in two by the network is whole within this

// keyboard reads the terminal for Bubble Tea. It holds back an escape sequence that is not whole yet, so that its
// letters never count as keys, and takes the terminal's answers to our own questions out of the stream.
type keyboard struct {
	f     *os.File // nil when the input is not a file
	in    chan []byte
	errs  chan error
	rest  []byte
	next  []byte
	wake  chan struct{}
	hold  time.Duration
	mu    sync.Mutex
	reply func(probed)
	late  time.Time // until then a cursor position is an answer
}

func newKeyboard(r io.Reader) *keyboard {
	k := &keyboard{in: make(chan []byte, 16), errs: make(chan error, 1), hold: escHold, wake: make(chan struct{}, 1)}
	k.f, _ = r.(*os.File)
	go k.pump(r)
	return k
}

func (k *keyboard) pump(r io.Reader) {
	for {
		b := make([]byte, 1024)
		n, err := r.Read(b)
		if n > 0 {
			k.in <- b[:n]
		}
		if err != nil {
			k.errs <- err
			return
		}
	}
}

// Read gives what was typed, escape sequences whole.
func (k *keyboard) Read(p []byte) (int, error) {
	for len(k.rest) == 0 {
		if k.next != nil {
			b := k.next
			k.next = nil
			k.rest = k.answers(k.whole(b))
			continue
		}
		select {
		case b := <-k.in:
			k.rest = k.answers(k.whole(b))
		case <-k.wake:
			return 0, nil
		case err := <-k.errs:
			select {
			case b := <-k.in: // typed just before the end
				k.rest = k.answers(b)
				k.errs <- err
			default:
				return 0, err
			}
		}
	}
	n := copy(p, k.rest)
	k.rest = k.rest[n:]
	return n, nil
}

// interrupt ends a Read that waits, so that who gave the keyboard up does not take the next key.
func (k *keyboard) interrupt() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// whole waits for the rest of a sequence that ends in the middle.
func (k *keyboard) whole(b []byte) []byte {
	for unfinished(b) {
		select {
		case more := <-k.in:
			if b[len(b)-1] == 0x1b && !bytes.ContainsAny(more[:1], "[O]P") {
				k.next = more // two keys, not one with Alt
				return b
			}
			b = append(b, more...)
		case <-time.After(k.hold):
			return b
		}
	}
	return b
}

// unfinished says that b ends within an escape sequence.
func unfinished(b []byte) bool {
	i := bytes.LastIndexByte(b, 0x1b)
	if i < 0 {
		return false
	}
	s := b[i+1:]
	if len(s) == 0 {
		return true
	}
	switch s[0] {
	case '[':
		if len(s) > 1 && s[1] == 'M' { // X10 mouse: three bytes follow
			return len(s) < 5
		}
		for _, c := range s[1:] {
			if c >= 0x40 && c <= 0x7e {
				return false
			}
		}
		return len(s) < 64
	case 'O':
		return len(s) < 2
	case ']', 'P':
		return !bytes.ContainsAny(s, "\x07") && len(s) < 512
	}
	return false
}

// Fd is the terminal's, so that Bubble Tea puts it into raw mode. Write and Close complete a term.File.
func (k *keyboard) Fd() uintptr { return k.f.Fd() }

func (k *keyboard) Write(b []byte) (int, error) { return k.f.Write(b) }
func (k *keyboard) Close() error                { return nil }

// plainInput hides that there is no file behind the keyboard.
type plainInput struct{ k *keyboard }

func (p plainInput) Read(b []byte) (int, error) { return p.k.Read(b) }

// probed is what the terminal answered: whether it draws an ambiguous character two cells wide, and a light background.
type probed struct {
	cells      int // 0: no answer
	background int // 1 dark, 2 light
	done       bool
}

// expect lets answers reach f until f is taken away.
func (k *keyboard) expect(f func(probed)) {
	k.mu.Lock()
	k.reply = f
	if f != nil {
		k.late = time.Now().Add(lateAnswers)
	}
	k.mu.Unlock()
}

// lateAnswers is how long an answer of the terminal may be under way; its letters would be keys.
const lateAnswers = 10 * time.Second

// answers takes cursor positions (CSI row ; col R) and colours (OSC 11) out of the stream, also when they come too late.
func (k *keyboard) answers(b []byte) []byte {
	if bytes.IndexByte(b, 0x1b) < 0 {
		return b
	}
	k.mu.Lock()
	f, late := k.reply, k.late
	k.mu.Unlock()
	if f == nil {
		f = func(probed) {} // too late to count
	}
	for {
		i := bytes.Index(b, []byte("\x1b]11;"))
		if i < 0 {
			break
		}
		end := bytes.IndexByte(b[i:], 0x07)
		skip := 1
		if st := bytes.Index(b[i:], []byte("\x1b\\")); st > 0 && (end < 0 || st < end) {
			end, skip = st, 2
		}
		if end < 0 {
			break
		}
		f(probed{background: background(string(b[i+5 : i+end]))})
		b = append(b[:i:i], b[i+end+skip:]...)
	}
	if i := bytes.Index(b, []byte("\x1b[")); i >= 0 && time.Now().Before(late) { // later it is F3 with Shift
		if end := bytes.IndexByte(b[i:], 'R'); end > 0 {
			row, col, ok := bytes.Cut(b[i+2:i+end], []byte(";"))
			c, err := strconv.Atoi(string(col))
			if _, err2 := strconv.Atoi(string(row)); ok && err == nil && err2 == nil {
				f(probed{cells: c - 1, done: true})
				b = append(b[:i:i], b[i+end+1:]...)
			}
		}
	}
	return b
}

// background is 2 for a light colour, 1 for a dark one, of "rgb:ffff/ffff/ffff".
func background(s string) int {
	var sum, n int
	for part := range bytes.SplitSeq(bytes.TrimPrefix([]byte(s), []byte("rgb:")), []byte("/")) {
		if len(part) == 0 {
			return 0
		}
		v, err := strconv.ParseUint(string(part[:min(2, len(part))]), 16, 16)
		if err != nil {
			return 0
		}
		weight := []int{30, 59, 11}[min(n, 2)]
		sum += int(v) * weight
		n++
	}
	if n != 3 {
		return 0
	}
	if sum/100 > 128 {
		return 2
	}
	return 1
}
