package call_test

import (
	"testing"

	"cordboard/server/call"
	"cordboard/server/fact"
)

func TestAnOwnCallShowsTheNumberThatWasChosen(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.helps()
		h.ready("adele")
		c := h.callsOut("adele", call.Target{Kind: "number", Name: "Nestor", Number: "+442079460042", ShowAs: "+442079460019"})
		if _, o := h.dialled(0); o.From != "+442079460019" || o.Asserted != "+442079460019" {
			t.Fatalf("dialled %+v", o)
		}
		for _, e := range h.entries() {
			if a, ok := e.Fact.(fact.Arrived); ok && e.Contact == c.ID() && a.To != "+442079460019" {
				t.Fatalf("in the ledger: %+v", a)
			}
		}
		help := nineNineNine
		help.ShowAs = "+442079460019"
		h.callsOut("adele", help)
		h.isHelp(1) // by which the place is known
	})
}
