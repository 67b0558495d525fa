package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"cordboard/audio"
	"cordboard/server/lab"
	"cordboard/session/console"
	"cordboard/session/wire"
)

// scriptLimit bounds the whole scripted shift.
const scriptLimit = 3 * time.Minute

// shift is the scripted demonstration: an agent who types into a --plain console, like a person would.
type shift struct {
	*world
	ctx    context.Context
	out    io.Writer
	began  time.Time
	keys   io.Writer // what the agent types
	lines  *transcript
	desk   *desk
	caller *lab.Caller
	audio  string // folder of mic.wav and ear.wav
	steps  int
}

// script plays the shift and fails if any step did.
func script(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, scriptLimit)
	defer cancel()
	s := &shift{ctx: ctx, out: o.Out, began: time.Now(), lines: newTranscript(), desk: newDesk()}
	s.say("a contact centre on this machine; nothing leaves it")
	var err error
	if s.world, err = newWorld(ctx, o); err != nil {
		return err
	}
	defer s.world.close()
	s.audio = s.dir
	go s.answersChats(ctx)
	ended, err := s.console(ctx, o)
	if err != nil {
		return err
	}
	err = s.play()
	fmt.Fprintln(s.keys, "leave")
	select {
	case e := <-ended:
		err = errors.Join(err, e)
	case <-time.After(5 * time.Second):
		err = errors.Join(err, errors.New("the console did not leave"))
	}
	if err == nil {
		err = s.report()
	}
	if err != nil {
		s.say("%v", err)
		for _, l := range s.lines.last(12) {
			fmt.Fprintln(s.out, "    desk  "+l)
		}
		return fmt.Errorf("the shift failed after %d steps: %w", s.steps, err)
	}
	s.say("%d steps, all of them done", s.steps)
	return nil
}

// console starts the agent's console, driven by a pipe.
func (s *shift) console(ctx context.Context, o Options) (<-chan error, error) {
	ca, err := s.caFile()
	if err != nil {
		return nil, err
	}
	mic := filepath.Join(s.audio, "mic.wav")
	if err := writeSpeech(mic); err != nil {
		return nil, err
	}
	sound := o.Audio
	if sound == "" {
		sound = "file:" + mic + "," + s.earFile()
	}
	in, keys := io.Pipe()
	s.keys = keys
	ended := make(chan error, 1)
	go func() {
		ended <- console.Run(ctx, console.Options{
			Server: s.serverURL(), CAFile: ca, TokenStore: "memory", CacheDir: s.dir, Audio: sound, Plain: true, Quiet: true, Stay: true, Program: o.Program, Language: "en",
			In: in, Out: s.lines, Told: s.desk.told,
		})
		in.Close()
	}()
	return ended, nil
}

func (s *shift) earFile() string { return filepath.Join(s.audio, "ear.wav") }

// writeSpeech makes what the agent's microphone hears: chirp 1 and a sentence, over and over.
func writeSpeech(path string) error {
	say := lab.SpeechOf(lab.SpeechChirp(agentChirp), lab.SpeechVoice("adele", "support, this is adele."), lab.SpeechQuiet(300*time.Millisecond))
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	one := say.PCM(48000)
	var all []int16
	for len(all) < 48000*150 {
		all = append(all, one...)
	}
	w := audio.NewWAVWriter(f, 48000)
	err = w.Write(all)
	return errors.Join(err, w.Close(), f.Close())
}

// The chirps by which one voice is told from another.
const (
	agentChirp  = 1
	callerChirp = 2
	expertChirp = 3
)

// say prints one line of the transcript with the time since the start.
func (s *shift) say(format string, args ...any) {
	fmt.Fprintf(s.out, "%7.2f s  %s\n", time.Since(s.began).Seconds(), fmt.Sprintf(format, args...))
}

// did prints a step that is done.
func (s *shift) did(format string, args ...any) {
	s.steps++
	s.say("✓ "+format, args...)
}

// types lets the agent type a line and waits for its one ok.
func (s *shift) types(line string) error {
	mark := s.lines.mark()
	if _, err := fmt.Fprintln(s.keys, line); err != nil {
		return fmt.Errorf("typing %q: %w", line, err)
	}
	answer, err := s.lines.wait(s.ctx, mark, 6*time.Second, func(l string) bool { w := word(l); return w == "ok" || w == "no" || w == "ask" })
	if err != nil {
		return fmt.Errorf("%q got no answer: %w", line, err)
	}
	if word(answer) == "no" {
		return fmt.Errorf("%q was refused: %s", line, answer)
	}
	return nil
}

// word is the kind of a line of --plain: time, word, sentence.
func word(line string) string {
	f := strings.Fields(line)
	if len(f) < 2 {
		return ""
	}
	return f[1]
}

// transcript keeps what the console prints.
type transcript struct {
	mu    sync.Mutex
	lines []string
	part  string
	more  chan struct{}
}

func newTranscript() *transcript { return &transcript{more: make(chan struct{})} }

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part += string(b)
	for {
		line, rest, ok := strings.Cut(t.part, "\n")
		if !ok {
			break
		}
		t.lines = append(t.lines, strings.TrimLeft(line, "\a"))
		t.part = rest
	}
	close(t.more)
	t.more = make(chan struct{})
	return len(b), nil
}

func (t *transcript) mark() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.lines)
}

func (t *transcript) last(n int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.lines[max(0, len(t.lines)-n):]...)
}

// wait gives the first line after mark that fits.
func (t *transcript) wait(ctx context.Context, mark int, limit time.Duration, fits func(string) bool) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		t.mu.Lock()
		for ; mark < len(t.lines); mark++ {
			if fits(t.lines[mark]) {
				defer t.mu.Unlock()
				return t.lines[mark], nil
			}
		}
		more := t.more
		t.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return "", fmt.Errorf("nothing within %v", limit)
		}
	}
}

// desk keeps the board that the console was told, so that the script can wait for a state and measure when it came.
type desk struct {
	mu    sync.Mutex
	board wire.Board
	sign  wire.SignIn
	more  chan struct{}
}

func newDesk() *desk { return &desk{more: make(chan struct{})} }

func (d *desk) told(v any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch v := v.(type) {
	case wire.SignIn:
		d.sign = v
	case wire.Welcome:
		if v.Board != nil {
			d.board = *v.Board
		}
	case wire.News:
		d.take(v)
	default:
		return
	}
	close(d.more)
	d.more = make(chan struct{})
}

func (d *desk) take(n wire.News) {
	for _, c := range n.Clear {
		switch c {
		case wire.ClearOffer:
			d.board.Offer = nil
		case wire.ClearCall:
			d.board.Call = nil
		case wire.ClearWrap:
			d.board.Wrap = nil
		}
	}
	if n.Me != nil {
		d.board.Me = *n.Me
	}
	if n.Offer != nil {
		d.board.Offer = n.Offer
	}
	if n.Call != nil {
		d.board.Call = n.Call
	}
	if n.Wrap != nil {
		d.board.Wrap = n.Wrap
	}
	if n.Experts != nil {
		d.board.Experts = n.Experts
	}
}

// wait waits until the board fits and gives it.
func (d *desk) wait(ctx context.Context, what string, limit time.Duration, fits func(*wire.Board, *wire.SignIn) bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		d.mu.Lock()
		ok, more := fits(&d.board, &d.sign), d.more
		d.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("%s did not happen within %v", what, limit)
		}
	}
}
