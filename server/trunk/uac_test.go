package trunk

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func prefixes(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range all {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// dial calls the far side and gives its INVITE.
func (h *house) dial(s *sbc, o Outgoing) (*Dialog, news, packet) {
	h.t.Helper()
	if o.Trunk == "" {
		o.Trunk, o.To, o.From, o.FromName, o.SDP = "london", "+33123456789", "+442079460018", `Isaiah "Izzy"`, []byte("v=0 offer")
	}
	n := make(news, 64)
	d := h.edge.Dial(o, func(e Event) { n <- e })
	return d, n, s.expect("INVITE")
}

// talking dials and answers.
func (h *house) talking(s *sbc) (*Dialog, news, packet) {
	h.t.Helper()
	d, n, inv := h.dial(s, Outgoing{})
	s.send(s.answer(inv, "180 Ringing", "b", "", ""))
	want[Ringing](h.t, n)
	s.send(s.answer(inv, "200 OK", "b", "Allow: INVITE, ACK, BYE, UPDATE\n", "v=0 answer"))
	s.expect("ACK")
	if a := want[Answered](h.t, n); string(a.SDP) != "v=0 answer" {
		h.t.Fatalf("answered with %q", a.SDP)
	}
	return d, n, inv
}

func TestWeCallAreRungAnsweredAndHangUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, inv := h.talking(s)
		for name, want := range map[string]string{
			"From": `"Isaiah \"Izzy\"" <sip:+442079460018@calls.contoso.example;user=phone>;tag=`, "To": "<sip:+33123456789@192.0.2.2:5060;user=phone>",
			"Contact": "<sip:+442079460018@calls.contoso.example:5060>", "Content-Type": "application/sdp", "Max-Forwards": "70",
		} {
			if got := inv.header(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if inv.body() != "v=0 offer" || !strings.HasPrefix(inv.start, "INVITE sip:+33123456789@192.0.2.2:5060;user=phone SIP/2.0") {
			t.Fatalf("INVITE:\n%s", inv.text)
		}
		d.Hangup(Reason{Code: 200, Text: "done"})
		bye := s.expect("BYE")
		if !strings.HasPrefix(bye.start, "BYE sip:sbc@192.0.2.2:5060 ") || bye.tag("To") != "b" {
			t.Fatalf("BYE:\n%s", bye.text)
		}
		s.send(s.answer(bye, "200 OK", "", "", ""))
		if e := want[Ended](t, n); e.By != "us" || e.Cause != "bye" {
			t.Fatalf("%+v", e)
		}
	})
}

func TestManyPlacesRingAndOneAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, inv := h.dial(s, Outgoing{})
		for i := range 15 {
			s.send(s.answer(inv, "183 Session Progress", fmt.Sprintf("fork%d", i), "", "v=0 early"))
			if r := want[Ringing](t, n); r.Code != 183 || string(r.SDP) != "v=0 early" {
				t.Fatalf("%+v", r)
			}
		}
		s.send(s.answer(inv, "200 OK", "fork7", "Record-Route: <sip:two@192.0.2.2;lr>\nRecord-Route: <sip:one@192.0.2.2;lr>\n", "v=0 a"))
		ack := s.expect("ACK")
		if ack.tag("To") != "fork7" || !strings.Contains(ack.text, "Route: <sip:one@192.0.2.2;lr>\r\nRoute: <sip:two@192.0.2.2;lr>") {
			t.Fatalf("ACK:\n%s", ack.text)
		}
		want[Answered](t, n)
		s.send(s.answer(inv, "200 OK", "fork7", "Contact: <sip:elsewhere@192.0.2.3>\n", "v=0 a")) // repeated
		if again := s.expect("ACK"); again.tag("To") != "fork7" {
			t.Fatalf("ACK:\n%s", again.text)
		}
		s.send(s.answer(inv, "200 OK", "fork9", "", "v=0 b")) // a second phone answered
		if a := s.expect("ACK"); a.tag("To") != "fork9" {
			t.Fatalf("ACK:\n%s", a.text)
		}
		if b := s.expect("BYE"); b.tag("To") != "fork9" {
			t.Fatalf("BYE:\n%s", b.text)
		}
		n.quiet(t, time.Second)
	})
}

func TestA200ThatCrossesOurCANCELIsAcknowledgedAndHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, inv := h.dial(s, Outgoing{})
		s.send(s.answer(inv, "180 Ringing", "b", "", ""))
		want[Ringing](t, n)
		d.Hangup(Reason{Text: "taken back"})
		if e := want[Ended](t, n); e.By != "us" || e.Cause != "cancel" {
			t.Fatalf("%+v", e)
		}
		cancel := s.expect("CANCEL")
		if cancel.header("Via") != inv.header("Via") || cancel.header("CSeq") != "1 CANCEL" {
			t.Fatalf("CANCEL:\n%s", cancel.text)
		}
		s.send(s.answer(inv, "200 OK", "b", "", "v=0"))
		s.send(s.answer(cancel, "200 OK", "b", "", ""))
		s.expect("ACK")
		s.send(s.answer(s.expect("BYE"), "200 OK", "", "", ""))
		n.quiet(t, time.Minute)
		if h.edge.Dialogs() != 0 {
			t.Fatal("the dialog stays")
		}
	})
}

func TestACANCELWaitsForAnAnswerOfAnyKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, inv := h.dial(s, Outgoing{})
		d.Hangup(Reason{})
		want[Ended](t, n)
		for {
			p, some := s.next(2 * time.Second)
			if !some {
				break
			}
			if strings.HasPrefix(p.start, "CANCEL") {
				t.Fatal("CANCEL before any answer")
			}
		}
		s.send(s.answer(inv, "100 Trying", "", "", ""))
		cancel := s.expect("CANCEL")
		s.send(s.answer(cancel, "200 OK", "b", "", ""))
		s.send(s.answer(inv, "487 Request Terminated", "b", "", ""))
		s.expect("ACK")
		n.quiet(t, time.Minute)
		if h.edge.Dialogs() != 0 {
			t.Fatal("the dialog stays")
		}
	})
}

func TestNobodyAnswersInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		began := time.Now()
		_, n, inv := h.dial(s, Outgoing{Trunk: "london", To: "+331", SDP: []byte("v=0"), RingFor: 18 * time.Second})
		s.send(s.answer(inv, "180 Ringing", "b", "", ""))
		want[Ringing](t, n)
		if r := want[Rejected](t, n); r.Code != 408 || time.Since(began) != 18*time.Second {
			t.Fatalf("%+v after %v", r, time.Since(began))
		}
		s.send(s.answer(s.expect("CANCEL"), "200 OK", "b", "", ""))
		s.send(s.answer(inv, "487 Request Terminated", "b", "", ""))
		s.expect("ACK")
	})
}

func TestARepeatedRefusalIsAcknowledgedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, inv := h.dial(s, Outgoing{})
		busy := s.answer(inv, "486 Busy Here", "b", "", "")
		s.send(busy)
		s.expect("ACK")
		if r := want[Rejected](t, n); r.Code != 486 {
			t.Fatalf("%+v", r)
		}
		<-time.After(500 * time.Millisecond)
		before := time.Now()
		s.send(busy)
		if ack := s.expect("ACK"); ack.header("Via") != inv.header("Via") || ack.tag("To") != "b" || time.Since(before) > 100*time.Millisecond {
			t.Fatalf("after %v:\n%s", time.Since(before), ack.text)
		}
		time.Sleep(30 * time.Second) // as late as it may still come, when others have been refused meanwhile
		_, _, other := h.dial(s, Outgoing{})
		s.send(s.answer(other, "486 Busy Here", "c", "", ""))
		s.expect("ACK")
		s.send(busy)
		if ack := s.expect("ACK"); ack.header("Call-ID") != inv.header("Call-ID") {
			t.Fatalf("not the first one's:\n%s", ack.text)
		}
	})
}

// two peers, the first at .2, the second at .3
func pair(kind string) Trunk {
	n := london()
	n.Kind = kind
	n.Peers = append(n.Peers, Peer{Host: "192.0.2.3", Port: 5060, Transport: "udp"})
	return n
}

func TestWhichAnswersSendTheCallToTheNextPeer(t *testing.T) {
	for _, c := range []struct {
		kind, status string
		ring, next   bool
	}{
		{"sbc", "503 Service Unavailable", false, true},
		{"sbc", "503 Service Unavailable", true, false},
		{"sbc", "500 Server Internal Error", false, false},
		{"sbc", "486 Busy Here", false, false},
		{"sbc", "603 Decline", false, false},
		{"sbc", "600 Busy Everywhere", false, false},
		{"sbc", "408 Request Timeout", false, false},
		{"sbc", "504 Server Time-out", false, false},
		{"teams", "603 Decline", false, false},
		{"teams", "408 Request Timeout", false, true},
		{"teams", "500 Server Internal Error", false, true},
		{"teams", "503 Service Unavailable", false, true},
		{"teams", "500 Server Internal Error", true, false},
		{"teams", "504 Server Time-out", false, true},
		{"teams", "404 Not Found", false, false},
		{"sbc", "", false, true}, // says nothing at all
	} {
		t.Run(fmt.Sprintf("%s %q ringing %v", c.kind, c.status, c.ring), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil, pair(c.kind))
				s, second := h.sbc(theirs), h.sbc("192.0.2.3:5060")
				began := time.Now()
				_, n, inv := h.dial(s, Outgoing{})
				if c.ring {
					s.send(s.answer(inv, "180 Ringing", "b", "", ""))
					want[Ringing](t, n)
				}
				if c.status != "" {
					s.send(s.answer(inv, c.status, "b", "Retry-After: 30\n", ""))
				}
				if !c.next {
					if r := want[Rejected](t, n); !strings.HasPrefix(c.status, fmt.Sprint(r.Code)) {
						t.Fatalf("%+v", r)
					}
					if p, some := second.next(time.Minute); some {
						t.Fatalf("the second peer got %q", p.start)
					}
					return
				}
				again := second.expect("INVITE")
				if time.Since(began) > 5*time.Second || again.header("Call-ID") != inv.header("Call-ID") || again.tag("From") != inv.tag("From") {
					t.Fatalf("after %v:\n%s", time.Since(began), again.text)
				}
				second.send(second.answer(again, "200 OK", "c", "", "v=0"))
				second.expect("ACK")
				want[Answered](t, n)
				if c.status == "" || strings.HasPrefix(c.status, "503") { // the first asked for time, or was not reached
					h.edge.Dial(Outgoing{Trunk: "london", To: "+331", SDP: []byte("v=0")}, func(Event) {})
					asked := time.Now()
					if second.expect("INVITE"); time.Since(asked) > time.Second {
						t.Fatal("a peer that asked for time was tried first")
					}
				}
				if c.status == "" { // it wakes up and rings: too late
					s.send(s.answer(inv, "180 Ringing", "z", "", ""))
					s.expect("CANCEL")
					s.send(s.answer(inv, "200 OK", "z", "", "v=0"))
					s.expect("ACK")
					s.expect("BYE")
				}
			})
		})
	}
}

func TestNoPeerAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, pair("sbc"))
		n := make(news, 8)
		h.edge.Dial(Outgoing{Trunk: "london", To: "+331", SDP: []byte("v=0")}, func(e Event) { n <- e })
		if u := want[Unreachable](t, n); !strings.Contains(u.Err.Error(), "192.0.2.3:5060") {
			t.Fatalf("%v", u.Err)
		}
		h.edge.Dial(Outgoing{Trunk: "nowhere"}, func(e Event) { n <- e })
		want[Unreachable](t, n)
	})
}

func TestAPeerMayAskForCredentials(t *testing.T) {
	for name, c := range map[string]struct{ status, challenge, answer string }{
		"at the end":   {"401 Unauthorized", `WWW-Authenticate: Digest realm="sbc, inc", nonce="n1", algorithm=MD5, qop="auth,auth-int", opaque="o"`, "Authorization"},
		"on the way":   {"407 Proxy Authentication Required", `Proxy-Authenticate: Digest realm="p", nonce="n2"`, "Proxy-Authorization"},
		"with SHA-256": {"401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\", nonce=\"n3\", algorithm=SHA-256, qop=\"auth\"\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n3\", algorithm=MD5, qop=\"auth\"", "Authorization"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := london()
				n.Username, n.Password = "cord", "board"
				h := newHouse(t, nil, n)
				s := h.sbc(theirs)
				d, nn, inv := h.dial(s, Outgoing{})
				s.send(s.answer(inv, c.status, "x", c.challenge+"\n", ""))
				again := s.expect("INVITE")
				p, ok := digestParams(again.header(c.answer))
				if !ok || again.header("CSeq") != "2 INVITE" {
					t.Fatalf("INVITE:\n%s", again.text)
				}
				uri := strings.Fields(again.start)[1]
				ha1, ha2 := digestHash(p["algorithm"], "cord", p["realm"], "board"), digestHash(p["algorithm"], "INVITE", uri)
				want1 := digestHash(p["algorithm"], ha1, p["nonce"], ha2)
				if p["qop"] != "" {
					want1 = digestHash(p["algorithm"], ha1, p["nonce"], p["nc"], p["cnonce"], "auth", ha2)
				}
				if p["response"] != want1 || p["uri"] != uri {
					t.Fatalf("credentials %v", p)
				}
				s.send(s.answer(again, "200 OK", "b", "", "v=0"))
				ack := s.expect("ACK")
				for ack.header("CSeq") != "2 ACK" {
					ack = s.expect("ACK")
				}
				want[Answered](t, nn)
				d.Hangup(Reason{})
				bye := s.expect("BYE")
				s.send(s.answer(bye, c.status, "", c.challenge+"\n", ""))
				if again := s.expect("BYE"); again.header(c.answer) == "" {
					t.Fatalf("BYE:\n%s", again.text)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // wrong password: asked again, it ends
		n := london()
		n.Username, n.Password = "cord", "wrong"
		h := newHouse(t, nil, n)
		s := h.sbc(theirs)
		_, nn, inv := h.dial(s, Outgoing{})
		s.send(s.answer(inv, "401 Unauthorized", "x", "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\"\n", ""))
		again := s.expect("INVITE")
		s.send(s.answer(again, "401 Unauthorized", "x", "WWW-Authenticate: Digest realm=\"r\", nonce=\"2\"\n", ""))
		if r := want[Rejected](t, nn); r.Code != 401 {
			t.Fatalf("%+v", r)
		}
	})
}

func TestWhoCallsIsWithheldWhenAsked(t *testing.T) {
	for name, trusted := range map[string]bool{"from an untrusted trunk": false, "from a trusted trunk": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := london()
				n.Trusted = trusted
				h := newHouse(t, nil, n)
				s := h.sbc(theirs)
				_, _, inv := h.dial(s, Outgoing{Trunk: "london", To: "+331", From: "+4420", FromName: "Isaiah", Privacy: true, SDP: []byte("v=0"), Headers: map[string]string{"X-Case": "12\r\nEvil: 1"}})
				pai := inv.header("P-Asserted-Identity")
				if !strings.HasPrefix(inv.header("From"), `"Anonymous" <sip:anonymous@anonymous.invalid>`) || inv.header("Privacy") != "id" ||
					(pai == "<sip:+4420@calls.contoso.example;user=phone>") != trusted || strings.Contains(inv.header("Contact"), "4420") || inv.header("X-Case") != "12Evil: 1" {
					t.Fatalf("INVITE:\n%s", inv.text)
				}
			})
		})
	}
}

func TestTheShapeOfDirectRouting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := london()
		n.Kind, n.ContactHost, n.FromHost = "teams", "sbc1.adatum.biz", "sbc1.adatum.biz"
		h := newHouse(t, nil, n)
		s := h.sbc(theirs)
		target := "sip:sip.pstnhub.microsoft.com:5061;transport=tls;x-m=8:orgid:AbC;x-empty=;x-tt=aGk%3D"
		_, _, inv := h.dial(s, Outgoing{Trunk: "london", Target: target, From: "+17168712781", SDP: []byte("v=0"), Headers: map[string]string{"Referred-By": "<sip:x;x-t=;y>"}})
		if inv.start != "INVITE "+target+" SIP/2.0" || inv.header("To") != "<"+target+">" || inv.header("Referred-By") != "<sip:x;x-t=;y>" ||
			!strings.HasPrefix(inv.header("Via"), "SIP/2.0/UDP sbc1.adatum.biz:5060") || inv.header("Contact") != "<sip:+17168712781@sbc1.adatum.biz:5060>" ||
			strings.Contains(inv.header("Supported"), "100rel") || strings.Contains(inv.header("Allow"), "REFER") {
			t.Fatalf("INVITE:\n%s", inv.text)
		}
	})
}

func TestAnAnswerThatCameReliablyBeforeThe200Counts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, inv := h.dial(s, Outgoing{})
		s.send(s.answer(inv, "183 Session Progress", "b", "Require: 100rel\nRSeq: 1\n", "v=0 early answer"))
		s.send(s.answer(s.expect("PRACK"), "200 OK", "", "", ""))
		want[Ringing](t, n)
		s.send(s.answer(inv, "200 OK", "b", "", ""))
		if a := want[Answered](t, n); string(a.SDP) != "v=0 early answer" {
			t.Fatalf("answered with %q", a.SDP)
		}
	})
}

func TestAPeerIsAskedWhetherItKnowsTheCall(t *testing.T) {
	for status, alive := range map[string]bool{"200 OK": true, "405 Method Not Allowed": true, "481 Call/Transaction Does Not Exist": false, "": false} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, nil)
			s := h.sbc(theirs)
			d, n, _ := h.talking(s)
			d.Probe()
			o := s.expect("OPTIONS")
			if o.tag("To") != "b" {
				t.Fatalf("OPTIONS:\n%s", o.text)
			}
			if status != "" {
				s.send(s.answer(o, status, "", "", ""))
			}
			asked := time.Now()
			if p := want[Probed](t, n); p.Alive != alive || time.Since(asked) > 10*time.Second {
				t.Fatalf("%q: %+v after %v", status, p, time.Since(asked))
			}
		})
	}
}

func TestADeskPhoneIsCalledByItsAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, Trunk{ID: "phones", Allow: prefixes("192.0.2.0/24")})
		s := h.sbc("192.0.2.77:5062")
		_, n, inv := h.dial(s, Outgoing{Trunk: "phones", Target: "sip:desk7@192.0.2.77:5062", From: "100", SDP: []byte("v=0")})
		if !strings.HasPrefix(inv.start, "INVITE sip:desk7@192.0.2.77:5062 SIP/2.0") {
			t.Fatalf("INVITE:\n%s", inv.text)
		}
		s.send(s.answer(inv, "200 OK", "b", "", "v=0"))
		want[Answered](t, n)
	})
}
