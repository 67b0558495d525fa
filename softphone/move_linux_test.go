package softphone

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"cordboard/session/wire"
)

// network is two namespaces joined by a cable: the agent's machine and the server's.
type network struct {
	t            *testing.T
	desk, server string
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{t: t, desk: fmt.Sprintf("cbd%d", os.Getpid()), server: fmt.Sprintf("cbs%d", os.Getpid())}
	t.Cleanup(func() {
		exec.Command("ip", "netns", "del", n.desk).Run()
		exec.Command("ip", "netns", "del", n.server).Run()
	})
	n.ip("netns add " + n.desk)
	n.ip("netns add " + n.server)
	n.ip("link add cb0 netns " + n.desk + " type veth peer name cb1 netns " + n.server)
	n.ip("-n " + n.desk + " addr add 10.77.0.2/24 dev cb0")
	n.ip("-n " + n.server + " addr add 10.77.0.1/24 dev cb1")
	n.ip("-n " + n.desk + " link set cb0 up")
	n.ip("-n " + n.server + " link set cb1 up")
	return n
}

func (n *network) ip(args string) {
	n.t.Helper()
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %s (package iproute2, as root): %v: %s", args, err, out)
	}
}

// child is this test program again, inside a namespace, spoken to in lines of JSON.
type child struct {
	in   io.Writer
	news chan said
}

// said is a line between the test and a child.
type said struct {
	SDP   *wire.LineSDP
	Event string
	Gap   time.Duration // longest silence since the last time it was told
	Heard int           // packets
}

func (n *network) run(role, namespace string) *child {
	n.t.Helper()
	c := exec.Command("ip", "netns", "exec", namespace, os.Args[0], "-test.run=TestInANamespace", "-test.timeout=60s")
	c.Env = append(os.Environ(), "CORDBOARD_TEST_ROLE="+role)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { in.Close(); c.Process.Kill(); c.Wait() })
	k := &child{in: in, news: make(chan said, 100)}
	go func() {
		defer close(k.news)
		for rows := bufio.NewScanner(out); rows.Scan(); {
			var s said
			if json.Unmarshal(rows.Bytes(), &s) == nil {
				k.news <- s
			}
		}
	}()
	return k
}

func (k *child) tell(s said) { json.NewEncoder(k.in).Encode(s) }

// TestInANamespace is what the children run.
func TestInANamespace(t *testing.T) {
	switch os.Getenv("CORDBOARD_TEST_ROLE") {
	case "desk":
		deskChild(t)
	case "server":
		serverChild(t)
	}
}

// commands reads what the test says, in a goroutine of its own.
func commands() <-chan said {
	ch := make(chan said)
	go func() {
		defer close(ch)
		d := json.NewDecoder(os.Stdin)
		for {
			var s said
			if d.Decode(&s) != nil {
				return
			}
			ch <- s
		}
	}()
	return ch
}

func deskChild(t *testing.T) {
	p, err := New(Options{Device: newDesk(1000, 8000)})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	out := json.NewEncoder(os.Stdout)
	o := offer(t, p)
	out.Encode(said{SDP: &o})
	in := commands()
	for {
		select {
		case c, open := <-in:
			if !open {
				return
			}
			if err := p.Answer(*c.SDP); err != nil {
				out.Encode(said{Event: err.Error()})
			}
		case e := <-p.Events():
			out.Encode(said{Event: string(e.Kind) + " " + e.Why})
			if e.Kind == WantRestart {
				o := offer(t, p)
				out.Encode(said{SDP: &o})
			}
		}
	}
}

func serverChild(t *testing.T) {
	f := newFar(t, ptG722, 700, 8000)
	out := json.NewEncoder(os.Stdout)
	in := commands()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	heard, last, gap, n := 0, time.Now(), time.Duration(0), 0
	for {
		select {
		case c, open := <-in:
			if !open {
				return
			}
			a := f.answer(*c.SDP)
			out.Encode(said{SDP: &a})
		case <-tick.C:
			now := time.Now()
			if k := len(f.packets(0)); k > heard {
				gap = max(gap, now.Sub(last))
				heard, last = k, now
			}
			if n++; n%20 == 0 {
				out.Encode(said{Heard: heard, Gap: gap})
				gap = 0
			}
		}
	}
}

func TestTheVoiceIsBackWithinThreeSecondsAfterTheMachinesAddressChanged(t *testing.T) {
	n := newNetwork(t)
	server, desk := n.run("server", n.server), n.run("desk", n.desk)
	deadline := time.After(40 * time.Second)
	moved, heardThen, longest := false, 0, time.Duration(0)
	for {
		select {
		case s, open := <-desk.news:
			if !open {
				t.Fatal("the desk's process has ended")
			}
			if s.SDP != nil {
				server.tell(s)
			} else {
				t.Logf("desk: %s", s.Event)
			}
		case s, open := <-server.news:
			if !open {
				t.Fatal("the server's process has ended")
			}
			if s.SDP != nil {
				desk.tell(s)
				continue
			}
			if !moved && s.Heard > 50 {
				n.ip("-n " + n.desk + " addr del 10.77.0.2/24 dev cb0")
				n.ip("-n " + n.desk + " addr add 10.77.0.99/24 dev cb0")
				moved, heardThen = true, s.Heard
				continue
			}
			longest = max(longest, s.Gap)
			if moved && s.Heard > heardThen+150 && longest > 0 {
				t.Logf("longest silence at the server: %v", longest)
				if longest > 3*time.Second {
					t.Errorf("silence of %v", longest)
				}
				return
			}
		case <-deadline:
			t.Fatalf("the voice did not come back (moved %v, longest silence %v)", moved, longest)
		}
	}
}
