package console

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab/peers"
	"cordboard/session/wire"
	"cordboard/softphone"
)

func TestTheDoctorAsksTheRelay(t *testing.T) {
	turn := peers.StartCoturn(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	servers := []wire.ICEServer{
		{URLs: []string{"stun:127.0.0.1:1"}}, // gives no way for voice, and is not asked
		{URLs: turn.URLs(), Username: turn.User, Credential: turn.Password},
		{URLs: turn.URLs()[:1], Username: turn.User, Credential: "wrong"},
		{URLs: []string{"turn:127.0.0.1:1?transport=tcp"}, Username: "x", Credential: "y"}, // nobody is there
	}
	var out bytes.Buffer
	c := checkup{out: &out}
	c.relays(softphone.Relays(ctx, servers))
	text := out.String()
	for _, url := range turn.URLs() {
		if !strings.Contains(text, "✓ relay        "+url) {
			t.Errorf("%s is not well", url)
		}
	}
	if c.bad != 2 || strings.Count(text, "it gave no relay") != 2 || !strings.Contains(text, "server.ice") {
		t.Errorf("%d to look at, not 2", c.bad)
	}
	if t.Failed() {
		t.Log(text)
	}
	out.Reset()
	if c.relays(nil); !strings.Contains(out.String(), "✓ relay        none is named") {
		t.Errorf("without any: %s", out.String())
	}
}
