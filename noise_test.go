//go:build cgo && !headless && !race && linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cordboard/audio/audiotest"
)

// What ALSA, PortAudio and JACK write to standard error goes to the log: a screen reader would read out every line of it. (That the
// screen is spared too is the same code.)
func TestNoSoundLibrarySpeaksOnTheTerminal(t *testing.T) {
	h := audiotest.Start(t)
	h.Kill() // everything fails, and ALSA says so
	for name, one := range map[string]struct {
		args []string
		ends bool
		out  string
	}{
		"plain":  {[]string{"--plain", "--stay"}, false, "No headset was found"},
		"doctor": {[]string{"doctor"}, true, "! microphone"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			cmd := exec.Command("cordboard", append(one.args, "--server", "https://127.0.0.1:1", "--cache", dir, "--token-store", "memory", "--audio", "portaudio", "--language", "en")...)
			out, err := os.Create(filepath.Join(dir, "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			var errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = out, &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			read := func(name string) string {
				b, _ := os.ReadFile(filepath.Join(dir, name))
				return string(b)
			}
			audiotest.Until(t, 30*time.Second, one.out, func() bool {
				return strings.Contains(read("out"), one.out) && strings.Contains(read("cordboard.log"), "ALSA lib")
			})
			if !one.ends {
				_ = cmd.Process.Kill()
			}
			_ = cmd.Wait()
			for _, line := range strings.Split(read("out")+errs.String(), "\n") {
				if strings.Contains(line, "ALSA") || strings.Contains(line, "Expression ") || strings.Contains(strings.ToLower(line), "jack") {
					t.Errorf("on the terminal: %s", line)
				}
			}
		})
	}
}
