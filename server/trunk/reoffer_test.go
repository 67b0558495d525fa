package trunk

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestThePeerChangesMedia(t *testing.T) {
	for name, method := range map[string]string{"by re-INVITE": "INVITE", "by UPDATE": "UPDATE"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				d, n, tag := h.answered(s)
				m := s.request(method, 2, tag, "", "v=0 hold")
				s.send(strings.Replace(m, "sip:sbc@"+theirs, "sip:moved@192.0.2.2:5060", 1))
				if r := want[Reoffered](t, n); string(r.SDP) != "v=0 hold" {
					t.Fatalf("%q", r.SDP)
				}
				d.AnswerReoffer([]byte("v=0 held"), 200)
				ok := s.expect("SIP/2.0 200")
				if ok.body() != "v=0 held" || ok.tag("To") != tag {
					t.Fatalf("200:\n%s", ok.text)
				}
				if method == "INVITE" {
					if again := s.expect("SIP/2.0 200"); again.body() != "v=0 held" { // until the ACK
						t.Fatalf("%s", again.text)
					}
					s.send(s.request("ACK", 2, tag, "", ""))
				}
				n.quiet(t, time.Minute) // no Acked for an answer that was given
				d.Hangup(Reason{})
				if bye := s.expect("BYE"); !strings.HasPrefix(bye.start, "BYE sip:moved@192.0.2.2:5060 ") {
					t.Fatalf("BYE goes to %s", bye.start)
				}
			})
		})
	}
}

func TestThePeerAsksForOurOffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, tag := h.answered(s)
		s.send(s.request("INVITE", 2, tag, "", ""))
		if r := want[Reoffered](t, n); r.SDP != nil {
			t.Fatalf("%q", r.SDP)
		}
		d.AnswerReoffer([]byte("v=0 our offer"), 200)
		s.expect("SIP/2.0 200")
		s.send(s.request("ACK", 2, tag, "", "v=0 their answer"))
		if a := want[Acked](t, n); string(a.SDP) != "v=0 their answer" {
			t.Fatalf("%q", a.SDP)
		}
	})
}

func TestAChangeOfMediaMayBeRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, tag := h.answered(s)
		s.send(s.request("INVITE", 2, tag, "", "v=0 video"))
		want[Reoffered](t, n)
		d.AnswerReoffer(nil, 488)
		s.expect("SIP/2.0 488")
		s.send(s.request("INVITE", 3, tag, "", "v=0 nobody answers this"))
		want[Reoffered](t, n)
		asked := time.Now()
		if s.expect("SIP/2.0 500"); time.Since(asked) > 11*time.Second {
			t.Fatalf("refused after %v", time.Since(asked))
		}
		s.send(s.request("INVITE", 3, tag, "", "v=0 an old number"))
		s.expect("SIP/2.0 500")
		s.send(s.request("BYE", 4, tag, "", ""))
		s.expect("SIP/2.0 200")
		want[Ended](t, n)
	})
}

func TestWeChangeMedia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, first := h.talking(s)
		d.Reoffer([]byte("v=0 hold"))
		inv := s.expect("INVITE")
		if inv.body() != "v=0 hold" || inv.tag("To") != "b" || inv.tag("From") != first.tag("From") || inv.header("CSeq") != "2 INVITE" {
			t.Fatalf("re-INVITE:\n%s", inv.text)
		}
		d.Reoffer([]byte("v=0 skipped"))
		d.Reoffer([]byte("v=0 resume")) // must wait
		s.send(s.answer(inv, "200 OK", "b", "Record-Route: <sip:new@192.0.2.9;lr>\n", "v=0 held"))
		if ack := s.expect("ACK"); ack.header("CSeq") != "2 ACK" || ack.header("Route") != "" {
			t.Fatalf("ACK:\n%s", ack.text)
		}
		if r := want[Reanswered](t, n); r.Code != 200 || string(r.SDP) != "v=0 held" {
			t.Fatalf("%+v", r)
		}
		again := s.expect("INVITE")
		if again.body() != "v=0 resume" {
			t.Fatalf("%s", again.text)
		}
		s.send(s.answer(again, "488 Not Acceptable Here", "b", "", ""))
		if r := want[Reanswered](t, n); r.Code != 488 {
			t.Fatalf("%+v", r)
		}
		n.quiet(t, time.Second)
	})
}

func TestOffersThatCollideAreMadeAgain(t *testing.T) {
	for name, out := range map[string]bool{"in a call that we made": true, "in a call that came in": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				var d *Dialog
				var n news
				var tag string
				if out {
					var inv packet
					d, n, inv = h.talking(s)
					tag = inv.tag("From")
					s.id, s.tag = inv.header("Call-ID"), "b"
				} else {
					d, n, tag = h.answered(s)
				}
				d.Reoffer([]byte("v=0 ours"))
				inv := s.expect("INVITE")
				s.send(s.request("INVITE", 20, tag, "", "v=0 theirs"))
				s.expect("SIP/2.0 491")
				began := time.Now()
				s.send(s.answer(inv, "491 Request Pending", "b", "", ""))
				s.expect("ACK")
				again := s.expect("INVITE")
				waited := time.Since(began)
				if out && (waited < 2100*time.Millisecond || waited > 4100*time.Millisecond) || !out && waited > 2000*time.Millisecond {
					t.Fatalf("again after %v", waited)
				}
				s.send(s.answer(again, "200 OK", "b", "", "v=0 a"))
				s.expect("ACK")
				if r := want[Reanswered](t, n); r.Code != 200 {
					t.Fatalf("%+v", r)
				}
			})
		})
	}
}

func TestALostSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, _ := h.talking(s)
		d.Reoffer([]byte("v=0 hold"))
		s.send(s.answer(s.expect("INVITE"), "481 Call/Transaction Does Not Exist", "b", "", ""))
		s.expect("BYE")
		if e := want[Ended](t, n); e.By != "network" || e.Code != 481 {
			t.Fatalf("%+v", e)
		}
	})
}

func TestSessionTimersAsTheCalled(t *testing.T) {
	for _, c := range []struct{ name, extra, want string }{
		{"the peer refreshes", "Supported: timer\nSession-Expires: 1800\n", "1800;refresher=uac"},
		{"we are asked to", "Supported: timer\nSession-Expires: 600;refresher=uas\n", "600;refresher=uas"},
		{"a proxy asks for one that knows it not", "Session-Expires: 900\n", "900;refresher=uas"},
		{"we ask", "Supported: timer\n", "1800;refresher=uac"},
		{"we ask, and a proxy wants longer", "Supported: timer\nMin-SE: 2400\n", "2400;refresher=uac"},
		{"neither", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				s.send(s.request("INVITE", 1, "", c.extra, offer))
				d := h.call()
				d.Answer([]byte("v=0"))
				ok := s.expect("SIP/2.0 200")
				if ok.header("Session-Expires") != c.want || strings.Contains(c.want, "uac") != (ok.header("Require") == "timer") {
					t.Fatalf("200:\n%s", ok.text)
				}
			})
		})
	}
}

func TestASessionThatIsNotRefreshedEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "Supported: timer\nSession-Expires: 300\n", offer))
		d := h.call()
		n := listen(d)
		d.Answer([]byte("v=0"))
		ok := s.expect("SIP/2.0 200")
		s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
		want[Acked](t, n)
		n.quiet(t, 250*time.Second)
		s.send(s.request("UPDATE", 2, ok.tag("To"), "Supported: timer\nSession-Expires: 300;refresher=uac\n", ""))
		s.expect("SIP/2.0 200")
		refreshed := time.Now()
		n.quiet(t, 267*time.Second)
		if s.expect("BYE"); time.Since(refreshed) > 269*time.Second { // shortly before the end (RFC 4028 §10)
			t.Fatalf("the BYE came after %v", time.Since(refreshed))
		}
		if e := want[Ended](t, n); e.Cause != "session expired" || e.By != "network" {
			t.Fatalf("%+v", e)
		}
	})
}

func TestWeRefreshTheSession(t *testing.T) {
	for _, c := range []struct{ name, allow, method string }{
		{"by UPDATE", "INVITE, ACK, BYE, UPDATE", "UPDATE"}, {"by re-INVITE, as Direct Routing wants it", "INVITE,ACK,OPTIONS,CANCEL,BYE,NOTIFY", "INVITE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				_, n, inv := h.dial(s, Outgoing{})
				if inv.header("Session-Expires") != "1800" || inv.header("Min-SE") != "90" {
					t.Fatalf("INVITE:\n%s", inv.text)
				}
				s.send(s.answer(inv, "422 Session Interval Too Small", "x", "Min-SE: 2000\n", ""))
				inv = s.expect("INVITE")
				if inv.header("Session-Expires") != "2000" || inv.header("Min-SE") != "2000" {
					t.Fatalf("INVITE:\n%s", inv.text)
				}
				s.send(s.answer(inv, "200 OK", "b", "Allow: "+c.allow+"\nSession-Expires: 2000;refresher=uac\n", "v=0 a"))
				want[Answered](t, n)
				for range 3 {
					began := time.Now()
					var r packet
					for {
						p, ok := s.next(20 * time.Minute)
						if !ok {
							t.Fatal("no refresh")
						}
						if r = p; strings.HasPrefix(p.start, c.method) {
							break
						}
					}
					if d := time.Since(began); d < 990*time.Second || d > 1010*time.Second {
						t.Fatalf("refreshed after %v", d)
					}
					if r.header("Session-Expires") != "2000;refresher=uac" || (c.method == "INVITE") != (r.body() == "v=0 offer") {
						t.Fatalf("refresh:\n%s", r.text)
					}
					s.send(s.answer(r, "200 OK", "b", "Session-Expires: 2000;refresher=uac\n", map[string]string{"INVITE": "v=0 a"}[c.method]))
				}
				n.quiet(t, time.Minute)
			})
		})
	}
}

func TestProvisionalAnswersThatMustArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // ours
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "Require: 100rel\n", offer))
		d := h.call()
		d.Progress(180, nil)
		d.Progress(183, []byte("v=0 early"))
		ring := s.expect("SIP/2.0 180")
		if ring.header("Require") != "100rel" || ring.header("RSeq") == "" {
			t.Fatalf("180:\n%s", ring.text)
		}
		if again := s.expect("SIP/2.0 180"); again.header("RSeq") != ring.header("RSeq") {
			t.Fatal("another RSeq on a repetition")
		}
		s.send(s.request("PRACK", 2, ring.tag("To"), "RAck: 7 1 INVITE\n", ""))
		s.expect("SIP/2.0 481")
		s.send(s.request("PRACK", 3, ring.tag("To"), "RAck: "+ring.header("RSeq")+" 1 INVITE\n", ""))
		s.expect("SIP/2.0 200")
		early := s.expect("SIP/2.0 183")
		if early.body() != "v=0 early" || early.header("RSeq") == ring.header("RSeq") {
			t.Fatalf("183:\n%s", early.text)
		}
		n := listen(d) // nobody acknowledges
		s.expect("SIP/2.0 504")
		want[Ended](t, n)
	})
	synctest.Test(t, func(t *testing.T) { // the peer's
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, inv := h.dial(s, Outgoing{})
		rel := s.answer(inv, "183 Session Progress", "b", "Require: 100rel\nRSeq: 9\nRecord-Route: <sip:192.0.2.4;lr>\nRecord-Route: <sip:192.0.2.2;lr>\n", "v=0 early")
		s.send(rel)
		prack := s.expect("PRACK")
		if prack.header("RAck") != "9 1 INVITE" || prack.tag("To") != "b" || !strings.Contains(prack.text, "Route: <sip:192.0.2.2;lr>\r\nRoute: <sip:192.0.2.4;lr>\r\n") {
			t.Fatalf("PRACK:\n%s", prack.text)
		}
		want[Ringing](t, n)
		s.send(rel)
		n.quiet(t, 100*time.Millisecond)
		s.send(s.answer(prack, "200 OK", "b", "", ""))
		s.send(s.answer(inv, "200 OK", "b", "", "v=0"))
		if ack := s.expect("ACK"); ack.header("CSeq") != "1 ACK" {
			t.Fatalf("ACK:\n%s", ack.text)
		}
		want[Answered](t, n)
	})
}

func TestAPeerThatMayRefersAndReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := london()
		n.MayRefer = true
		busy := false
		h := newHouse(t, func(o *Options) { o.Load = func() (bool, time.Duration) { return busy, time.Second } }, n)
		s := h.sbc(theirs)
		d, nn, tag := h.answered(s)
		to := "<sip:sip.pstnhub.microsoft.com:5061;transport=tls;x-m=8:orgid:AbC;x-tt=aGk%3D;x-e=?Replaces=a%40b%3Bto-tag%3D1>"
		s.send(s.request("REFER", 2, tag, "Refer-To: "+to+"\nReferred-By: <sip:x;x-t=;y>\n", ""))
		if p := s.expect("SIP/2.0 202"); p.header("Contact") == "" {
			t.Fatalf("202:\n%s", p.text)
		}
		notify := s.expect("NOTIFY")
		if notify.header("Event") != "refer;id=2" || !strings.HasPrefix(notify.body(), "SIP/2.0 100") || !strings.HasPrefix(notify.header("Subscription-State"), "active") {
			t.Fatalf("NOTIFY:\n%s", notify.text)
		}
		r := want[Referred](t, nn)
		if r.To != to || r.By != "<sip:x;x-t=;y>" || r.URI != "sip:sip.pstnhub.microsoft.com:5061;transport=tls;x-m=8:orgid:AbC;x-tt=aGk%3D;x-e=" || r.Replaces != "a@b;to-tag=1" {
			t.Fatalf("%+v", r)
		}
		s.send(s.answer(notify, "200 OK", "", "", ""))
		d.ReferProgress(r.RequestID, 200, "")
		if last := s.expect("NOTIFY"); !strings.HasPrefix(last.body(), "SIP/2.0 200 OK") || !strings.HasPrefix(last.header("Subscription-State"), "terminated") {
			t.Fatalf("NOTIFY:\n%s", last.text)
		}
		busy = true // a call that is up goes on, with whom it will
		other := h.sbc("192.0.2.2:5070")
		other.send(other.request("INVITE", 1, "", "Replaces: "+s.id+" ; to-tag="+tag+";from-tag=far1\n", offer))
		c := h.call()
		if c.Info().Replaces != d || c.Info().ReplacesCallID != s.id {
			t.Fatalf("%+v", c.Info())
		}
		before := packet{}
		c.Answer([]byte("v=0"), func() { // which is the moment to end the old dialog
			for p, ok := other.next(time.Millisecond); ok; p, ok = other.next(time.Millisecond) {
				before = p
			}
			d.Hangup(Reason{Code: 200})
		})
		s.expect("BYE")
		if !strings.HasPrefix(before.start, "SIP/2.0 200") {
			t.Fatalf("the old dialog was ended before the new one had its 200: %q", before.start)
		}
		third := h.sbc("192.0.2.2:5080")
		third.send(third.request("INVITE", 1, "", "Replaces: "+s.id+";to-tag="+tag+";from-tag=wrong\n", offer))
		third.expect("SIP/2.0 481")
	})
}

func TestAReferThatOvertakesTheACKIsTaken(t *testing.T) {
	for name, late := range map[string]bool{"with an offer": false, "whose ACK must bring the answer": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := london()
				n.MayRefer = true
				h := newHouse(t, nil, n)
				s := h.sbc(theirs)
				body := offer
				if late {
					body = ""
				}
				s.send(s.request("INVITE", 1, "", "", body))
				d := h.call()
				events := listen(d)
				d.Answer([]byte("v=0"))
				ok := s.expect("SIP/2.0 200")
				s.send(s.request("REFER", 2, ok.tag("To"), "Refer-To: <sip:+33140000@192.0.2.2>\n", ""))
				if late {
					s.expect("SIP/2.0 403")
					return
				}
				s.expect("SIP/2.0 202")
				want[Acked](t, events)
				if r := want[Referred](t, events); r.URI != "sip:+33140000@192.0.2.2" {
					t.Errorf("%+v", r)
				}
				s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
				events.quiet(t, time.Second)
			})
		})
	}
}

func TestCallersMustShowCredentialsWhereTheTrunkSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := london()
		n.Username, n.Password, n.AuthIncoming = "cord", "board", true
		h := newHouse(t, nil, n)
		s := h.sbc(theirs)
		try := func(seq int, password, nonce string) packet {
			ha1, ha2 := digestHash("MD5", "cord", "calls.contoso.example", password), digestHash("MD5", "INVITE", "sip:x")
			s.send(s.request("INVITE", seq, "", `Authorization: Digest username="cord", realm="calls.contoso.example", nonce="`+nonce+`", uri="sip:x", response="`+digestHash("MD5", ha1, nonce, ha2)+`"`+"\n", offer))
			p := s.expect("SIP/2.0 ")
			return p
		}
		p, _ := digestParams(try(1, "board", "made up").header("WWW-Authenticate"))
		if q := try(2, "wrong", p["nonce"]); !strings.HasPrefix(q.start, "SIP/2.0 401") {
			t.Fatalf("%s", q.start)
		}
		<-time.After(2*time.Minute + time.Second)
		q := try(3, "board", p["nonce"])
		for !strings.Contains(q.header("WWW-Authenticate"), "stale=true") {
			q = s.expect("SIP/2.0 401")
		}
		p, _ = digestParams(q.header("WWW-Authenticate"))
		try(4, "board", p["nonce"])
		h.call()
	})
}

func TestWhoIsBelievedAboutTheCaller(t *testing.T) {
	for _, c := range []struct {
		name            string
		trusted         bool
		extra, from     string
		number, display string
		withheld        bool
		asserted        int
	}{
		{"plainly", false, "", `"Nestor, Wilke" <sip:+1-425-555.0100;phone-context=x@h;user=phone>`, "+14255550100", "Nestor, Wilke", false, 0},
		{"asserted but untrusted", false, "P-Asserted-Identity: <tel:+1>\n", `<sip:5@h>`, "5", "", false, 0},
		{"asserted and trusted", true, "P-Asserted-Identity: <tel:+1>, \"a,b\" <sip:u@contoso.com>\n", `<sip:5@h>`, "5", "", false, 2},
		{"asserted only", true, "P-Asserted-Identity: <tel:+14255550100>\n", `<sip:h>`, "+14255550100", "", false, 1},
		{"withheld by Privacy", true, "P-Asserted-Identity: <tel:+1>\nPrivacy: id;critical\n", `"N" <sip:5@h>`, "", "", true, 1},
		{"withheld by name", false, "", `"Anonymous" <sip:anonymous@anonymous.invalid>`, "", "", true, 0},
		{"Privacy none", false, "Privacy: none\n", `<sip:5@h>`, "5", "", false, 0},
		{"tel", false, "", `<tel:+44(20)7946-0018;x=y>`, "+442079460018", "", false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := london()
				n.Trusted = c.trusted
				h := newHouse(t, nil, n)
				s := h.sbc(theirs)
				s.send(strings.Replace(s.request("INVITE", 1, "", c.extra, offer), `"Nestor" <sip:+14255550100@192.0.2.2>`, c.from, 1))
				i := h.call().Info()
				if i.From != c.number || i.FromName != c.display || i.Withheld != c.withheld || len(i.Asserted) != c.asserted {
					t.Fatalf("%+v", i)
				}
			})
		})
	}
}

func TestHealthIsToldWhenItChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := london()
		n.Peers[0].Health = 60 * time.Second
		h := newHouse(t, nil, n)
		s := h.sbc(theirs)
		told := func(want string) {
			t.Helper()
			select {
			case got := <-h.health:
				if !strings.HasPrefix(got, want) {
					t.Fatalf("told %q, want %q", got, want)
				}
			case <-time.After(5 * time.Minute):
				t.Fatalf("not told %q", want)
			}
		}
		o := s.expect("OPTIONS")
		began := time.Now() // the next is due a minute after this one, however long its answer takes
		if o.start != "OPTIONS sip:192.0.2.2:5060 SIP/2.0" || o.header("Contact") != "<sip:calls.contoso.example:5060>" {
			t.Fatalf("OPTIONS:\n%s", o.text)
		}
		s.send(s.answer(o, "404 Not Found", "x", "", ""))
		told("london 192.0.2.2:5060 true")
		told("london 192.0.2.2:5060 false")                                   // two unanswered
		if d := time.Since(began); d > 90*time.Second || d < 69*time.Second { // a minute, and two probes that wait in vain
			t.Fatalf("down after %v", d)
		}
		for len(s.port.in) > 0 {
			<-s.port.in
		}
		o = s.expect("OPTIONS")
		s.send(s.answer(o, "200 OK", "x", "", ""))
		told("london 192.0.2.2:5060 true")
		for _, status := range []string{"503 Service Unavailable", "408 Request Timeout"} { // it answers, and takes no calls
			for range 2 {
				s.send(s.answer(s.expect("OPTIONS"), status, "x", "", ""))
			}
			told("london 192.0.2.2:5060 false answers " + status)
			s.send(s.answer(s.expect("OPTIONS"), "200 OK", "x", "", ""))
			told("london 192.0.2.2:5060 true")
		}
	})
}

func TestAReINVITEThatIsTriedForeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, _ := h.talking(s)
		began := time.Now()
		d.Reoffer([]byte("v=0 hold"))
		s.send(s.answer(s.expect("INVITE"), "100 Trying", "", "", ""))
		s.expect("BYE")
		if e := want[Ended](t, n); e.By != "network" || time.Since(began) != lifetime {
			t.Fatalf("%+v after %v", e, time.Since(began))
		}
	})
}

func TestAProvisionalAnswerThatMustArriveIsRepeatedEverMoreSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "Require: 100rel\n", offer))
		h.call().Progress(180, nil)
		s.expect("SIP/2.0 180")
		began := time.Now()
		for _, at := range []float64{0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 32} { // RFC 3262 §3: T1, doubled, for 64 T1
			p, _ := s.next(time.Minute)
			if code := map[bool]string{false: "180", true: "504"}[at == 32]; !strings.HasPrefix(p.start, "SIP/2.0 "+code) || time.Since(began).Seconds() != at {
				t.Fatalf("%s after %v, want %s after %v s", p.start, time.Since(began), code, at)
			}
		}
	})
}

// A 200 waits a second for the PRACK of a ringing tone, which is answered all the same when it comes later; for that of an
// answer it waits as long as it takes (RFC 3262 §3).
func TestA200AndProvisionalAnswersThatMustArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "Require: 100rel\n", offer))
		d := h.call()
		n := listen(d)
		d.Progress(180, nil)
		d.Answer([]byte("v=0 ours"))
		ring := s.expect("SIP/2.0 180")
		asked := time.Now()
		ok := s.expect("SIP/2.0 200")
		if wait := time.Since(asked); wait != time.Second {
			t.Fatalf("the 200 came after %v", wait)
		}
		s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
		want[Acked](t, n)
		s.send(s.request("PRACK", 2, ring.tag("To"), "RAck: "+ring.header("RSeq")+" 1 INVITE\n", ""))
		s.expect("SIP/2.0 200")
		s.send(s.request("PRACK", 3, ring.tag("To"), "RAck: "+ring.header("RSeq")+" 1 INVITE\n", ""))
		s.expect("SIP/2.0 481") // once is enough
		if p, some := s.next(time.Minute); some {
			t.Fatalf("%s goes on", p.start)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "Require: 100rel\n", offer))
		d := h.call()
		n := listen(d)
		d.Progress(183, []byte("v=0 ours"))
		d.Answer([]byte("v=0 ours"))
		early := s.expect("SIP/2.0 183")
		time.Sleep(400 * time.Millisecond)
		if p, some := s.next(time.Millisecond); some {
			t.Fatalf("%s before the PRACK", p.start)
		}
		s.send(s.request("PRACK", 2, early.tag("To"), "RAck: "+early.header("RSeq")+" 1 INVITE\n", ""))
		s.expect("SIP/2.0 200")
		ok := s.expect("SIP/2.0 200")
		if ok.header("CSeq") != "1 INVITE" {
			t.Fatalf("200:\n%s", ok.text)
		}
		s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
		want[Acked](t, n)
	})
}
