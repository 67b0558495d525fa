package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// twoSBCs are one on each side, the second standing for the server.
func twoSBCs(t *testing.T, near, far SBCOptions) (a, b *SBC) {
	t.Helper()
	far.Trace, near.Trace = true, true
	b, err := NewSBC(far)
	if err != nil {
		t.Fatal(err)
	}
	near.Server = b.Addr(orElse(near.Transport, "udp"))
	a, err = NewSBC(near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, s := range []*SBC{a, b} {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return a, b
}

func orElse(s, d string) string {
	if s == "" {
		return d
	}
	return s
}

func labContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestACallSpeaksBothWays(t *testing.T) {
	for _, transport := range []string{"udp", "tcp", "tls"} {
		for _, srtp := range []bool{false, true} {
			for _, codec := range []SBCCodec{SBCG722, SBCPCMA, SBCPCMU} {
				t.Run(fmt.Sprintf("%s srtp=%v %s", transport, srtp, codec), func(t *testing.T) {
					t.Parallel()
					ctx := labContext(t)
					a, b := twoSBCs(t, SBCOptions{Transport: transport, SRTP: srtp, Codecs: []SBCCodec{codec}}, SBCOptions{})
					phone := b.Phone("+4420", PhoneBehaviour{Answer: true, RingFor: 50 * time.Millisecond, Say: SpeechTone(700, 5*time.Second)})
					c, err := a.Call(ctx, CallOptions{From: "+441", Name: "Ada", To: "+4420", Say: SpeechTone(1100, 5*time.Second)})
					if err != nil {
						t.Fatal(err)
					}
					if err := c.WaitAnswered(ctx); err != nil {
						t.Fatal(err)
					}
					pc, err := phone.Next(ctx)
					if err != nil {
						t.Fatal(err)
					}
					if pc.From != "+441" || pc.FromName != "Ada" {
						t.Errorf("the phone sees %q %q", pc.From, pc.FromName)
					}
					if err := c.Heard().WaitTone(ctx, 700, 300*time.Millisecond, 0); err != nil {
						t.Error(err)
					}
					if err := pc.Heard().WaitTone(ctx, 1100, 300*time.Millisecond, 0); err != nil {
						t.Error(err)
					}
					if c.Codec() != codec || pc.Codec() != codec || c.Encrypted() != srtp || pc.Encrypted() != srtp {
						t.Errorf("%s %v towards %s %v", c.Codec(), c.Encrypted(), pc.Codec(), pc.Encrypted())
					}
					if err := c.Hangup(ctx); err != nil {
						t.Fatal(err)
					}
					end, err := pc.WaitEnded(ctx)
					if err != nil || end.By != "server" {
						t.Errorf("the phone's call ended by %q: %v", end.By, err)
					}
					if s := pc.Media(); s.Lost != 0 || s.Unknown != 0 || s.BadClock != 0 {
						t.Errorf("media of the phone: %+v", s)
					}
				})
			}
		}
	}
}

func TestPhonesRefuseAsTheyAreTold(t *testing.T) {
	a, b := twoSBCs(t, SBCOptions{}, SBCOptions{})
	for number, c := range map[string]struct {
		b    PhoneBehaviour
		code int
	}{
		"busy":     {PhoneBusy(), 486},
		"declines": {PhoneDeclines(10 * time.Millisecond), 603},
		"overload": {PhoneBehaviour{Code: 503, RetryAfter: 7}, 503},
	} {
		t.Run(number, func(t *testing.T) {
			ctx := labContext(t)
			b.Phone(number, c.b)
			call, err := a.Call(ctx, CallOptions{From: "1", To: number})
			if err != nil {
				t.Fatal(err)
			}
			end, err := call.WaitEnded(ctx)
			if err != nil || end.Code != c.code || end.By != "server" {
				t.Errorf("ended with %+v, %v", end, err)
			}
		})
	}
	ctx := labContext(t)
	call, err := a.Call(ctx, CallOptions{From: "1", To: "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	if end, err := call.WaitEnded(ctx); err != nil || end.Code != 404 {
		t.Errorf("an unknown number ended with %+v, %v", end, err)
	}
}

func TestACallerAbandonsWhileItRings(t *testing.T) {
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			ctx := labContext(t)
			a, b := twoSBCs(t, SBCOptions{Transport: transport}, SBCOptions{})
			phone := b.Phone("5", PhoneNoAnswer())
			c, err := a.Call(ctx, CallOptions{From: "1", To: "5"})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.WaitRinging(ctx); err != nil {
				t.Fatal(err)
			}
			if err := c.Abandon(ctx); err != nil {
				t.Fatal(err)
			}
			if end := c.End(); end.Code != 487 || end.By != "us" {
				t.Errorf("the caller ended with %+v", end)
			}
			pc, _ := phone.Next(ctx)
			if end, err := pc.WaitEnded(ctx); err != nil || end.Code != 487 || end.By != "server" {
				t.Errorf("the phone ended with %+v, %v", end, err)
			}
			if a.Calls()+b.Calls() != 0 {
				t.Errorf("%d and %d calls are left", a.Calls(), b.Calls())
			}
		})
	}
}

func TestKeysArriveInOrder(t *testing.T) {
	ctx := labContext(t)
	a, b := twoSBCs(t, SBCOptions{}, SBCOptions{})
	phone := b.Phone("5", PhoneAnswers(0))
	c, err := a.Call(ctx, CallOptions{From: "1", To: "5"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	pc, _ := phone.Next(ctx)
	c.Press("19#*0")
	if err := pc.WaitTones(ctx, "19#*0"); err != nil {
		t.Fatal(err)
	}
}

func TestHoldStopsTheVoiceAndResumeBringsItBack(t *testing.T) {
	for _, how := range []string{"sendonly", "inactive", "zero"} {
		t.Run(how, func(t *testing.T) {
			ctx := labContext(t)
			a, b := twoSBCs(t, SBCOptions{}, SBCOptions{})
			phone := b.Phone("5", PhoneBehaviour{Answer: true, Say: SpeechTone(700, time.Second), Repeat: true})
			c, err := a.Call(ctx, CallOptions{From: "1", To: "5"})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Heard().WaitTone(ctx, 700, 100*time.Millisecond, 0); err != nil {
				t.Fatal(err)
			}
			if err := c.Hold(ctx, how); err != nil {
				t.Fatal(err)
			}
			pc, _ := phone.Next(ctx)
			sent := pc.Media().Sent
			<-time.After(200 * time.Millisecond)
			if more := pc.Media().Sent - sent; more > 1 {
				t.Errorf("the phone sent %d packets while it was held", more)
			}
			if err := c.Resume(ctx); err != nil {
				t.Fatal(err)
			}
			at := c.Heard().Length()
			if err := c.Heard().WaitTone(ctx, 700, 200*time.Millisecond, at); err != nil {
				t.Fatal(err)
			}
			if pc.Media().Sent <= sent {
				t.Error("the phone went on sending nothing")
			}
			var reinvites int
			for _, m := range pc.Requests() {
				if m.Method == "INVITE" {
					reinvites++
				}
			}
			if reinvites != 2 {
				t.Errorf("the phone saw %d re-INVITEs, want 2", reinvites)
			}
		})
	}
}

func TestALateOfferIsAnsweredInTheACK(t *testing.T) {
	ctx := labContext(t)
	a, b := twoSBCs(t, SBCOptions{}, SBCOptions{})
	b.Phone("5", PhoneBehaviour{Answer: true, Say: SpeechTone(700, 2*time.Second)})
	c, err := a.Call(ctx, CallOptions{From: "1", To: "5", LateOffer: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Heard().WaitTone(ctx, 700, 200*time.Millisecond, 0); err != nil {
		t.Fatal(err)
	}
}

func TestADeadSBCSaysNothingAndAFailingOneItsCode(t *testing.T) {
	ctx := labContext(t)
	a, b := twoSBCs(t, SBCOptions{}, SBCOptions{})
	b.Fail(SBCFaults{Code: 503, RetryAfter: 3})
	c, err := a.Call(ctx, CallOptions{From: "1", To: "5"})
	if err != nil {
		t.Fatal(err)
	}
	if end, err := c.WaitEnded(ctx); err != nil || end.Code != 503 {
		t.Errorf("ended with %+v, %v", end, err)
	}
	retry := ""
	for _, m := range b.Seen() {
		if m.Code == 503 {
			retry = m.Header("Retry-After")
		}
	}
	if retry != "3" {
		t.Errorf("Retry-After %q", retry)
	}
	b.Fail(SBCFaults{Dead: true})
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if code, err := a.Probe(short); err == nil {
		t.Errorf("a dead peer answered %d", code)
	}
	b.Fail(SBCFaults{})
	if code, err := a.Probe(ctx); err != nil || code != 200 {
		t.Errorf("a healed peer answered %d, %v", code, err)
	}
}

func TestACallerWithoutANumberIsAnonymous(t *testing.T) {
	ctx := labContext(t)
	a, b := twoSBCs(t, SBCOptions{}, SBCOptions{})
	phone := b.Phone("5", PhoneBusy())
	if _, err := a.Call(ctx, CallOptions{To: "5", Headers: map[string]string{"Privacy": "id"}}); err != nil {
		t.Fatal(err)
	}
	pc, err := phone.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := pc.Invite.Header("From"); !strings.Contains(got, "anonymous.invalid") || pc.Invite.Header("Privacy") != "id" {
		t.Errorf("From %q, Privacy %q", got, pc.Invite.Header("Privacy"))
	}
}

func TestTheTeamsProxyRefusesWhatTheRealOneRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		near SBCOptions
		call CallOptions
		code int
	}{
		"an address in Contact":       {SBCOptions{}, CallOptions{}, 403},
		"the Contact of a stranger":   {SBCOptions{Contact: "sbc.fabrikam.example:5061"}, CallOptions{}, 403},
		"no offer":                    {SBCOptions{Contact: "sbc1.contoso.example:5061"}, CallOptions{LateOffer: true}, 488},
		"voice without keys":          {SBCOptions{Contact: "sbc1.contoso.example:5061"}, CallOptions{SRTP: new(bool)}, 488},
		"Replaces":                    {SBCOptions{Contact: "sbc1.contoso.example:5061"}, CallOptions{Headers: map[string]string{"Replaces": "a;to-tag=b;from-tag=c"}}, 403},
		"the host name of a tenant":   {SBCOptions{Contact: "sbc.contoso.example:5061"}, CallOptions{}, 486},
		"a name in a tenant's domain": {SBCOptions{Contact: "sbc1.contoso.example:5061"}, CallOptions{}, 486},
		"a number that is not E.164":  {SBCOptions{Contact: "sbc1.contoso.example:5061"}, CallOptions{From: "1234"}, 400},
		"two that are not E.164":      {SBCOptions{Contact: "sbc1.contoso.example:5061"}, CallOptions{From: "1234", To: "4420"}, 400},
		"another number of nobody":    {SBCOptions{Contact: "sbc1.contoso.example:5061"}, CallOptions{To: "+4499"}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := labContext(t)
			c.near.Transport, c.near.SRTP = "tls", true
			a, b := twoSBCs(t, c.near, SBCOptions{Teams: &SBCTeams{Tenants: []string{"sbc.contoso.example", "contoso.example"}, TLSOnly: true}})
			b.Phone("+4420", PhoneBusy())
			if c.call.To == "" {
				c.call.To = "+4420"
			}
			if c.call.From == "" {
				c.call.From = "+441"
			}
			call, err := a.Call(ctx, c.call)
			if err != nil {
				t.Fatal(err)
			}
			if end, err := call.WaitEnded(ctx); err != nil || end.Code != c.code {
				t.Errorf("ended with %+v, %v; want %d", end, err, c.code)
			}
		})
	}
}

// TestTheTeamsProxyRefusesWithinACallToo: what it does not have in its Allow, a change of the call without an offer, and a Contact that is
// not the tenant's.
func TestTheTeamsProxyRefusesWithinACallToo(t *testing.T) {
	ctx := labContext(t)
	a, b := twoSBCs(t, SBCOptions{Transport: "tls", SRTP: true, Contact: "sbc1.contoso.example:5061"},
		SBCOptions{Teams: &SBCTeams{Tenants: []string{"contoso.example"}, TLSOnly: true}, SRTP: true})
	b.Phone("+4420", PhoneAnswers(0))
	c, err := a.Call(ctx, CallOptions{From: "+441", To: "+4420"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	if allow := c.Allows(); allow != "INVITE,ACK,OPTIONS,CANCEL,BYE,NOTIFY" {
		t.Errorf("Allow: %s", allow)
	}
	var refused *SBCStatusError
	if err := c.Refer(ctx, "<sip:+442@sip.pstnhub.microsoft.com>", ""); !errors.As(err, &refused) || refused.Code != 405 {
		t.Errorf("REFER: %v", err)
	}
	for method, want := range map[string]int{"UPDATE": 405, "INFO": 405, "PRACK": 405, "NOTIFY": 200, "INVITE": 488} {
		if code, err := c.Send(ctx, method, nil, "", ""); err != nil || code != want {
			t.Errorf("%s: %d, %v; want %d", method, code, err, want)
		}
	}
	if err := c.Hold(ctx, "inactive"); err != nil {
		t.Errorf("a hold with an offer: %v", err)
	}
	a.o.Contact = "192.0.2.7:5061"
	if err := c.Resume(ctx); !errors.As(err, &refused) || refused.Code != 403 {
		t.Errorf("an address in Contact: %v", err)
	}
	a.o.Contact = ""
	if err := c.Hangup(ctx); err != nil {
		t.Errorf("BYE: %v", err)
	}
}

// TestTheTeamsProxyTakesItsOwnWordsBack: an address without a number is taken when it is the one of a REFER, with Referred-By, and else not.
func TestTheTeamsProxyTakesItsOwnWordsBack(t *testing.T) {
	to, by := TeamsRefer("TARGET", "FROM", "TENANT", "CORR", "aHR0cHM6Ly9BYkM=")
	for name, c := range map[string]struct {
		headers map[string]string
		code    int
	}{"of a REFER": {map[string]string{"Referred-By": by}, 486}, "dialled": {nil, 404}} {
		t.Run(name, func(t *testing.T) {
			ctx := labContext(t)
			a, b := twoSBCs(t, SBCOptions{Transport: "tls", SRTP: true, Contact: "sbc1.contoso.example:5061"}, SBCOptions{Teams: &SBCTeams{Tenants: []string{"contoso.example"}, TLSOnly: true}})
			b.Phone("*", PhoneBusy())
			call, err := a.Call(ctx, CallOptions{From: "+441", Target: strings.Trim(to, "<>"), To: "x", Headers: c.headers})
			if err != nil {
				t.Fatal(err)
			}
			if end, err := call.WaitEnded(ctx); err != nil || end.Code != c.code {
				t.Errorf("ended with %+v, %v; want %d", end, err, c.code)
			}
		})
	}
}

func TestReferCarriesItsHeadersByteForByte(t *testing.T) {
	ctx := labContext(t)
	a, b := twoSBCs(t, SBCOptions{}, SBCOptions{})
	phone := b.Phone("5", PhoneAnswers(0))
	c, err := a.Call(ctx, CallOptions{From: "1", To: "5"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	pc, _ := phone.Next(ctx)
	to, by := TeamsRefer("TARGET", "FROM", "TENANT", "CORR", "aHR0cHM6Ly9BYkM=")
	if err := pc.Refer(ctx, to, by); err != nil {
		t.Fatal(err)
	}
	var seen SBCMessage
	for _, m := range c.Requests() {
		if m.Method == "REFER" {
			seen = m
		}
	}
	if !strings.Contains(seen.Text, "Refer-To: "+to) || !strings.Contains(seen.Text, "Referred-By: "+by) {
		t.Errorf("it came as\n%s", seen.Text)
	}
	if _, err := c.Send(ctx, "NOTIFY", map[string]string{"Event": "refer", "Subscription-State": "active"}, "message/sipfrag", "SIP/2.0 100 Trying\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(ctx, "NOTIFY", map[string]string{"Event": "refer", "Subscription-State": "terminated"}, "message/sipfrag", "SIP/2.0 486 Busy Here\r\n"); err != nil {
		t.Fatal(err)
	}
	if code, err := pc.WaitReferred(ctx); err != nil || code != 486 || len(pc.Referred()) != 2 {
		t.Errorf("referred %v, %v", pc.Referred(), err)
	}
}
