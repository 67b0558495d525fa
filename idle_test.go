//go:build cgo && !headless && !race && linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"cordboard/audio/audiotest"
	outside "cordboard/server/lab"
)

// TestAConsoleThatIsIdleLeavesTheMachineAlone: most of a shift nobody calls. The gate is 1 % of a core, which a machine that does other
// things cannot tell to the tenth; what once went wrong was eight times that. IDLE=10m looks for so long, once a minute.
func TestAConsoleThatIsIdleLeavesTheMachineAlone(t *testing.T) {
	const most = 3.0 // % of a core
	long, _ := time.ParseDuration(os.Getenv("IDLE"))
	h := audiotest.Start(t)
	c := newCompany(t, 2)
	for i, device := range []string{"portaudio", "none"} {
		t.Run(device, func(t *testing.T) {
			w := c.window(t, i, "--audio", device)
			w.ready()
			pid, err := strconv.Atoi(w.said("pid"))
			if err != nil {
				t.Fatal(err)
			}
			audiotest.Until(t, 20*time.Second, "the console needs no stream of the sound server", func() bool { return h.OpenOf(pid) == 0 })
			<-time.After(3 * time.Second) // what follows a sign-in
			for left := max(long, 10*time.Second); left > 0; {
				span := min(left, time.Minute)
				left -= span
				before, began := burnt(t, pid), time.Now()
				<-time.After(span)
				part := 100 * float64(burnt(t, pid)-before) / float64(time.Since(began))
				t.Logf("%.2f %% of a core over %v, %s resident", part, time.Since(began).Round(time.Second), resident(t, pid))
				if part > most {
					t.Errorf("an idle console takes %.1f %% of a core", part)
				}
			}
			if _, err := c.sbc.Call(within(t, 10*time.Second), outside.CallOptions{From: "+442079460042", To: lineOf(i)}); err != nil {
				t.Fatal(err)
			}
			w.shown("RINGING")
			if device == "portaudio" {
				audiotest.Until(t, 5*time.Second, "the headset is there", func() bool { return h.OpenOf(pid) == 2 })
			}
		})
	}
}

// burnt is the processor time of all threads of a process, to the nanosecond.
func burnt(t *testing.T, pid int) (sum time.Duration) {
	t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(tasks) == 0 {
		t.Fatalf("process %d has no threads: %v", pid, err)
	}
	for _, name := range tasks {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		ns, _, _ := strings.Cut(string(b), " ")
		n, err := strconv.ParseInt(ns, 10, 64)
		if err != nil {
			t.Fatalf("%s: %q", name, b)
		}
		sum += time.Duration(n)
	}
	return sum
}

func resident(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	row, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(row)
}
