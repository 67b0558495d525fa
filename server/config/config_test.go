package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheStarterLoadsAsItStands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cordboard.yaml")
	if err := os.WriteFile(path, Starter(), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	if w := c.Warnings(); len(w) > 0 {
		t.Errorf("warnings: %v", w)
	}
	q := c.Tenant("contoso").Queue("support")
	if q == nil || q.Ring != 20*time.Second || len(q.Wrapup.Codes) != 3 {
		t.Fatalf("queue support: %+v", q)
	}
}
