package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	outside "cordboard/server/lab"
)

// window is a console on a terminal of tmux, started from a shell as a person starts it.
type window struct {
	t      *testing.T
	c      *company
	i      int
	dir    string
	socket string
	caller *outside.Caller
}

func (c *company) window(t *testing.T, i int, more ...string) *window {
	t.Helper()
	w := &window{t: t, c: c, i: i, dir: t.TempDir(), socket: fmt.Sprintf("cordboard-%d-%d", os.Getpid(), i)}
	run := "cd " + w.dir + "\nstty -g >before\nsh -c 'echo $$ >pid; exec cordboard \"$@\"' sh '" + strings.Join(append(c.flags(fmt.Sprint("window", i)), more...), "' '") + "'\necho $? >code\nstty -g >after\n"
	if err := os.WriteFile(filepath.Join(w.dir, "run.sh"), []byte(run), 0o600); err != nil {
		t.Fatal(err)
	}
	w.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "env LANG=C.UTF-8 PS1='desk> ' bash --norc --noprofile -i")
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-L", w.socket, "kill-server").Run()
	})
	w.shown("desk>")
	w.keys(". " + filepath.Join(w.dir, "run.sh"))
	w.keys("Enter")
	return w
}

func (w *window) tmux(args ...string) string {
	w.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-u", "-L", w.socket}, args...)...).CombinedOutput()
	if err != nil {
		w.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

func (w *window) keys(k ...string) { w.tmux(append([]string{"send-keys"}, k...)...) }

func (w *window) screen() string { return w.tmux("capture-pane", "-p") }

// until waits for a screen that ok accepts.
func (w *window) until(what string, ok func(string) bool) string {
	w.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(30 * time.Second); ; <-tick.C {
		s := w.screen()
		if ok(s) {
			return s
		}
		if time.Now().After(limit) {
			w.t.Fatalf("%s did not come; the screen:\n%s", what, s)
		}
	}
}

func (w *window) shown(words string) string {
	w.t.Helper()
	return w.until(strconv.Quote(words), func(s string) bool { return strings.Contains(s, words) })
}

// said gives what the shell wrote into a file of the window.
func (w *window) said(name string) string {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(30 * time.Second); ; <-tick.C {
		b, err := os.ReadFile(filepath.Join(w.dir, name))
		if err == nil && strings.HasSuffix(string(b), "\n") {
			return strings.TrimSpace(string(b))
		}
		if time.Now().After(limit) {
			w.t.Fatalf("no %s: %v; the screen:\n%s", name, err, w.screen())
		}
	}
}

var codeShown = regexp.MustCompile(`\b([A-Z0-9]{3}) ([A-Z0-9]{3}) ([A-Z0-9]{3})\b`)

// ready signs in and waits for calls.
func (w *window) ready() {
	w.t.Helper()
	s := w.until("a code", func(s string) bool { return codeShown.MatchString(s) })
	if err := w.c.microsoft.Approve(strings.Join(codeShown.FindStringSubmatch(s)[1:], ""), agentName(w.i)); err != nil {
		w.t.Fatal(err)
	}
	w.shown("NOT READY")
	w.keys("r")
	w.shown("READY 0")
}

func (w *window) talk() {
	w.t.Helper()
	w.ready()
	var err error
	if w.caller, err = w.c.sbc.Call(within(w.t, 10*time.Second), outside.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: lineOf(w.i)}); err != nil {
		w.t.Fatal(err)
	}
	w.shown("RINGING")
	<-time.After(400 * time.Millisecond) // a ring takes no key that was meant for something else
	w.keys("Space")
	w.shown("TALKING")
}

func (w *window) signal(s syscall.Signal) {
	w.t.Helper()
	pid, err := strconv.Atoi(w.said("pid"))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := syscall.Kill(pid, s); err != nil {
		w.t.Fatal(err)
	}
}

// twice presses a key that must come twice, the second time as late as a hand does.
func (w *window) twice(key string) {
	w.keys(key)
	w.shown("SURE?")
	<-time.After(400 * time.Millisecond)
	w.keys(key)
}

// back: the terminal is as it was before the console.
func (w *window) back() {
	w.t.Helper()
	after, before := w.said("after"), w.said("before")
	if after != before {
		w.t.Errorf("stty -g before %s, after %s", before, after)
	}
	w.until("the shell's screen", func(s string) bool { return strings.Contains(s, "desk>") && !strings.Contains(s, "Queue") })
	// The other screen is left, the cursor is seen, the mouse is the terminal's again.
	if got := strings.TrimSpace(w.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{mouse_sgr_flag} #{wrap_flag}")); got != "0 1 0 0 1" {
		w.t.Errorf("the terminal has alternate screen, cursor, mouse, mouse reports, wrapping: %s", got)
	}
}

// kept: the caller is there and hears music.
func (w *window) kept() {
	w.t.Helper()
	select {
	case <-w.caller.Ended():
		w.t.Fatalf("the caller was dropped: %+v", w.caller.End())
	default:
	}
	if err := w.caller.Heard().WaitSound(within(w.t, 12*time.Second), 400*time.Millisecond, w.caller.Heard().Length()); err != nil {
		w.t.Errorf("the caller is left in silence: %v", err)
	}
}

// TestTheTerminalIsGivenBack: whatever ends or stops a console, with a call and without: it asks where a person pressed a key, the terminal is
// as it was, and no caller is dropped.
func TestTheTerminalIsGivenBack(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Fatal("tmux is missing: .ci/setup.sh peers installs it")
	}
	cases := []struct {
		name string
		run  func(w *window)
	}{
		{"Ctrl-C without a call", func(w *window) {
			w.ready()
			w.twice("C-c")
			w.back()
			if code := w.said("code"); code != "0" {
				w.t.Errorf("ended with %s", code)
			}
		}},
		{"Ctrl-C in a call", func(w *window) {
			w.talk()
			w.keys("C-c")
			w.shown("SURE?")
			w.keys("Escape")
			w.until("the call again", func(s string) bool { return !strings.Contains(s, "SURE?") && strings.Contains(s, "TALKING") })
			<-time.After(400 * time.Millisecond)
			w.twice("C-c")
			w.back()
			w.kept()
		}},
		{"Ctrl-Z without a call", func(w *window) {
			w.ready()
			w.twice("C-z")
			w.back()
			w.keys("fg", "Enter")
			w.shown("READY 0")
		}},
		{"Ctrl-Z in a call", func(w *window) {
			w.talk()
			w.twice("C-z")
			w.back()
			w.kept()
			w.keys("fg", "Enter")
			w.shown("Nestor Wilke")
			w.shown("TALKING")
		}},
		{"SIGTERM without a call", func(w *window) { w.ready(); w.signal(syscall.SIGTERM); w.back() }},
		{"SIGTERM in a call", func(w *window) { w.talk(); w.signal(syscall.SIGTERM); w.back(); w.kept() }},
		{"SIGHUP without a call", func(w *window) { w.ready(); w.signal(syscall.SIGHUP); w.back() }},
		{"SIGHUP in a call", func(w *window) { w.talk(); w.signal(syscall.SIGHUP); w.back(); w.kept() }},
		{"the window is closed in a call", func(w *window) {
			w.talk()
			pid, _ := strconv.Atoi(w.said("pid"))
			w.tmux("kill-pane")
			for limit := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil; <-time.After(50 * time.Millisecond) {
				if time.Now().After(limit) {
					w.t.Fatal("the console lives on without its terminal")
				}
			}
			w.kept()
		}},
		{"kill -9 in a call", func(w *window) {
			w.talk()
			w.signal(syscall.SIGKILL)
			w.said("code")
			w.kept()
			w.keys("reset", "Enter")
			w.keys(". ./run.sh", "Enter")
			w.shown("TALKING") // signed in still, and in the call
			w.shown("Nestor Wilke")
		}},
	}
	c := newCompany(t, len(cases))
	for i, one := range cases {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			one.run(c.window(t, i))
		})
	}
}
