package ui

import (
	"testing"

	"cordboard/session/wire"
)

func TestTheKeysOfAGroupCallActOnWhoIsChosen(t *testing.T) {
	m := &Model{}
	m.board.Call = &wire.Call{Parties: []wire.Party{
		{ID: "me", Name: "You", Role: "you", State: "talking"}, {ID: "caller", Name: "Nestor Wilke", Role: "caller", State: "talking"},
		{ID: "megan", Name: "Megan Bowen", Role: "expert", State: "talking", Muted: true}, {ID: "guest", Name: "+1 425 555 0142", Role: "guest", State: "ringing"},
	}}
	marked := func(want string) {
		t.Helper()
		if got := m.marked(); got == nil || got.ID != want {
			t.Fatalf("marked %+v, want %s", got, want)
		}
	}
	marked("guest") // who came last
	m.chooseParty("up")
	marked("megan")
	if m.canMuteParty() || !m.canUnmuteParty() || !m.canRemove() {
		t.Error("Megan is muted already, and can be let go")
	}
	m.chooseParty("up")
	marked("caller")
	if !m.canMuteParty() || m.canRemove() {
		t.Error("the caller can be muted, and is hung up, not removed")
	}
	m.chooseParty("up")
	marked("caller")
	m.chooseParty("down")
	m.board.Call.Parties[2].State = "gone"
	marked("guest") // who was chosen has left
	if p := m.partyNamed("nes"); p == nil || p.ID != "caller" {
		t.Errorf("by name: %+v", p)
	}
	if p := m.partyNamed(""); p != nil {
		t.Errorf("several are meant: %+v", p)
	}
}
