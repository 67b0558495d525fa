package server

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cordboard/server/config"
)

func TestOnlyTheOwnMachineIsToldWhoIsIn(t *testing.T) {
	for from, want := range map[string]bool{"127.0.0.1:4000": true, "[::1]:4000": true, "[::ffff:127.0.0.1]:4000": true, "192.0.2.7:4000": false, "": false} {
		r := httptest.NewRequest("GET", "/healthz?verbose", nil)
		r.RemoteAddr = from
		if local(r) != want {
			t.Errorf("%q: %v", from, !want)
		}
	}
}

func TestFiguresGoToTheOwnMachineAndToThoseWhoMayHaveThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cordboard.yaml")
	text := strings.Replace(string(config.Starter()), "\nserver:\n", "\nserver:\n  metrics: {allow: [192.0.2.0/28, \"2001:db8::7\"]}\n", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	holder, err := config.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{o: Options{Config: holder}}
	for from, want := range map[string]bool{
		"127.0.0.1:4000": true, "192.0.2.7:4000": true, "[::ffff:192.0.2.7]:4000": true, "192.0.2.17:4000": false, "[2001:db8::7]:1": true, "[2001:db8::8]:1": false, "": false,
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = from
		if s.mayMeasure(r) != want {
			t.Errorf("%q: %v", from, !want)
		}
		if !want {
			w := httptest.NewRecorder()
			if s.metrics(w, r); w.Code != 403 || strings.Contains(w.Body.String(), "cordboard_") {
				t.Errorf("%q is answered %d %s", from, w.Code, w.Body)
			}
		}
	}
}
