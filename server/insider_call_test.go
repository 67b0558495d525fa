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
	"cordboard/session/wire"
)

// TestAnAnonymousColleague: Teams may hide the From by a company's policy and still assert who calls. Then the colleague
// has a name on the card and no number anywhere; who asks for privacy has neither, and so has one whom nobody vouches for.
func TestAnAnonymousColleague(t *testing.T) {
	const asserted = `<tel:+442079460101>,<sip:megan.bowen@contoso.com>`
	for name, c := range map[string]struct {
		trunk, privacy, want string
		internal             bool
	}{
		"vouched for":       {", trusted: true", "", "Megan Bowen", true},
		"asks for privacy":  {", trusted: true", "id", "", false},
		"vouched by nobody": {", trusted: false", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, houseOptions{trunk: c.trunk})
			ctx := within(t, 20*time.Second)
			offers := make(chan wire.Caller, 8)
			h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 100 * time.Millisecond, Saw: func(_ string, f wire.FromServer) {
				if f.News != nil && f.News.Offer != nil {
					offers <- f.News.Offer.Caller
				}
			}})
			headers := map[string]string{"P-Asserted-Identity": asserted}
			if c.privacy != "" {
				headers["Privacy"] = c.privacy
			}
			for range 2 { // a second call of the same person has no history either
				call, err := h.sbc.Call(ctx, lab.CallOptions{From: "anonymous", To: supportNumber, Headers: headers})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := call.WaitEnded(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if o := <-offers; o.Name != c.want || o.Internal != c.internal || o.Number != "" || !o.Withheld || o.Today > 1 {
				t.Errorf("the card says %+v", o)
			}
			r, err := ledger.OpenReader(context.Background(), filepath.Join(h.dir, "data"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			for _, row := range h.contacts(2) {
				if row.Number != "" || !row.Withheld || row.Name != c.want {
					t.Errorf("ledger: %+v", row)
				}
				story, err := r.Contact(ctx, "contoso", fact.ContactID(row.ID))
				if err != nil {
					t.Fatal(err)
				}
				if first := story.Lines(time.UTC)[0].Text; strings.Contains(first, "internal") != c.internal || !strings.Contains(first, "number withheld") || strings.Contains(first, "+442079460101") {
					t.Errorf("the record says %q", first)
				}
			}
		})
	}
}

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
		if row.Internal != (want.internal != "") || row.SentOn != "busy" {
			t.Errorf("%s: the row says internal %v, sent on %q", strings.TrimSpace(trunk), row.Internal, row.SentOn)
		}
		for _, f := range []ledger.Filter{{Tenant: "contoso", Internal: true}, {Tenant: "contoso", SentOn: true}} {
			var out strings.Builder
			if err := ledger.ContactsReport(ctx, &out, ledger.ReportOptions{Dir: filepath.Join(h.dir, "data"), Format: "csv"}, f); err != nil {
				t.Fatal(err)
			}
			if found := strings.Contains(out.String(), row.ID); found != (f.SentOn || row.Internal) {
				t.Errorf("%s: the report of %+v has it: %v", strings.TrimSpace(trunk), f, found)
			}
		}
		first := s.Lines(time.UTC)[0].Text
		if !strings.Contains(first, want.caller) || strings.Contains(first, "internal") != (want.internal != "") || !strings.Contains(first, "sent on from +442079460107, busy") {
			t.Errorf("%s: the record says %q", strings.TrimSpace(trunk), first)
		}
		h.stop()
	}
}
