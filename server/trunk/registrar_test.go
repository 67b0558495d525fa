package trunk

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
)

// telephone plays a telephone that registers.
type telephone struct {
	*sbc
	user, secret, contact string
	seq                   int
	nonce                 string
	count                 int
}

func desks() Trunk {
	return Trunk{ID: "desks", Tenant: "contoso", Kind: "phones", ContactHost: "desks.contoso.example", Allow: prefixes("192.0.2.0/24"), MayRefer: true,
		Phones: []Phone{{User: "201", Secret: "s3cret"}, {User: "202", Secret: "other"}}}
}

func (h *house) telephone(addr, user, secret string) *telephone {
	return &telephone{sbc: h.sbc(addr), user: user, secret: secret, contact: "<sip:" + user + "@" + addr + ">"}
}

// registers sends one REGISTER, with the last nonce if there is one, and gives the answer.
func (p *telephone) registers(extra string) packet {
	p.t.Helper()
	p.seq++
	const uri = "sip:desks.contoso.example"
	if p.nonce != "" {
		p.count++
		nc := fmt.Sprintf("%08x", p.count)
		ha1, ha2 := digestHash("MD5", p.user, "desks.contoso.example", p.secret), digestHash("MD5", "REGISTER", uri)
		extra += fmt.Sprintf("Authorization: Digest username=%q, realm=%q, nonce=%q, uri=%q, qop=auth, nc=%s, cnonce=\"c\", response=%q\n",
			p.user, "desks.contoso.example", p.nonce, uri, nc, digestHash("MD5", ha1, p.nonce, nc, "c", "auth", ha2))
	}
	p.send(fmt.Sprintf("REGISTER %s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKr%s;rport\nMax-Forwards: 70\nFrom: <sip:%s@desks.contoso.example>;tag=%s\nTo: <sip:%s@desks.contoso.example>\nCall-ID: %s\nCSeq: %d REGISTER\n%s\n",
		uri, p.at, randomHex(6), p.user, p.tag, p.user, p.id, p.seq, extra))
	r := p.expect("SIP/2.0 ")
	if c, ok := digestParams(r.header("WWW-Authenticate")); ok && p.nonce != c["nonce"] {
		p.nonce, p.count = c["nonce"], 0
	}
	return r
}

// in registers in two steps, as telephones do.
func (p *telephone) in(extra string) packet {
	p.t.Helper()
	if r := p.registers(extra); !strings.HasPrefix(r.start, "SIP/2.0 401") {
		return r
	}
	return p.registers(extra)
}

func TestATelephoneRegistersIsRungAndIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turned := make(chan string, 8)
		h := newHouse(t, func(o *Options) { o.Phone = func(on, phone string) { turned <- on + " " + phone } }, desks(), london())
		p := h.telephone("192.0.2.41:5062", "201", "s3cret")
		if h.edge.Registered("desks", "201") {
			t.Fatal("registered before it was")
		}
		ok := p.in("Contact: " + p.contact + ";expires=3600\n")
		if !strings.HasPrefix(ok.start, "SIP/2.0 200") || ok.header("Contact") != p.contact+";expires=300" || ok.header("Date") == "" {
			t.Fatalf("registered:\n%s", ok.text)
		}
		if !h.edge.Registered("desks", "201") || h.edge.PhoneAddr("desks", "201").String() != "192.0.2.41" || <-turned != "desks 201" {
			t.Fatal("not registered")
		}
		n := make(news, 64)
		h.edge.Dial(Outgoing{Trunk: "desks", Phone: "201", From: "+14255550100", FromName: "Nestor", SDP: []byte("v=0 offer")}, func(e Event) { n <- e })
		inv := p.expect("INVITE")
		if !strings.HasPrefix(inv.start, "INVITE sip:201@192.0.2.41:5062 ") || inv.header("To") != "<sip:201@desks.contoso.example>" {
			t.Fatalf("rung:\n%s", inv.text)
		}
		p.send(p.answer(inv, "486 Busy Here", "b", "", ""))
		if r := want[Rejected](t, n); r.Code != 486 {
			t.Fatalf("%+v", r)
		}
		time.Sleep(150 * time.Second) // it registers again in time
		if r := p.in("Contact: " + p.contact + "\nExpires: 300\n"); !strings.HasPrefix(r.start, "SIP/2.0 200") {
			t.Fatalf("again:\n%s", r.text)
		}
		time.Sleep(299 * time.Second)
		if synctest.Wait(); !h.edge.Registered("desks", "201") || len(turned) != 0 {
			t.Fatal("forgotten too early")
		}
		time.Sleep(2 * time.Second)
		if synctest.Wait(); h.edge.Registered("desks", "201") || len(turned) != 1 {
			t.Fatal("never forgotten")
		}
		h.edge.Dial(Outgoing{Trunk: "desks", Phone: "201", SDP: []byte("v=0 offer")}, func(e Event) { n <- e })
		want[Unreachable](t, n)
	})
}

func TestWhoMayRegister(t *testing.T) {
	for name, c := range map[string]struct {
		user, secret, extra, want string
	}{
		"the right secret":           {"201", "s3cret", "Contact: <sip:201@192.0.2.41:5062>\n", "200"},
		"a wrong secret":             {"201", "guess", "Contact: <sip:201@192.0.2.41:5062>\n", "403"},
		"nobody we know":             {"299", "s3cret", "Contact: <sip:299@192.0.2.41:5062>\n", "403"},
		"a question":                 {"201", "s3cret", "", "200"},
		"all away without Expires":   {"201", "s3cret", "Contact: *\n", "400"},
		"all away":                   {"201", "s3cret", "Contact: *\nExpires: 0\n", "200"},
		"a contact that is none":     {"201", "s3cret", "Contact: <tel:+4420>\n", "400"},
		"too many places":            {"201", "s3cret", "Contact: <sip:1@192.0.2.41>, <sip:2@192.0.2.41>, <sip:3@192.0.2.41>, <sip:4@192.0.2.41>, <sip:5@192.0.2.41>\n", "400"},
		"too short":                  {"201", "s3cret", "Contact: <sip:201@192.0.2.41>;expires=1\n", "423"},
		"an expires that is no time": {"201", "s3cret", "Contact: <sip:201@192.0.2.41>;expires=soon\n", "200"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil, desks())
				p := h.telephone("192.0.2.41:5062", c.user, c.secret)
				if r := p.in(c.extra); !strings.HasPrefix(r.start, "SIP/2.0 "+c.want) {
					t.Errorf("answered:\n%s", r.text)
				}
				if in := h.edge.Registered("desks", "201"); in != (name == "the right secret" || name == "an expires that is no time") {
					t.Errorf("registered: %v", in)
				}
			})
		})
	}
}

func TestAnotherTelephonesNameIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, desks())
		p := h.telephone("192.0.2.42:5062", "202", "other")
		p.registers("") // a nonce
		const uri = "sip:desks.contoso.example"
		ha1, ha2 := digestHash("MD5", "202", "desks.contoso.example", "other"), digestHash("MD5", "REGISTER", uri)
		auth := fmt.Sprintf("Authorization: Digest username=\"202\", realm=\"desks.contoso.example\", nonce=%q, uri=%q, response=%q\n", p.nonce, uri, digestHash("MD5", ha1, p.nonce, ha2))
		p.nonce, p.user = "", "201"
		if r := p.registers(auth + "Contact: <sip:201@192.0.2.42>\n"); !strings.HasPrefix(r.start, "SIP/2.0 403") {
			t.Fatalf("answered:\n%s", r.text)
		}
	})
}

func TestACredentialIsTakenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, desks())
		p := h.telephone("192.0.2.41:5062", "201", "s3cret")
		p.in("Contact: " + p.contact + "\n")
		thief := h.telephone("192.0.2.66:5062", "201", "s3cret")
		thief.nonce, thief.count = p.nonce, p.count-1 // what was heard on the wire, once more
		if r := thief.registers("Contact: <sip:201@192.0.2.66:5062>\n"); !strings.HasPrefix(r.start, "SIP/2.0 401") || !strings.Contains(r.text, "stale=true") {
			t.Fatalf("answered:\n%s", r.text)
		}
		if a := h.edge.PhoneAddr("desks", "201").String(); a != "192.0.2.41" {
			t.Fatalf("the telephone is at %s", a)
		}
		time.Sleep(nonceLife + time.Second) // an old nonce is told apart from a wrong secret
		p.count = 7
		if r := p.registers("Contact: " + p.contact + "\n"); !strings.HasPrefix(r.start, "SIP/2.0 401") || !strings.Contains(r.text, "stale=true") {
			t.Fatalf("an old nonce:\n%s", r.text)
		}
	})
}

func TestWhoGuessesIsNotAnsweredAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, desks())
		p := h.telephone("192.0.2.41:5062", "201", "guess")
		for range failuresOfOne {
			if r := p.in("Contact: " + p.contact + "\n"); !strings.HasPrefix(r.start, "SIP/2.0 403") {
				t.Fatalf("answered:\n%s", r.text)
			}
		}
		p.seq++
		p.send(fmt.Sprintf("REGISTER sip:desks.contoso.example SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKlast;rport\nFrom: <sip:201@d>;tag=a\nTo: <sip:201@d>\nCall-ID: %s\nCSeq: %d REGISTER\n\n", p.at, p.id, p.seq))
		if r, came := p.next(10 * time.Second); came {
			t.Fatalf("answered:\n%s", r.text)
		}
		time.Sleep(time.Minute)
		p.secret = "s3cret"
		if r := p.in("Contact: " + p.contact + "\n"); !strings.HasPrefix(r.start, "SIP/2.0 200") {
			t.Fatalf("after a while:\n%s", r.text)
		}
	})
}

func TestAContactElsewhereIsNotSentTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, desks())
		p := h.telephone("192.0.2.41:40123", "201", "s3cret")
		p.in("Contact: <sip:201@10.9.8.7:5060>\n") // behind NAT, or somebody else's address
		h.edge.Dial(Outgoing{Trunk: "desks", Phone: "201", SDP: []byte("v=0 offer")}, func(Event) {})
		if inv := p.expect("INVITE"); !strings.HasPrefix(inv.start, "INVITE sip:201@10.9.8.7:5060 ") {
			t.Fatalf("rung:\n%s", inv.text)
		}
	})
}

func TestATelephoneThatDoesNotAnswerAtAllIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, desks())
		p := h.telephone("192.0.2.41:5062", "201", "s3cret")
		p.in("Contact: " + p.contact + "\n")
		n := make(news, 64)
		began := time.Now()
		h.edge.Dial(Outgoing{Trunk: "desks", Phone: "201", SDP: []byte("v=0 offer")}, func(e Event) { n <- e })
		want[Unreachable](t, n)
		if took := time.Since(began); took > firstWait+time.Second {
			t.Errorf("known after %v", took)
		}
		if synctest.Wait(); h.edge.Registered("desks", "201") {
			t.Error("it is still rung")
		}
	})
}

func TestTheNewestPlaceIsRungAndFourAreKept(t *testing.T) {
	now := time.Unix(1e9, 0)
	var have []binding
	for i := range 6 {
		req := sip.NewRequest(sip.REGISTER, sip.Uri{})
		id := sip.CallIDHeader(fmt.Sprint("call", i))
		req.AppendHeader(&id)
		req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.REGISTER})
		var ok bool
		if have, ok = rebind(have, []wanted{{fmt.Sprintf("sip:p%d@192.0.2.41", i), time.Minute}}, req, hop{}, now); !ok {
			t.Fatal("refused")
		}
	}
	e := &Edge{phones: newRegistrar()}
	e.keep(phoneKey{"desks", "201"}, have, now)
	got := e.phones.bound[phoneKey{"desks", "201"}]
	if len(got) != contactsOfOne || got[0].contact != "sip:p5@192.0.2.41" || got[3].contact != "sip:p2@192.0.2.41" {
		t.Errorf("kept %+v", got)
	}
	e.keep(phoneKey{"desks", "201"}, nil, now)
}

func TestAFixedTelephoneIsAskedWhetherItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turned := make(chan string, 8)
		fixed := desks()
		fixed.Phones = []Phone{{Target: "sip:203@192.0.2.43:5060", Health: 30 * time.Second}}
		h := newHouse(t, func(o *Options) { o.Phone = func(on, phone string) { turned <- on + " " + phone } }, fixed)
		p := h.sbc("192.0.2.43:5060")
		ask := p.expect("OPTIONS")
		if !strings.HasPrefix(ask.start, "OPTIONS sip:203@192.0.2.43:5060 ") {
			t.Fatalf("asked:\n%s", ask.text)
		}
		p.send(p.answer(ask, "200 OK", "x", "", ""))
		if synctest.Wait(); !h.edge.Registered("desks", "sip:203@192.0.2.43:5060") || len(turned) != 0 {
			t.Fatal("it is there")
		}
		if got := <-turned; got != "desks sip:203@192.0.2.43:5060" || h.edge.Registered("desks", "sip:203@192.0.2.43:5060") {
			t.Fatal("its silence is not noticed")
		}
		for ask = p.expect("OPTIONS"); len(turned) == 0; ask = p.expect("OPTIONS") { // repeats and later ones
			p.send(p.answer(ask, "200 OK", "x", "", ""))
			synctest.Wait()
		}
		if !h.edge.Registered("desks", "sip:203@192.0.2.43:5060") {
			t.Fatal("it is back")
		}
	})
}

func TestACallOfATelephoneIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, london(), desks())
		p := h.telephone("192.0.2.41:5062", "201", "s3cret")
		p.in("Contact: " + p.contact + "\n")
		from := func(s string) string {
			return strings.NewReplacer("sip:+14255550100@192.0.2.2", "sip:201@desks.contoso.example", "<sip:sbc@192.0.2.41", "<sip:201@10.0.0.9").Replace(s) // behind NAT
		}
		p.send(from(p.request("INVITE", 1, "", "", offer)))
		r := p.expect("SIP/2.0 401")
		c, _ := digestParams(r.header("WWW-Authenticate"))
		const uri = "sip:+442079460018@192.0.2.1:5060"
		ha1, ha2 := digestHash("MD5", "201", "desks.contoso.example", "s3cret"), digestHash("MD5", "INVITE", uri)
		p.send(from(p.request("INVITE", 2, "", fmt.Sprintf("Authorization: Digest username=\"201\", realm=\"desks.contoso.example\", nonce=%q, uri=%q, response=%q\n", c["nonce"], uri, digestHash("MD5", ha1, c["nonce"], ha2)), offer)))
		d := h.call()
		if i := d.Info(); i.Phone != "201" || i.Trunk != "desks" {
			t.Errorf("%+v", i)
		}
		n := listen(d)
		d.Answer([]byte("v=0"))
		ok := p.expect("SIP/2.0 200")
		p.send(from(p.request("ACK", 2, ok.tag("To"), "", "")))
		want[Acked](t, n)
		d.Hangup(Reason{})
		bye := p.expect("BYE sip:201@10.0.0.9:5062 ") // to where the call came from, whatever its Contact says
		p.send(p.answer(bye, "200 OK", "", "", ""))
	})
}

// FuzzContacts reads what strangers may put into a REGISTER.
func FuzzContacts(f *testing.F) {
	for _, s := range []string{"*", "<sip:201@192.0.2.41>;expires=300", `"A, B" <sip:201@[::1]:5060;transport=tcp>;q=0.5, <sips:x>`, "<sip:", ";expires=99999999999999999999"} {
		f.Add(s, "300")
	}
	e := &Edge{}
	f.Fuzz(func(t *testing.T, contact, expires string) {
		req := sip.NewRequest(sip.REGISTER, sip.Uri{})
		id := sip.CallIDHeader("a")
		req.AppendHeader(&id)
		req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.REGISTER})
		req.AppendHeader(sip.NewHeader("Contact", contact))
		req.AppendHeader(sip.NewHeader("Expires", expires))
		all, refusal := e.readContacts(req)
		if refusal != nil {
			return
		}
		now := time.Unix(1e9, 0)
		got, _ := rebind(nil, all, req, hop{}, now)
		for _, b := range got {
			if b.until.After(now.Add(longestBinding)) || b.contact == "" {
				t.Errorf("%q gives %+v", contact, b)
			}
			b.direct()
		}
	})
}
