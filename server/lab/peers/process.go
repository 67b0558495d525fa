// Package peers runs telephones, SBCs and media relays that are not ours beside a test: one function each that starts the program on
// free ports, waits until it is ready, and ends it by its process id when the test is over. Its output is logged when the test failed.
package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"cordboard/server/inbox"
)

// Process is a running program.
type Process struct {
	name string
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
	err error
}

// Write takes output of the program.
func (p *Process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out.Len() < 4<<20 {
		p.out.Write(b)
	}
	return len(b), nil
}

// Output is what the program has printed so far.
func (p *Process) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end of the program; the error says how it failed.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.err != nil {
			return fmt.Errorf("%s: %w", p.name, p.err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s has not ended: %w", p.name, ctx.Err())
	}
}

// Stop ends the program, with a signal first and by force after two seconds.
func (p *Process) Stop() {
	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_ = p.cmd.Process.Signal(s)
		t := time.NewTimer(2 * time.Second)
		select {
		case <-p.done:
			t.Stop()
			return
		case <-t.C:
		}
	}
	<-p.done
}

// start runs a program until the test ends. A missing program fails the test: the peers are part of the tests.
func start(tb testing.TB, dir, name string, args ...string) *Process {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		tb.Fatalf("%s is not installed (.ci/setup.sh peers): %v", name, err)
	}
	p := &Process{name: name, cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p, p
	p.cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=dumb")
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	inbox.Go(func(*inbox.Panic) {}, func() {
		err := p.cmd.Wait()
		p.mu.Lock()
		p.err = err
		p.mu.Unlock()
		close(p.done)
	})
	tb.Cleanup(func() {
		p.Stop()
		if tb.Failed() {
			tb.Logf("%s %v said:\n%s", name, args, p.Output())
		}
	})
	return p
}

// until asks again every 20 ms until ok, the program ends, or ten seconds have passed.
func (p *Process) until(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-p.done:
			tb.Fatalf("%s ended before it was ready (%s):\n%s", p.name, what, p.Output())
		case <-late.C:
			tb.Fatalf("%s is not ready (%s):\n%s", p.name, what, p.Output())
		}
	}
}

// freePort finds n adjacent ports of 127.0.0.1 that are free for UDP and TCP now.
func freePort(tb testing.TB, n int) int {
	tb.Helper()
	for range 200 {
		if port, err := tryPorts(n); err == nil {
			return port
		}
	}
	tb.Fatal("no free ports")
	return 0
}

var errOdd = errors.New("odd port")

func tryPorts(n int) (int, error) {
	first, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, err
	}
	defer func() { _ = first.Close() }()
	port := first.LocalAddr().(*net.UDPAddr).Port
	if port%2 != 0 || port+n > 65535 {
		return 0, errOdd
	}
	for i := range n {
		tcp, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port + i})
		if err != nil {
			return 0, err
		}
		defer func() { _ = tcp.Close() }()
		if i == 0 {
			continue
		}
		udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port + i})
		if err != nil {
			return 0, err
		}
		defer func() { _ = udp.Close() }()
	}
	return port, nil
}
