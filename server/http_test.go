package server

import (
	"net/http/httptest"
	"testing"
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
