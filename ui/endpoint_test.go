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
	for !strings.Contains(r.settings()[r.list.at].now, "softphone") {
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

// The first row says where calls ring when that is not here, in every state and size.
func TestTheFirstRowSaysWhereCallsRing(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		for state, reason := range map[wire.State]*wire.Reason{wire.Ready: nil, wire.NotReady: {ID: "break", Name: "Break"}} {
			for at, want := range map[string]string{"": "", "softphone": "", "sip": "telephone", "teams": "Teams"} {
				r := newRig(t, size[0], size[1])
				r.open(func(b *wire.Board) {
					ready(b)
					b.Me.State, b.Me.Reason, b.Me.Endpoint = state, reason, at
				})
				first := r.plainLines()[0]
				if size[0] > 100 && want != "" {
					want = "rings at: " + want
				}
				if want == "" && strings.Contains(first, "rings at") || !strings.Contains(first, want) {
					t.Errorf("%v, %s, %q: %q", size, state, at, first)
				}
				if width(first) > size[0] {
					t.Errorf("%v, %s, %q: %d cells", size, state, at, width(first))
				}
			}
		}
	}
}

// A call that was missed at the telephone says what the telephone did.
func TestAMissedCallSaysWhy(t *testing.T) {
	r := newRig(t, 80, 24)
	r.open(func(b *wire.Board) {
		b.Me.State, b.Me.Reason = wire.MissedCall, nil
		b.Missed = &wire.Missed{From: noon, To: noon, Words: "The caller kept the place in line.", Cause: &wire.Line{Key: "miss_sip_not_registered", Words: "x"}}
	})
	if rows := strings.Join(r.plainLines(), "\n"); !strings.Contains(rows, "Your telephone is not registered.") {
		t.Error(rows)
	}
}

// Who talks at a telephone needs no microphone here; who talks here without one is not heard, and nothing on the screen says otherwise.
func TestTheMicrophoneMattersWhereTheAgentTalks(t *testing.T) {
	talk := &wire.Said{Kind: "call", Key: "talking", Args: map[string]string{"who": "Nestor Wilke"}, Words: "You and Nestor Wilke hear each other."}
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}} {
		for at, heard := range map[string]bool{"": false, "sip": true, "teams": true} {
			for _, muted := range []bool{false, true} {
				r := newRig(t, size[0], size[1])
				r.call(func(b *wire.Board) { b.Call.Endpoint, b.Call.Muted = at, muted })
				r.levels.NoDevice = true
				r.tell(wire.News{Seq: 3, At: r.now, Said: talk})
				screen := strings.Join(r.plainLines(), "\n")
				if got := !strings.Contains(screen, "NO MICROPHONE"); got != heard {
					t.Errorf("%v, at %q: the lost microphone is told: %v\n%s", size, at, !got, screen)
				}
				if got := strings.Contains(screen, "hear each other"); got != (heard && !muted) {
					t.Errorf("%v, at %q, muted %v: %v\n%s", size, at, muted, got, screen)
				}
				if both := strings.Contains(screen, "◄═") && strings.Contains(screen, "═►"); size[0] >= 120 && both != (heard && !muted) {
					t.Errorf("%v, at %q, muted %v: both hear: %v\n%s", size, at, muted, both, screen)
				}
			}
		}
	}
}
