package ui

import (
	"strings"
	"testing"
	"time"

	"cordboard/session/wire"
)

func TestACallThatRingsElsewhereSaysWhereItIsAnswered(t *testing.T) {
	for at, words := range map[string]string{"sip": "answer on your telephone", "teams": "answer in Teams"} {
		m := newRig(t, 80, 24).Model
		m.board.Offer = &wire.Offer{Reservation: "r", Queue: "Support", Offered: m.now, Deadline: m.now.Add(20 * time.Second), Endpoint: at}
		screen := strings.Join(m.ringing(80, 20), "\n")
		if !strings.Contains(screen, words) || strings.Contains(screen, "Space") {
			t.Errorf("%s:\n%s", at, screen)
		}
	}
}

func TestTheEndpointKeyTakesTheNextTelephone(t *testing.T) {
	r := newRig(t, 80, 24)
	r.board.Me.Endpoint, r.board.Me.Endpoints = "softphone", []string{"softphone", "sip", "teams"}
	for _, want := range []string{"sip", "teams", "softphone"} {
		r.ringElsewhere("")
		if got := r.sent[len(r.sent)-1]; got.Do != wire.DoEndpoint || got.Endpoint != want {
			t.Errorf("sent %+v, want %s", got, want)
		}
		r.board.Me.Endpoint = want
	}
}
