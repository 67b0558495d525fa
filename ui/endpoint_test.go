package ui

import (
	"strings"
	"testing"

	"cordboard/session/wire"
)

// Where calls ring is chosen on the settings page; the server says where they ring then.
func TestWhereCallsRingIsChosen(t *testing.T) {
	r := newRig(t, 80, 24)
	r.open(func(b *wire.Board) {
		ready(b)
		b.Me.Endpoint, b.Me.Endpoints = "softphone", []string{"softphone", "sip", "teams"}
	})
	r.settle(r.Update(key(",")))
	for !strings.Contains(string(r.settings()[r.list.at].now), "softphone") {
		r.keys("down")
	}
	r.keys("enter")
	if c := r.last(); c.Do != wire.DoEndpoint || c.Endpoint != "sip" || c.Contact != "" {
		t.Errorf("sent %+v", c)
	}
	if rows := strings.Join(r.plainLines(), "\n"); !strings.Contains(rows, "this console") {
		t.Error("before the server has said so it rings at the console:\n" + rows)
	}
	me := r.board.Me
	me.Endpoint = "sip"
	r.tell(wire.News{Seq: 9, Me: &me})
	if rows := strings.Join(r.plainLines(), "\n"); !strings.Contains(rows, "telephone") {
		t.Error(rows)
	}
}
