//go:build !windows

package ui

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// screenOf runs the real program on a pseudo-terminal and collects what it writes.
type screenOf struct {
	t      *testing.T
	tty    *os.File
	mu     sync.Mutex
	out    bytes.Buffer
	wake   chan struct{}
	server *stage.Server
	stop   context.CancelFunc
	done   chan error
}

func startScreen(t *testing.T, w, h uint16) *screenOf {
	t.Helper()
	tty, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Cols: w, Rows: h}); err != nil {
		t.Fatal(err)
	}
	s := &screenOf{t: t, tty: tty, wake: make(chan struct{}, 1), done: make(chan error, 1), server: stage.New(time.Now, nil)}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() {
		buf := make([]byte, 64*1024)
		for {
			n, err := tty.Read(buf)
			s.mu.Lock()
			s.out.Write(buf[:n])
			s.mu.Unlock()
			select {
			case s.wake <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		s.done <- Run(ctx, Options{Server: s.server, In: slave, Out: slave, Language: "en", Theme: "dark"}, func(tell func(any)) {
			s.server.Tell = tell
			s.server.Open()
		})
		slave.Close()
	}()
	t.Cleanup(func() {
		stop()
		s.server.Close()
		tty.Close()
	})
	return s
}

// see waits until what is written holds words, and forgets it up to there.
func (s *screenOf) see(words string) {
	s.t.Helper()
	limit := time.After(60 * time.Second)
	for {
		s.mu.Lock()
		i := strings.Index(s.out.String(), words)
		if i >= 0 {
			s.out.Next(i + len(words))
		}
		s.mu.Unlock()
		if i >= 0 {
			return
		}
		select {
		case <-s.wake:
		case <-limit:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.t.Fatalf("no %q on the screen; last bytes %q", words, s.out.String()[max(0, s.out.Len()-600):])
		}
	}
}

func (s *screenOf) press(k string) {
	if _, err := s.tty.WriteString(k); err != nil {
		s.t.Fatal(err)
	}
}

func TestTheProgramOnATerminal(t *testing.T) {
	s := startScreen(t, 80, 24)
	s.see("\x1b[?1049h") // the other screen
	s.see("NOT READY")
	s.press("r")
	s.see("READY")
	s.server.Ring()
	s.see("\x1b]2;▲ RINGING Nestor Wilke")
	time.AfterFunc(ringGuard+50*time.Millisecond, func() { s.press(" ") }) // r came just before the ring
	s.see("TALKING")
	s.press("\x1b") // an arrow, cut in two by the network: no key of the desk
	s.press("[A")
	s.press("h")
	s.see("ON HOLD")
	for _, c := range s.server.Commands() {
		if c.Do == wire.DoAnswer && c.Reservation == "" {
			t.Error("answered without a reservation")
		}
	}
	if err := pty.Setsize(s.tty, &pty.Winsize{Cols: 120, Rows: 40}); err != nil {
		t.Fatal(err)
	}
	s.stop()
	s.see("\x1b[?1049l") // and back
	if err := <-s.done; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// Ctrl+C alone does nothing in a call but ask; the second leaves, and the caller stays with the server.
func TestLeavingACallAsks(t *testing.T) {
	s := startScreen(t, 80, 24)
	s.see("NOT READY")
	s.press("r")
	s.see("READY")
	s.server.Ring()
	s.see("RINGING")
	time.AfterFunc(ringGuard+50*time.Millisecond, func() { s.press(" ") })
	s.see("TALKING")
	s.press("\x03")
	s.see("20 s to return")
	again := time.NewTicker(600 * time.Millisecond) // a busy machine may let the first question go by
	defer again.Stop()
	left := make(chan struct{})
	go func() {
		for {
			select {
			case <-again.C:
				_, _ = s.tty.WriteString("\x03")
			case <-left:
				return
			}
		}
	}()
	s.see("\x1b[?1049l")
	close(left)
	if err := <-s.done; err != nil {
		t.Errorf("ended with %v", err)
	}
	for _, c := range s.server.Commands() {
		if c.Do == wire.DoSignOut || c.Do == wire.DoHangup {
			t.Errorf("sent %s", c.Do)
		}
	}
}
