package trunk

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// answered brings a call up and gives its dialog, its news and our tag.
func (h *house) answered(s *sbc) (*Dialog, news, string) {
	h.t.Helper()
	s.send(s.request("INVITE", 1, "", "", offer))
	d := h.call()
	n := listen(d)
	d.Progress(180, nil)
	d.Answer([]byte("v=0 answer"))
	ok := s.expect("SIP/2.0 200")
	s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
	want[Acked](h.t, n)
	return d, n, ok.tag("To")
}

func TestACallIsTriedRungAnsweredAndHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "", offer))
		if p, ok := s.next(10 * time.Millisecond); !ok || !strings.HasPrefix(p.start, "SIP/2.0 100") {
			t.Fatalf("first answer %q, want 100 at once", p.start)
		}
		d := h.call()
		if i := d.Info(); i.From != "+14255550100" || i.FromName != "Nestor" || i.To != "+442079460018" || i.Tenant != "contoso" || string(i.SDP) != strings.ReplaceAll(offer, "\n", "\r\n") {
			t.Fatalf("info %+v", i)
		}
		n := listen(d)
		d.Progress(180, nil)
		ring := s.expect("SIP/2.0 180")
		d.Answer([]byte("v=0 ours"))
		ok := s.expect("SIP/2.0 200")
		if ok.body() != "v=0 ours" || ok.tag("To") == "" || ok.tag("To") != ring.tag("To") || !strings.Contains(ok.header("Contact"), "calls.contoso.example:5060") {
			t.Fatalf("200:\n%s", ok.text)
		}
		s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
		if a := want[Acked](t, n); a.SDP != nil {
			t.Fatalf("acked with %q", a.SDP)
		}
		s.send(s.request("BYE", 2, ok.tag("To"), "Reason: Q.850;cause=16;text=\"Normal\"\n", ""))
		s.expect("SIP/2.0 200")
		if e := want[Ended](t, n); e != (Ended{By: "peer", Code: 16, Cause: "bye", Text: "Normal"}) {
			t.Fatalf("%+v", e)
		}
		synctest.Wait()
		if h.edge.Dialogs() != 0 {
			t.Fatal("the dialog stays")
		}
	})
}

func TestA200IsRepeatedUntilGivenUpAndThenABYEFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "", offer))
		d := h.call()
		n := listen(d)
		began := time.Now()
		d.Answer([]byte("v=0"))
		var at []time.Duration
		for {
			p, _ := s.next(time.Minute)
			if strings.HasPrefix(p.start, "BYE") {
				s.send(s.answer(p, "200 OK", "", "", ""))
				break
			}
			if strings.HasPrefix(p.start, "SIP/2.0 200") {
				at = append(at, time.Since(began))
			}
		}
		wanted := []time.Duration{0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500}
		if len(at) != len(wanted) {
			t.Fatalf("200 at %v", at)
		}
		for i := range at {
			if at[i].Round(time.Millisecond) != wanted[i]*time.Millisecond {
				t.Fatalf("200 at %v, want %v ms", at, wanted)
			}
		}
		if e := want[Ended](t, n); e.By != "network" || e.Cause != "no ack" {
			t.Fatalf("%+v", e)
		}
	})
}
