package ui

import (
	"strings"
	"testing"

	"cordboard/session/wire"
)

func TestTheNumberShownIsChosenWhileDialling(t *testing.T) {
	r := newRig(t, 120, 40)
	r.open(func(b *wire.Board) {
		b.Me.State = wire.Ready
		b.Me.ShowAs = []wire.ShownNumber{{Number: "+442079460018", Name: "Support"}, {Number: "+442079460019", Name: "Sales"}}
	})
	for _, want := range []string{"+442079460018", "+442079460019", "+442079460018"} {
		presses := map[string]int{"+442079460018": 0, "+442079460019": 1}[want]
		r.keys("o", "+", "4", "4", "2", "0")
		for range presses {
			r.keys("ctrl+f")
		}
		if all := strings.Join(r.plainLines(), "\n"); !strings.Contains(all, "they see "+want) {
			t.Errorf("%s is not on the screen:\n%s", want, all)
		}
		r.keys("enter")
		if c := r.last(); c.Do != wire.DoDial || c.ShowAs != want {
			t.Errorf("sent %+v", c)
		}
	}
}

func TestOneNumberIsNoChoice(t *testing.T) {
	r := newRig(t, 120, 40)
	r.open(func(b *wire.Board) { b.Me.State = wire.Ready })
	r.keys("o", "+", "4", "4", "2", "0", "enter")
	if c := r.last(); c.Do != wire.DoDial || c.ShowAs != "" {
		t.Errorf("sent %+v", c)
	}
}
