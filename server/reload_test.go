package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// TestAReloadIsTakenWholeOrNotAtAll: a queue's music that cannot be read leaves everything as it was, and what is
// right is in force for the next call.
func TestAReloadIsTakenWholeOrNotAtAll(t *testing.T) {
	h := newHouse(t, houseOptions{})
	raw, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, now string) error {
		t.Helper()
		if err := os.WriteFile(h.config, []byte(strings.Replace(string(raw), old, now, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		return h.server.Reload()
	}
	answers := func(number string) bool {
		t.Helper()
		ctx := within(t, 10*time.Second)
		c, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: number})
		if err != nil {
			t.Fatal(err)
		}
		ok := c.WaitAnswered(ctx) == nil
		c.Hangup(ctx)
		return ok
	}
	if err := os.WriteFile(filepath.Join(h.dir, "noise.wav"), []byte("no sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	const other = "+442079460099"
	if err := change("        name: Support\n", "        name: Support\n        music: noise.wav\n"); err == nil || !strings.Contains(err.Error(), "noise.wav") {
		t.Fatalf("music that is none: %v", err)
	}
	if !answers(supportNumber) {
		t.Error("the old configuration does not go on")
	}
	if err := change(supportNumber, other); err != nil {
		t.Fatal(err)
	}
	if !answers(other) || answers(supportNumber) {
		t.Error("the new configuration is not in force")
	}
}
