package config

import (
	"os"
	"path/filepath"
	"strings"
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

func TestOnlyATrunkWithPeersMayHandCallersOn(t *testing.T) {
	for trunk, want := range map[string]bool{
		`{id: london, peers: [{host: 192.0.2.20}], may_refer: yes}`: true,
		`{id: london, peers: [{host: 192.0.2.20}]}`:                 false,
	} {
		c, err := parse(strings.Replace(base, "- id: london\n        peers: [{host: 192.0.2.20}]", "- "+trunk, 1))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Tenants[0].Trunks[0].Refers(); got != want {
			t.Errorf("%s: %v", trunk, got)
		}
	}
	_, err := parse(strings.Replace(base, "peers: [{host: 192.0.2.20}]", "allow: [192.0.2.20]\n        may_refer: yes", 1))
	if err == nil || !strings.Contains(err.Error(), "may_refer needs peers") {
		t.Errorf("without peers: %v", err)
	}
}
