package server_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cordboard/server/fact"
	"cordboard/server/lab"
	"cordboard/server/ledger"
)

// TestACallOfTheCompanyIsKnownOnTheWire: as Direct Routing sends it, by a peer that is believed and by one that is not.
func TestACallOfTheCompanyIsKnownOnTheWire(t *testing.T) {
	const asserted, history = `<tel:+14255550100>,<sip:megan.bowen@contoso.com>`,
		`<sip:+442079460107@sip.pstnhub.microsoft.com;user=phone?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%22>;index=1,<sip:+442079460018@sbc;user=phone>;index=1.1`
	for trunk, want := range map[string]struct{ caller, internal string }{
		", trusted: true":  {"from +14255550100 Megan Bowen", "internal"},
		", trusted: false": {"from +14255550100", ""},
	} {
		h := newHouse(t, houseOptions{trunk: trunk})
		ctx := within(t, 20*time.Second)
		h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 100 * time.Millisecond})
		c, err := h.sbc.Call(ctx, lab.CallOptions{From: "+14255550100", To: supportNumber, Headers: map[string]string{"P-Asserted-Identity": asserted, "History-Info": history}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.WaitEnded(ctx); err != nil {
			t.Fatal(err)
		}
		row := h.contacts(1)[0]
		r, err := ledger.OpenReader(context.Background(), filepath.Join(h.dir, "data"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := r.Contact(ctx, "contoso", fact.ContactID(row.ID))
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		first := s.Lines(time.UTC)[0].Text
		if !strings.Contains(first, want.caller) || strings.Contains(first, "internal") != (want.internal != "") || !strings.Contains(first, "sent on from +442079460107 busy") {
			t.Errorf("%s: the record says %q", strings.TrimSpace(trunk), first)
		}
		h.stop()
	}
}
