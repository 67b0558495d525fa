package console

import (
	"slices"
	"testing"

	"cordboard/session/wire"
)

func TestThePhoneKnowsWhenNobodyListens(t *testing.T) {
	var b busy
	var told []bool
	for _, v := range []any{
		wire.Welcome{Board: &wire.Board{}},
		wire.News{Offer: &wire.Offer{}},
		wire.News{Call: &wire.Call{}, Clear: []wire.Section{wire.ClearOffer}},
		wire.News{Me: &wire.Me{}},
		wire.Welcome{Resumed: true},
		wire.Connected{},
		wire.News{Wrap: &wire.Wrap{}, Clear: []wire.Section{wire.ClearCall}},
		wire.Welcome{Board: &wire.Board{Call: &wire.Call{}}},
	} {
		b.note(v, func(on bool) { told = append(told, on) })
	}
	if want := []bool{false, true, true, true, false, true}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
