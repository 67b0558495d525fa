package server_test

import (
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/session/wire"
)

// TestACallerWhoComesBackIsKnown: how often today, and the last times with whom, also beyond what one look shows.
func TestACallerWhoComesBackIsKnown(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s"})
	ctx := within(t, 60*time.Second)
	cards := make(chan wire.Call, 64)
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 300 * time.Millisecond, Talk: 300 * time.Millisecond, Saw: func(_ string, f wire.FromServer) {
		if f.News != nil && f.News.Call != nil {
			cards <- *f.News.Call
		}
	}})
	for before := range 6 {
		c, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460555", To: supportNumber})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.WaitEnded(ctx); err != nil {
			t.Fatal(err)
		}
		h.contacts(before + 1)
		var last wire.Call
		for len(cards) > 0 {
			last = <-cards
		}
		if got, want := len(last.Known), min(before, 3); got != want {
			t.Errorf("call %d: %d earlier ones on the card, want %d", before+1, got, want)
		}
		for _, f := range last.Known {
			if !strings.Contains(f.Text, "0:00") {
				t.Errorf("call %d: %+v", before+1, f)
			}
		}
		// This call may be among them, when its arrival was in the ledger by the time of the question.
		if got := last.Caller.Today; got != before && got != before+1 {
			t.Errorf("call %d: %d today", before+1, got)
		}
	}
}
