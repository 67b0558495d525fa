package ui

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

func TestPainterWritesOnlyWhatChanged(t *testing.T) {
	var out bytes.Buffer
	p := &painter{out: &terminal{w: &out}}
	if err := p.enter(); err != nil {
		t.Fatal(err)
	}
	p.paint([]string{"one", "two", "six"})
	out.Reset()
	p.paint([]string{"one", "TWO", "six"})
	if got, want := out.String(), "\x1b[?2026h\x1b[2;1HTWO\x1b[?2026l"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	out.Reset()
	p.paint([]string{"one", "TWO", "six"})
	if out.Len() != 0 {
		t.Errorf("wrote %q for the same frame", out.String())
	}
	p.paint([]string{"one", "two"})
	if !strings.Contains(out.String(), "\x1b[2J") {
		t.Error("a window of another height is not cleared")
	}
	p.leave()
	if !strings.HasSuffix(out.String(), screenOff) {
		t.Error("the terminal is not given back")
	}
}

// broken is a telephone with a fault.
type broken struct{}

func (broken) Mute(bool)           {}
func (broken) Ring(bool)           {}
func (broken) Levels() wire.Levels { panic("meters") }

// A fault of our own ends the screen in order: a sentence, no stack, and the terminal as it was.
func TestAFaultGivesTheTerminalBack(t *testing.T) {
	in, _ := io.Pipe()
	var out bytes.Buffer
	s := stage.New(time.Now, nil)
	err := Run(context.Background(), Options{Server: s, Phone: broken{}, In: in, Out: &out, Language: "en"}, func(tell func(any)) {
		s.Tell = tell
		s.Open()
	})
	if err == nil || !strings.Contains(err.Error(), "a fault of cordboard itself (meters)") {
		t.Errorf("ended with %v", err)
	}
	if strings.Contains(out.String(), "goroutine") || !strings.HasSuffix(out.String(), screenOff) {
		t.Errorf("last bytes %q", out.String()[max(0, out.Len()-200):])
	}
}
