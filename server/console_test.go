package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/audio"
	"cordboard/server/lab"
	"cordboard/session/console"
)

// A console in these tests is a process of its own, so that it can be killed: the test binary, started again.
func TestMain(m *testing.M) {
	if file := os.Getenv("CORDBOARD_TEST_SERVER"); file != "" {
		serveApart(file)
	}
	if os.Getenv("CORDBOARD_TEST_CONSOLE") == "" {
		os.Exit(m.Run())
	}
	err := console.Run(context.Background(), console.Options{
		Server: os.Getenv("CORDBOARD_SERVER"), CAFile: os.Getenv("CORDBOARD_CA"), CacheDir: os.Getenv("CORDBOARD_CACHE"), TokenStore: "file",
		Audio: os.Getenv("CORDBOARD_AUDIO"), Plain: true, Quiet: true, Stay: true, Clock: "mono", Language: "en", Program: "cordboard test",
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// process is a --plain console.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	keys  io.WriteCloser
	mu    sync.Mutex
	lines []string
	more  chan struct{}
}

// console starts one for a person; name keeps its files apart.
func (h *house) console(t *testing.T, name string) *process {
	t.Helper()
	return h.consoleThatSays(t, name, agentChirp)
}

func (h *house) consoleThatSays(t *testing.T, name string, chirp int) *process {
	t.Helper()
	dir := filepath.Join(h.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	believe := filepath.Join(dir, "believe.pem")
	own, err := os.ReadFile(filepath.Join(h.dir, "data", "server.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(believe, append(h.microsoft.CA(), own...), 0o600); err != nil {
		t.Fatal(err)
	}
	mic := filepath.Join(dir, "mic.wav")
	writeMic(t, mic, chirp)
	p := &process{t: t, more: make(chan struct{})}
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(os.Environ(), "CORDBOARD_TEST_CONSOLE=1", "CORDBOARD_SERVER="+h.url(), "CORDBOARD_CA="+believe, "CORDBOARD_CACHE="+dir,
		"CORDBOARD_AUDIO=file:"+mic+","+filepath.Join(dir, "ear.wav")+",loop")
	p.cmd.Stderr = newTestWriter(t)
	if p.keys, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read(out)
	t.Cleanup(p.kill)
	return p
}

// writeMic makes what the agent says: a chirp, over and over.
func writeMic(t *testing.T, path string, chirp int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := audio.NewWAVWriter(f, 48000)
	if err := w.Write(speaks(chirp).PCM(48000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func (p *process) read(out io.Reader) {
	sc := bufio.NewScanner(out)
	for sc.Scan() {
		p.mu.Lock()
		p.lines = append(p.lines, sc.Text())
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

func (p *process) types(line string) { fmt.Fprintln(p.keys, line) }

// says waits for a line that has all the parts, after those that were there before since.
func (p *process) says(since int, parts ...string) string {
	p.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		p.mu.Lock()
		for ; since < len(p.lines); since++ {
			ok := true
			for _, x := range parts {
				ok = ok && strings.Contains(p.lines[since], x)
			}
			if ok {
				defer p.mu.Unlock()
				return p.lines[since]
			}
		}
		more, so := p.more, strings.Join(p.lines, "\n")
		p.mu.Unlock()
		select {
		case <-more:
		case <-limit:
			p.t.Fatalf("the console did not say %q; it said:\n%s", parts, so)
		}
	}
}

func (p *process) mark() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lines)
}

// signIn approves the code that the console shows, and gets ready.
func (h *house) signIn(p *process, user string) {
	p.t.Helper()
	h.approve(p, user)
	p.says(0, "not ready,")
	p.types("ready")
	p.says(0, "ok")
}

// approve signs in with the code that the console shows.
func (h *house) approve(p *process, user string) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(20 * time.Second); len(h.microsoft.Codes()) == 0; <-tick.C {
		if time.Now().After(limit) {
			p.t.Fatalf("no device code was asked for; the console said:\n%s", strings.Join(p.lines, "\n"))
		}
	}
	if err := h.microsoft.Approve(h.microsoft.Codes()[0], user); err != nil {
		p.t.Fatal(err)
	}
}

func heardAgent(from time.Duration) func(*lab.Recording) bool {
	return func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, from)) > 0 }
}

// TestAConsoleKilledInACall: the caller hears music, and the console that comes back within the grace finds its caller;
// else the caller goes to the head of the queue.
func TestAConsoleKilledInACall(t *testing.T) {
	for _, back := range []bool{true, false} {
		t.Run(fmt.Sprint("back ", back), func(t *testing.T) {
			grace := "20 s"
			if !back {
				grace = "3 s"
			}
			h := newHouse(t, houseOptions{agents: []string{adele, isaiah}, grace: grace})
			p := h.console(t, "adele")
			h.signIn(p, adele)
			caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
			if err != nil {
				t.Fatal(err)
			}
			p.says(0, "offer", "Nestor Wilke")
			p.types("answer")
			if err := caller.Heard().Wait(within(t, 15*time.Second), heardAgent(0)); err != nil {
				t.Fatalf("the caller does not hear the agent: %v", err)
			}
			p.kill()
			gone := caller.Heard().Length()
			if err := caller.Heard().WaitSound(within(t, 10*time.Second), 500*time.Millisecond, gone+3*time.Second); err != nil {
				t.Fatalf("no music while the console is gone: %v", err)
			}
			if !back {
				second := h.agents(lab.AgentsOptions{Users: []string{isaiah}, AnswerAfter: 100 * time.Millisecond, Say: speaks(agentChirp)})
				second.wait("the caller at the next agent", inState("talking"))
				from := caller.Heard().Length()
				if err := caller.Heard().Wait(within(t, 15*time.Second), heardAgent(from)); err != nil {
					t.Fatalf("the caller does not hear the next agent: %v", err)
				}
				return
			}
			again := h.console(t, "adele")
			again.says(0, "talking")
			from := caller.Heard().Length()
			if err := caller.Heard().Wait(within(t, 15*time.Second), heardAgent(from)); err != nil {
				t.Fatalf("the agent who came back is not heard: %v", err)
			}
			again.types("hangup")
			again.says(0, "ask")
			again.types("hangup")
			if end, err := caller.WaitEnded(within(t, 5*time.Second)); err != nil || end.By != "server" {
				t.Fatalf("the end: %+v, %v", end, err)
			}
		})
	}
}

// TestASecondConsoleOfTheSameAgentTakesTheCallOver: after a yes on its own screen, and not before. The caller is never
// without an agent, and only the second console is offered what comes next.
func TestASecondConsoleOfTheSameAgentTakesTheCallOver(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s"})
	first := h.console(t, "adele")
	h.signIn(first, adele)
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	first.says(0, "offer", "Nestor Wilke")
	first.types("answer")
	hears := func(chirp int, from time.Duration) {
		t.Helper()
		if err := caller.Heard().Wait(within(t, 15*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(chirp, from)) > 0 }); err != nil {
			t.Fatalf("the caller does not hear chirp %d: %v", chirp, err)
		}
	}
	hears(agentChirp, 0)
	second := h.consoleThatSays(t, "adele at home", expertChirp)
	h.approve(second, adele)
	second.says(0, "ask", "takeover")
	hears(agentChirp, caller.Heard().Length()) // still the first
	out := first.mark()
	second.types("takeover")
	second.says(0, "talking")
	hears(expertChirp, 0)
	first.says(out, "another console")
	moved := caller.Heard().Length()
	hears(expertChirp, moved+500*time.Millisecond)
	if again := caller.Heard().Chirps(agentChirp, moved+200*time.Millisecond); len(again) > 0 {
		t.Errorf("the first console is still heard, %d times", len(again))
	}
	out = first.mark()
	second.types("hangup")
	second.says(0, "ask", "sure")
	second.types("hangup")
	if end, err := caller.WaitEnded(within(t, 5*time.Second)); err != nil || end.By != "server" {
		t.Fatalf("the end: %+v, %v", end, err)
	}
	if got := h.contacts(1)[0]; got.Agent != adele || got.End != "completed" || got.Missed != 0 {
		t.Errorf("ledger: %+v", got)
	}
	now := second.mark()
	if _, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460043", Name: "Alex Wilber", To: supportNumber}); err != nil {
		t.Fatal(err)
	}
	second.says(now, "offer", "Alex Wilber")
	first.mu.Lock()
	defer first.mu.Unlock()
	for _, line := range first.lines[out:] {
		if strings.Contains(line, "offer") {
			t.Errorf("the first console is offered a call: %s", line)
		}
	}
}
