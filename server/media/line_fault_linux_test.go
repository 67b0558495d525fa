package media

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// The socket of all lines fails for a moment: its descriptor is another thing's, so that reads give an error that is no timeout. At the
// first of these pion's reader would end, and with it the sound of every agent.
func TestAReadThatFailsDoesNotEndTheSoundOfTheLines(t *testing.T) {
	pl := newTestPlane(t)
	one, other := newConsole(t, false), newConsole(t, false)
	said := func(c *console) func() bool {
		line := pl.NewLineLeg("line", nil)
		c.dial(line, "one")
		a := newPhone(t)
		Join(a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "9")), line)
		n := byte(0x20)
		return func() bool {
			n++
			c.say(9, payloadOf(n))
			return a.hear(50*time.Millisecond, isFilledWith(n)) != nil
		}
	}
	heard := []func() bool{said(one), said(other)}
	for _, h := range heard {
		until(t, "the voice comes through", h)
	}
	before := pl.lines.faults()
	mend := breakSocket(t, pl.lines.sockets[0])
	until(t, "reads fail", func() bool {
		one.say(9, payloadOf(1))
		wait(time.Millisecond)
		return pl.lines.faults() > before+100
	})
	mend()
	for _, h := range heard {
		until(t, "the voice comes through again", h)
	}
}

// breakSocket puts something else in the place of the socket's descriptor until mend is called.
func breakSocket(t *testing.T, s *muxSocket) (mend func()) {
	t.Helper()
	raw, err := s.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	null, err := os.OpenFile(t.TempDir(), os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	kept := -1
	put := func(from func() int) {
		if e := raw.Control(func(fd uintptr) {
			if kept < 0 {
				kept, err = syscall.Dup(int(fd))
			}
			if err == nil {
				err = syscall.Dup3(from(), int(fd), syscall.O_CLOEXEC)
			}
		}); e != nil || err != nil {
			t.Fatal(e, err)
		}
	}
	put(func() int { return int(null.Fd()) })
	return func() {
		put(func() int { return kept })
		syscall.Close(kept)
	}
}
