package trunk

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var mark = regexp.MustCompile(`^# \[[DFK]\] .+`)

// shape reads a file of testdata/teams: every one says how sure it is.
func shape(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "teams", name+".sip"))
	if err != nil {
		t.Fatal(err)
	}
	var message []string
	marks := 0
	for _, l := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(l, "#") {
			if marks++; !mark.MatchString(l) {
				t.Errorf("%s: %q has no mark of certainty", name, l)
			}
			continue
		}
		message = append(message, l)
	}
	if marks == 0 {
		t.Errorf("%s does not say how sure it is", name)
	}
	return strings.Join(message, "\n")
}

func value(message, header string) string {
	_, v, _ := strings.Cut(message, "\n"+header+": ")
	v, _, _ = strings.Cut(v, "\n")
	return v
}

// looksLike holds a message of ours against a shape, in which * stands for anything.
func looksLike(t *testing.T, p packet, want string) {
	t.Helper()
	for i, l := range strings.Split(strings.TrimSpace(want), "\n") {
		got := p.start
		if i > 0 {
			name, _, _ := strings.Cut(l, ":")
			got = name + ": " + p.header(name)
		}
		if like := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(l), `\*`, ".*") + "$"); !like.MatchString(got) {
			t.Errorf("%s\nshould be\n%s", got, l)
		}
	}
}

func directRouting() Trunk {
	n := london()
	n.Kind, n.ContactHost, n.FromHost, n.MayRefer, n.Trusted = "teams", "sbc1.adatum.biz", "sbc1.adatum.biz", true, true
	return n
}

func TestEveryShapeHasItsMark(t *testing.T) {
	all, err := filepath.Glob(filepath.Join("testdata", "teams", "*.sip"))
	if err != nil || len(all) < 6 {
		t.Fatalf("%d shapes: %v", len(all), err)
	}
	for _, f := range all {
		shape(t, strings.TrimSuffix(filepath.Base(f), ".sip"))
	}
}

func TestACallOfATeamsUserInItsOwnShape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, directRouting())
		s := h.sbc(theirs)
		s.send(shape(t, "invite_of_a_user"))
		d := h.call()
		i := d.Info()
		if i.From != "+14255550100" || i.FromName != "Adele Vance" || i.To != "+442079460018" || i.RequestHost != "sbc1.adatum.biz" || i.Tenant != "contoso" ||
			strings.Join(i.Asserted, " ") != "tel:+14255550100 sip:adele.vance@contoso.com" || len(i.SDP) == 0 ||
			i.Correlation != "x-i=0e7cbd9e-7d0b-4f4b-9f8a-0d2d2f3c1a55 x-c=6f0b1c2d/s/1/1a2b3c" ||
			len(i.Diverted) != 1 || i.Diverted[0].User != "+14257123456" || i.Diverted[0].Reason != "unconditional" {
			t.Fatalf("%+v", i)
		}
		n := listen(d)
		d.Answer([]byte("v=0"))
		ok := s.expect("SIP/2.0 200")
		if ok.header("Record-Route") == "" || !strings.HasPrefix(ok.header("Contact"), "<sip:+442079460018@sbc1.adatum.biz") || ok.header("Session-Expires") == "" {
			t.Errorf("200:\n%s", ok.text)
		}
		ack := strings.NewReplacer("INVITE sip:", "ACK sip:", "CSEQ: 1 INVITE", "CSEQ: 1 ACK", "z9hG4bK5f1a", "z9hG4bK5f1b", "TO: <sip:+442079460018@sbc1.adatum.biz:5061;user=phone>", "TO: <sip:+442079460018@sbc1.adatum.biz:5061;user=phone>;tag="+ok.tag("To")).Replace(shape(t, "invite_of_a_user"))
		head, _, _ := strings.Cut(ack, "\nCONTENT-TYPE")
		s.send(head + "\n\n")
		want[Acked](t, n)
		d.Hangup(Reason{Code: 200, Text: "done"})
		bye := s.expect("BYE")
		if bye.start != "BYE sip:api-du-a-euwe.pstnhub.microsoft.com:443;x-i=0e7cbd9e-7d0b-4f4b-9f8a-0d2d2f3c1a55;x-c=6f0b1c2d/s/1/1a2b3c SIP/2.0" ||
			bye.header("Route") != "<sip:192.0.2.2:5060;transport=udp;lr>" {
			t.Errorf("BYE:\n%s", bye.text)
		}
		s.send(s.answer(bye, "200 OK", "", "", ""))
		want[Ended](t, n)
	})
}

// What a Teams user's transfer names comes back in the INVITE byte for byte, Request-URI and Referred-By, however long and whatever its case.
func TestATransferOfATeamsUserInItsOwnShape(t *testing.T) {
	for _, name := range []string{"refer_to_a_user", "refer_to_a_number", "refer_to_no_e164"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil, directRouting())
				s := h.sbc(theirs)
				text := shape(t, name)
				to, by := value(text, "Refer-To"), value(text, "Referred-By")
				d, n, tag := h.answered(s)
				s.send(strings.NewReplacer("Refer-To:", "REFER-TO:", "Referred-By:", "REFERRED-BY:").Replace(s.request("REFER", 2, tag, "Refer-To: "+to+"\nReferred-By: "+by+"\n", "")))
				s.expect("SIP/2.0 202")
				trying := s.expect("NOTIFY")
				s.send(s.answer(trying, "200 OK", "", "", ""))
				r := want[Referred](t, n)
				if r.URI != strings.Trim(to, "<>") || r.By != by {
					t.Fatalf("%+v", r)
				}
				calls := make(news, 64)
				h.edge.Dial(Outgoing{Trunk: "london", Target: r.URI, From: "+17168712781", SDP: []byte("v=0"), Headers: map[string]string{"Referred-By": r.By}}, func(e Event) { calls <- e })
				inv := s.expect("INVITE")
				if inv.start != "INVITE "+strings.Trim(to, "<>")+" SIP/2.0" || inv.header("To") != to || inv.header("Referred-By") != by || inv.header("Replaces") != "" {
					t.Fatalf("INVITE:\n%s", inv.text)
				}
				s.send(s.answer(inv, "180 Ringing", "b", "", ""))
				want[Ringing](t, calls)
				for _, code := range []int{180, 200} {
					d.ReferProgress(r.RequestID, code, "")
					note := s.expect("NOTIFY")
					if !strings.Contains(note.body(), map[int]string{180: "SIP/2.0 180", 200: "SIP/2.0 200"}[code]) || note.header("Content-Type") == "" {
						t.Errorf("NOTIFY:\n%s", note.text)
					}
					s.send(s.answer(note, "200 OK", "", "", ""))
				}
			})
		})
	}
}

func TestOurCallsAndProbesInTheShapeThatTeamsWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := directRouting()
		x.Peers[0].Health = time.Minute
		h := newHouse(t, nil, x)
		s := h.sbc(theirs)
		_, _, inv := h.dial(s, Outgoing{Trunk: "london", To: "+18338006777", From: "+17168712781", FromName: "Nestor Wilke", SDP: []byte("v=0")})
		looksLike(t, inv, shape(t, "invite_to_a_user"))
		for _, never := range []string{"Replaces", "Require"} {
			if inv.header(never) != "" {
				t.Errorf("it carries %s: %s", never, inv.header(never))
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		x := directRouting()
		x.Peers[0].Health = time.Minute
		h := newHouse(t, nil, x)
		s := h.sbc(theirs)
		looksLike(t, s.expect("OPTIONS"), shape(t, "options_of_ours"))
	})
}
