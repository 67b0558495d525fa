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
		wanted := []int64{0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500}
		if len(at) != len(wanted) {
			t.Fatalf("200 at %v", at)
		}
		for i := range at {
			if at[i].Round(time.Millisecond).Milliseconds() != wanted[i] {
				t.Fatalf("200 at %v, want %v ms", at, wanted)
			}
		}
		if e := want[Ended](t, n); e.By != "network" || e.Cause != "no ack" {
			t.Fatalf("%+v", e)
		}
	})
}

func TestALateOfferIsAnsweredByTheACK(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "", ""))
		d := h.call()
		if d.Info().SDP != nil {
			t.Fatal("an SDP out of nothing")
		}
		n := listen(d)
		d.Answer([]byte("v=0 our offer"))
		ok := s.expect("SIP/2.0 200")
		if ok.body() != "v=0 our offer" {
			t.Fatalf("200 with %q", ok.body())
		}
		s.send(s.request("ACK", 1, ok.tag("To"), "", "v=0 their answer"))
		if a := want[Acked](t, n); string(a.SDP) != "v=0 their answer" {
			t.Fatalf("acked with %q", a.SDP)
		}
	})
}

func TestCancelEndsACallThatIsNotAnswered(t *testing.T) {
	for name, ringing := range map[string]bool{"before it rings": false, "while it rings": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				inv := s.request("INVITE", 1, "", "", offer)
				s.send(inv)
				d := h.call()
				n := listen(d)
				if ringing {
					d.Progress(180, nil)
					s.expect("SIP/2.0 180")
				} else {
					s.expect("SIP/2.0 100")
				}
				cancel := strings.Replace(strings.Replace(inv, "INVITE", "CANCEL", 1), "CSeq: 1 INVITE", "CSeq: 1 CANCEL\nReason: SIP;cause=200;text=\"Call completed elsewhere\"", 1)
				head, _, _ := strings.Cut(cancel, "\n\n")
				s.send(strings.Replace(head, "Content-Type: application/sdp\n", "", 1) + "\n\n")
				s.expect("SIP/2.0 200")
				s.expect("SIP/2.0 487")
				s.send(strings.Replace(s.request("ACK", 1, "x", "", ""), "branch=z9hG4bKack", "branch=z9hG4bKinvite", 1))
				if e := want[Ended](t, n); e != (Ended{By: "peer", Code: 200, Cause: "cancel", Text: "Call completed elsewhere"}) {
					t.Fatalf("%+v", e)
				}
				d.Answer([]byte("v=0")) // too late: without effect
				n.quiet(t, time.Minute)
			})
		})
	}
}

// TestTheAnswerToACancelHasTheTagOfTheCall (RFC 3261 §9.2), so that a peer whose CANCEL crossed our 200 can go on with either.
func TestTheAnswerToACancelHasTheTagOfTheCall(t *testing.T) {
	for name, answered := range map[string]bool{"in time": false, "crossing our 200": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				inv := s.request("INVITE", 1, "", "", offer)
				s.send(inv)
				d := h.call()
				n := listen(d)
				tag := ""
				if answered {
					d.Answer([]byte("v=0"))
					tag = s.expect("SIP/2.0 200").tag("To")
				}
				head, _, _ := strings.Cut(strings.NewReplacer("INVITE", "CANCEL", "Content-Type: application/sdp\n", "").Replace(inv), "\n\n")
				s.send(head + "\n\n")
				ok := s.expect("SIP/2.0 200")
				if !answered {
					tag = s.expect("SIP/2.0 487").tag("To")
				}
				if ok.header("CSeq") != "1 CANCEL" || ok.tag("To") != tag || tag == "" {
					t.Errorf("the CANCEL was answered with tag %q, the INVITE with %q", ok.tag("To"), tag)
				}
				if answered {
					s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
					want[Acked](t, n)
					s.send(s.request("BYE", 2, ok.tag("To"), "", ""))
				}
				if e := want[Ended](t, n); e.By != "peer" {
					t.Fatalf("%+v", e)
				}
			})
		})
	}
}

// TestAByeOfAnotherTagEndsOnlyACallThatIsNotAcknowledged: until the peer has acknowledged our 200 it may not know our tag, and must be able to
// end its call all the same. After that a dialog is found by its tags alone.
func TestAByeOfAnotherTagEndsOnlyACallThatIsNotAcknowledged(t *testing.T) {
	for name, acked := range map[string]bool{"before the ACK": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				s.send(s.request("INVITE", 1, "", "", offer))
				d := h.call()
				n := listen(d)
				d.Answer([]byte("v=0"))
				ok := s.expect("SIP/2.0 200")
				if acked {
					s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
					want[Acked](t, n)
					s.send(s.request("BYE", 2, "another", "", ""))
					s.expect("SIP/2.0 481")
					n.quiet(t, time.Second)
					return
				}
				s.send(s.request("BYE", 2, "another", "", ""))
				s.expect("SIP/2.0 200")
				if e := want[Ended](t, n); e.By != "peer" {
					t.Fatalf("%+v", e)
				}
			})
		})
	}
}

func TestWeRefuseByCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "", offer))
		d := h.call()
		n := listen(d)
		d.Reject(503, "draining\r\nX-Bad: 1", 2500*time.Millisecond)
		p := s.expect("SIP/2.0 503")
		if p.header("Retry-After") != "3" || p.header("X-Bad") != "" {
			t.Fatalf("503:\n%s", p.text)
		}
		if e := want[Ended](t, n); e.By != "us" || e.Code != 503 || e.Cause != "rejected" {
			t.Fatalf("%+v", e)
		}
		d.Progress(180, nil)
		d.Hangup(Reason{})
		n.quiet(t, time.Minute)
	})
}

func TestAHangUpAfterOur200WaitsForTheACK(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "", offer))
		d := h.call()
		n := listen(d)
		d.Answer([]byte("v=0"))
		ok := s.expect("SIP/2.0 200")
		d.Hangup(Reason{Code: 200, Text: `said "bye"`})
		d.Hangup(Reason{Code: 200})
		if e := want[Ended](t, n); e.By != "us" {
			t.Fatalf("%+v", e)
		}
		for {
			p, some := s.next(300 * time.Millisecond)
			if !some {
				break
			}
			if strings.HasPrefix(p.start, "BYE") {
				t.Fatal("BYE before the ACK")
			}
		}
		s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
		bye := s.expect("BYE")
		if bye.header("Reason") != `SIP;cause=200;text="said \"bye\""` || bye.tag("From") != ok.tag("To") || bye.tag("To") != "far1" || !strings.HasPrefix(bye.start, "BYE sip:sbc@192.0.2.2:5060 ") {
			t.Fatalf("BYE:\n%s", bye.text)
		}
		s.send(s.answer(bye, "200 OK", "", "", ""))
		n.quiet(t, time.Minute)
		if h.edge.Dialogs() != 0 {
			t.Fatal("the dialog stays")
		}
	})
}

func TestARepeatedINVITEIsNoSecondCallAndAMergedOneIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		inv := s.request("INVITE", 1, "", "", offer)
		s.send(inv)
		h.call()
		s.send(inv)
		s.send(inv)
		synctest.Wait()
		if len(h.calls) != 0 {
			t.Fatal("a repeated INVITE made a call")
		}
		s.send(strings.Replace(inv, "z9hG4bK", "z9hG4bKother", 1))
		s.expect("SIP/2.0 482")
	})
}

func TestRequestsOutsideOfDialogs(t *testing.T) {
	for _, c := range []struct {
		name, method, tag, extra, body, want, header string
	}{
		{"OPTIONS is answered", "OPTIONS", "", "", "", "200", "Allow"},
		{"BYE without a dialog", "BYE", "", "", "", "481", ""},
		{"BYE of an unknown dialog", "BYE", "nobody", "", "", "481", ""},
		{"INVITE of an unknown dialog", "INVITE", "nobody", "", offer, "481", ""},
		{"CANCEL of nothing", "CANCEL", "", "", "", "481", ""},
		{"REGISTER is not taken", "REGISTER", "", "", "", "405", "Allow"},
		{"SUBSCRIBE is not taken", "SUBSCRIBE", "", "Event: presence\n", "", "405", "Allow"},
		{"REFER outside of a dialog", "REFER", "", "Refer-To: <sip:a@b>\n", "", "405", "Allow"},
		{"an unknown method", "DANCE", "", "", "", "501", "Allow"},
		{"an unknown extension", "INVITE", "", "Require: nothing-we-know, timer\n", offer, "420", "Unsupported"},
		{"an encoded body", "INVITE", "", "Content-Encoding: gzip\n", offer, "415", "Accept-Encoding"},
		{"a session too short", "INVITE", "", "Supported: timer\nSession-Expires: 60\n", offer, "422", "Min-SE"},
		{"Replaces from a peer that may not", "INVITE", "", "Replaces: a@b;to-tag=1;from-tag=2\n", offer, "403", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				s.send(s.request(c.method, 1, c.tag, c.extra, c.body))
				p := s.expect("SIP/2.0 " + c.want)
				if c.header != "" && p.header(c.header) == "" {
					t.Fatalf("no %s:\n%s", c.header, p.text)
				}
				if len(h.calls) != 0 {
					t.Fatal("it made a call")
				}
			})
		})
	}
}

func TestRequestsWithinADialog(t *testing.T) {
	for _, c := range []struct {
		name, method, extra, body, want string
		tone                            byte
	}{
		{"a tone by dtmf-relay", "INFO", "Content-Type: application/dtmf-relay\n", "Signal= 5\nDuration=160\n", "200", '5'},
		{"a tone by dtmf", "INFO", "Content-Type: application/dtmf\n", "11", "200", '#'},
		{"no tone at all", "INFO", "Content-Type: application/dtmf\n", "hello", "400", 0},
		{"other information", "INFO", "Content-Type: text/plain\n", "hello", "415", 0},
		{"an empty INFO", "INFO", "", "", "200", 0},
		{"OPTIONS", "OPTIONS", "", "", "200", 0},
		{"a session refresh by UPDATE", "UPDATE", "Supported: timer\nSession-Expires: 1800;refresher=uac\n", "", "200", 0},
		{"NOTIFY of nothing", "NOTIFY", "Event: x\n", "", "481", 0},
		{"REFER from a peer that may not", "REFER", "Refer-To: <sip:a@b>\n", "", "405", 0},
		{"PRACK of nothing", "PRACK", "RAck: 1 1 INVITE\n", "", "481", 0},
		{"an unknown method", "DANCE", "", "", "501", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				_, n, tag := h.answered(s)
				m := s.request(c.method, 2, tag, c.extra, "")
				s.send(m[:strings.Index(m, "\n\n")] + "\n\n" + c.body)
				s.expect("SIP/2.0 " + c.want)
				if c.tone != 0 {
					if e := want[Tone](t, n); e.Digit != c.tone {
						t.Fatalf("tone %q", e.Digit)
					}
				}
				n.quiet(t, time.Second)
			})
		})
	}
}

func TestADialogIsFoundByItsTagsWhateverAddressOfItsTrunkSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trunk := london()
		trunk.Allow = prefixes("192.0.2.0/28")
		h := newHouse(t, nil, trunk, Trunk{ID: "paris", Tenant: "fabrikam", Allow: prefixes("198.51.100.0/24")})
		s := h.sbc(theirs)
		_, n, tag := h.answered(s)
		other := h.sbc("198.51.100.7:5060") // another tenant's
		other.id = s.id
		other.send(other.request("BYE", 2, tag, "", ""))
		other.expect("SIP/2.0 481")
		forged := h.sbc("192.0.2.9:5060")
		forged.id, forged.tag = s.id, "wrong"
		forged.send(forged.request("BYE", 2, tag, "", ""))
		forged.expect("SIP/2.0 481")
		n.quiet(t, time.Second)
		second := h.sbc("192.0.2.10:5080")
		second.id = s.id
		second.send(second.request("BYE", 2, tag, "", ""))
		second.expect("SIP/2.0 200")
		want[Ended](t, n)
	})
}

func TestStrangersGetNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc("203.0.113.1:5060")
		s.send(s.request("INVITE", 1, "", "", offer))
		s.send(s.request("OPTIONS", 1, "", "", ""))
		s.raw("garbage")
		if p, some := s.next(time.Minute); some {
			t.Fatalf("a stranger was told %q", p.start)
		}
		if c := h.edge.Counts(); c.Strangers != 3 || len(h.calls) != 0 {
			t.Fatalf("%+v", c)
		}
	})
}

func TestUnderLoadNewCallsAreRefusedAndThoseThatAreUpGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := false
		h := newHouse(t, func(o *Options) { o.Load = func() (bool, time.Duration) { return busy, 4 * time.Second } })
		s := h.sbc(theirs)
		_, n, tag := h.answered(s)
		busy = true
		other := h.sbc("192.0.2.2:5070")
		other.send(other.request("INVITE", 1, "", "", offer))
		if p := other.expect("SIP/2.0 503"); p.header("Retry-After") != "4" {
			t.Fatalf("503:\n%s", p.text)
		}
		s.send(s.request("BYE", 2, tag, "", ""))
		s.expect("SIP/2.0 200")
		want[Ended](t, n)
	})
}

func TestAPanicCostsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s, other := h.sbc(theirs), h.sbc("192.0.2.2:5070")
		_, n, tag := h.answered(other)
		d, _, _ := h.answered(s)
		d.do(func() { panic("a fault") })
		s.expect("BYE")
		n.quiet(t, time.Second)
		other.send(other.request("BYE", 2, tag, "", ""))
		other.expect("SIP/2.0 200")
		want[Ended](t, n)
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *Options) { o.Handler = faulty{} })
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 1, "", "", offer))
		s.expect("SIP/2.0 500")
		synctest.Wait()
		if h.edge.Dialogs() != 0 {
			t.Fatal("the dialog stays")
		}
	})
}

type faulty struct{}

func (faulty) Invite(*Dialog)                          { panic("a fault in the handler") }
func (faulty) PeerHealth(string, string, bool, string) {}

func TestAnACKOfAnotherRequestSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		s.send(s.request("INVITE", 7, "", "", offer))
		d := h.call()
		n := listen(d)
		d.Answer([]byte("v=0"))
		ok := s.expect("SIP/2.0 200")
		s.send(s.request("ACK", 6, ok.tag("To"), "", ""))
		s.expect("SIP/2.0 200") // again
		n.quiet(t, time.Second)
		s.send(s.request("ACK", 7, ok.tag("To"), "", ""))
		want[Acked](t, n)
		s.send(s.request("ACK", 7, ok.tag("To"), "", "")) // repeated
		n.quiet(t, time.Minute)
	})
}

func TestADialogEndsOnce(t *testing.T) {
	for i := range 20 {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, nil)
			s := h.sbc(theirs)
			d, n, tag := h.answered(s)
			if i%2 == 0 {
				d.Hangup(Reason{})
				s.send(s.request("BYE", 2, tag, "", ""))
			} else {
				s.send(s.request("BYE", 2, tag, "", ""))
				d.Hangup(Reason{})
			}
			want[Ended](t, n)
			n.quiet(t, 2*time.Minute)
			if h.edge.Dialogs() != 0 {
				t.Fatal("the dialog stays")
			}
		})
	}
}

func TestTenantsBehindOneSBCAreToldApartByHost(t *testing.T) {
	for _, c := range []struct{ name, uri, to, tenant string }{
		{"by the request address", "sip:100@paris.example", "sip:100@x", "fabrikam"},
		{"by To", "sip:100@192.0.2.1", "sip:100@paris.example", "fabrikam"},
		{"the request address before To", "sip:100@calls.contoso.example", "sip:100@paris.example", "contoso"},
		{"by the narrower list", "sip:100@192.0.2.1", "sip:100@x", "narrow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := london()
				first.Peers, first.Allow = nil, prefixes("192.0.2.0/24")
				h := newHouse(t, nil, first,
					Trunk{ID: "paris", Tenant: "fabrikam", Allow: prefixes("192.0.2.0/24"), ContactHost: "paris.example"},
					Trunk{ID: "narrow", Tenant: "narrow", Allow: prefixes("192.0.2.2/32"), ContactHost: "narrow.example"})
				s := h.sbc(theirs)
				s.send(strings.NewReplacer("INVITE sip:+442079460018@192.0.2.1:5060", "INVITE "+c.uri, "To: <sip:+442079460018@192.0.2.1>", "To: <"+c.to+">").Replace(s.request("INVITE", 1, "", "", offer)))
				if i := h.call().Info(); i.Tenant != c.tenant {
					t.Fatalf("tenant %s", i.Tenant)
				}
			})
		})
	}
}

func TestANewConfigurationLeavesCallsThatAreUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, tag := h.answered(s)
		h.edge.Configure([]Trunk{{ID: "paris", Tenant: "fabrikam", Allow: prefixes("198.51.100.0/24")}})
		other := h.sbc("192.0.2.2:5070")
		other.send(other.request("INVITE", 1, "", "", offer))
		other.expect("SIP/2.0 403") // no new calls
		s.send(s.request("BYE", 2, tag, "", ""))
		s.expect("SIP/2.0 200")
		want[Ended](t, n)
		h.edge.Configure([]Trunk{{ID: "paris", Tenant: "fabrikam", Allow: prefixes("198.51.100.0/24")}})
		s.send(s.request("OPTIONS", 3, "", "", ""))
		if p, some := s.next(time.Minute); some {
			t.Fatalf("a stranger by now was told %q", p.start)
		}
	})
}
