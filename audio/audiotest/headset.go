// Package audiotest gives tests a headset on a machine without a sound card: a private PulseAudio with two null
// sinks, under a temporary folder. What the program plays is recorded from the monitor of headset-ear; what is
// played into headset-mic comes out of the program's microphone, its monitor.
package audiotest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Names of the sinks.
const (
	Ear = "headset-ear"
	Mic = "headset-mic"
)

// Headset is a running PulseAudio. It ends with the test.
type Headset struct {
	t      testing.TB
	dir    string
	server *exec.Cmd
	ended  chan struct{}
}

// ALSA knows these devices only, so PortAudio finds nothing else. "default" follows the server's default devices.
const alsaConfig = `pcm.pulse { type pulse hint { show on description "Virtual headset" } }
ctl.pulse { type pulse }
pcm.!default { type pulse hint { show on description "Virtual headset (default)" } }
ctl.!default { type pulse }
pcm.headset {
  type asym
  playback.pcm { type pulse device headset-ear }
  capture.pcm { type pulse device headset-mic.monitor }
  hint { show on description "Headset by name" }
}
`

// Start runs the server and points this process at it by environment variables, for the length of the test.
// Tests that use it cannot be parallel.
func Start(t testing.TB) *Headset {
	t.Helper()
	h := &Headset{t: t, dir: t.TempDir(), ended: make(chan struct{})}
	for _, d := range []string{"run", "home"} {
		must(t, os.Mkdir(filepath.Join(h.dir, d), 0o700))
	}
	write(t, filepath.Join(h.dir, "client.conf"), "autospawn = no\n")
	write(t, filepath.Join(h.dir, "asound.conf"), alsaConfig)
	write(t, filepath.Join(h.dir, "default.pa"), "load-module module-native-protocol-unix socket="+h.socket()+" auth-anonymous=1\n")
	for k, v := range h.Env() {
		t.Setenv(k, v)
	}
	h.Run()
	t.Cleanup(h.Kill)
	return h
}

func (h *Headset) socket() string { return filepath.Join(h.dir, "pulse.sock") }

// Env is what a process needs to find this headset.
func (h *Headset) Env() map[string]string {
	return map[string]string{
		"XDG_RUNTIME_DIR":    filepath.Join(h.dir, "run"),
		"PULSE_SERVER":       "unix:" + h.socket(),
		"PULSE_COOKIE":       filepath.Join(h.dir, "cookie"),
		"PULSE_CLIENTCONFIG": filepath.Join(h.dir, "client.conf"),
		"ALSA_CONFIG_PATH":   filepath.Join(h.dir, "asound.conf"),
	}
}

// Run starts the server, again after Kill, with both sinks plugged in.
func (h *Headset) Run() {
	h.t.Helper()
	os.Remove(h.socket())
	h.server = exec.Command("pulseaudio", "-n", "-F", filepath.Join(h.dir, "default.pa"), "--daemonize=no", "--exit-idle-time=-1",
		"--use-pid-file=no", "--realtime=no", "--high-priority=no", "--disallow-exit=yes", "--log-target=file:"+filepath.Join(h.dir, "pulse.log"))
	h.server.Env = append(os.Environ(), "HOME="+filepath.Join(h.dir, "home"), "DBUS_SESSION_BUS_ADDRESS=", "DISPLAY=")
	if err := h.server.Start(); err != nil {
		h.t.Fatalf("start pulseaudio (package pulseaudio): %v", err)
	}
	ended := make(chan struct{})
	h.ended = ended
	go func(c *exec.Cmd) { c.Wait(); close(ended) }(h.server)
	Until(h.t, 10*time.Second, "pulseaudio answers", func() bool { _, err := h.pactl("info"); return err == nil })
	h.Replug()
}

// Kill ends the server without ceremony.
func (h *Headset) Kill() {
	h.server.Process.Kill()
	<-h.ended
}

// Replug brings back the sinks that are missing and makes them the defaults. Without norewinds a null sink works
// in blocks of two seconds and captures stall.
func (h *Headset) Replug() {
	h.t.Helper()
	have, err := h.pactl("list", "short", "sinks")
	must(h.t, err)
	for _, name := range []string{Ear, Mic} {
		if strings.Contains(have, name) {
			continue
		}
		_, err := h.pactl("load-module", "module-null-sink", "sink_name="+name, "rate=48000", "channels=1", "channel_map=mono",
			"format=s16le", "norewinds=1", "sink_properties=device.description="+name)
		must(h.t, err)
	}
	h.Must("set-default-sink", Ear)
	h.Must("set-default-source", Mic+".monitor")
}

// Unplug takes the named sinks away under running streams; without names both.
func (h *Headset) Unplug(names ...string) {
	h.t.Helper()
	if len(names) == 0 {
		names = []string{Ear, Mic}
	}
	modules := h.Must("list", "short", "modules")
	for _, line := range strings.Split(modules, "\n") {
		f := strings.Fields(line)
		for _, n := range names {
			if len(f) > 2 && f[1] == "module-null-sink" && strings.Contains(line, "sink_name="+n+" ") {
				h.Must("unload-module", f[0])
			}
		}
	}
}

// Open counts the streams that this process has at the server.
func (h *Headset) Open() int { h.t.Helper(); return h.OpenOf(os.Getpid()) }

// OpenOf counts the streams of a process.
func (h *Headset) OpenOf(pid int) int {
	h.t.Helper()
	own := fmt.Sprintf("application.process.id = %q", fmt.Sprint(pid))
	return strings.Count(h.Must("list", "source-outputs")+h.Must("list", "sink-inputs"), own)
}

// Must runs pactl with the given arguments and gives what it prints.
func (h *Headset) Must(args ...string) string {
	h.t.Helper()
	out, err := h.pactl(args...)
	must(h.t, err)
	return out
}

func (h *Headset) pactl(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var out, errs bytes.Buffer
	c := exec.CommandContext(ctx, "pactl", args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("pactl %v: %w: %s", args, err, errs.String())
	}
	return out.String(), nil
}

// Until waits for a condition, looking every 10 ms, and fails the test when it does not come true in time.
func Until(t testing.TB, atMost time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(atMost)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %v: %s", atMost, what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}
