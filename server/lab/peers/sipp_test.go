package peers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// farSBC is the other side: the lab's SBC with one phone.
func farSBC(t *testing.T, b lab.PhoneBehaviour) (*lab.SBC, *lab.Phone) {
	t.Helper()
	s, err := lab.NewSBC(lab.SBCOptions{Codecs: []lab.SBCCodec{lab.SBCPCMA, lab.SBCPCMU}, Trace: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			for _, m := range s.Seen() {
				t.Logf("in=%v\n%s", m.In, m.Text)
			}
		}
	})
	return s, s.Phone("1000", b)
}

func TestSippPlaysItsScenarios(t *testing.T) {
	answers := lab.PhoneBehaviour{Answer: true, RingFor: 50 * time.Millisecond, Say: lab.SpeechTone(1100, time.Second), Repeat: true}
	cases := map[string]struct {
		o     SippOptions
		phone lab.PhoneBehaviour
	}{
		"call":                     {SippOptions{Scenario: "call", Calls: 5}, answers},
		"call by tcp":              {SippOptions{Scenario: "call", Transport: "tcp"}, answers},
		"the other side hangs up":  {SippOptions{Scenario: "remote_bye"}, lab.PhoneBehaviour{Answer: true, TalkFor: 300 * time.Millisecond}},
		"late offer":               {SippOptions{Scenario: "late_offer"}, answers},
		"cancel":                   {SippOptions{Scenario: "cancel"}, lab.PhoneNoAnswer()},
		"cancel crosses a refusal": {SippOptions{Scenario: "cancel_crossing"}, lab.PhoneNoAnswer()},
		"hold":                     {SippOptions{Scenario: "hold", Pause: 100 * time.Millisecond}, answers},
		"codec change":             {SippOptions{Scenario: "codec_change", Pause: 100 * time.Millisecond}, answers},
		"keys by INFO":             {SippOptions{Scenario: "dtmf_info"}, answers},
		"rejected":                 {SippOptions{Scenario: "rejected", Code: "486"}, lab.PhoneBusy()},
		"options":                  {SippOptions{Scenario: "options"}, answers},
		"session timer":            {SippOptions{Scenario: "session_timer", Pause: 100 * time.Millisecond}, answers},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := farSBC(t, c.phone)
			c.o.Server = s.Addr(orUDP(c.o.Transport))
			RunSipp(t, c.o)
		})
	}
}

func orUDP(s string) string {
	if s == "" {
		return "udp"
	}
	return s
}

func TestSippSpeaksAndPressesKeys(t *testing.T) {
	t.Parallel()
	s, phone := farSBC(t, lab.PhoneAnswers(0))
	talk := StartSipp(t, SippOptions{Scenario: "call", Server: s.Addr("udp"), Pause: 2 * time.Second})
	ctx, cancel := contextOf(t)
	defer cancel()
	c, err := phone.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Heard().WaitTone(ctx, 700, 500*time.Millisecond, 0); err != nil {
		t.Error(err)
	}
	if err := talk.Wait(ctx); err != nil {
		t.Error(err)
	}
	StartSipp(t, SippOptions{Scenario: "dtmf", Server: s.Addr("udp"), Keys: "70#", Pause: 2 * time.Second})
	if c, err = phone.Next(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.WaitTones(ctx, "70#"); err != nil {
		t.Error(err)
	}
}

func TestSippIsAPhone(t *testing.T) {
	t.Parallel()
	for scenario, check := range map[string]func(context.Context, *lab.Caller) error{
		"callee":           func(ctx context.Context, c *lab.Caller) error { return c.Hangup(ctx) },
		"callee_hangs_up":  ended(200),
		"callee_refuses":   ended(486),
		"callee_no_answer": func(ctx context.Context, c *lab.Caller) error { return c.Abandon(ctx) },
	} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			p := StartSipp(t, SippOptions{Scenario: scenario, Calls: 1, Pause: 100 * time.Millisecond})
			s, err := lab.NewSBC(lab.SBCOptions{Server: p.Addr, Codecs: []lab.SBCCodec{lab.SBCPCMA}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			ctx, cancel := contextOf(t)
			defer cancel()
			c, err := s.Call(ctx, lab.CallOptions{From: "+441", To: "1000"})
			if err != nil {
				t.Fatal(err)
			}
			if scenario == "callee" {
				if err := c.Heard().WaitTone(ctx, 700, 300*time.Millisecond, 0); err != nil {
					t.Error(err)
				}
			} else if err := c.WaitRinging(ctx); err != nil && !strings.Contains(scenario, "refuses") {
				t.Error(err)
			}
			if err := check(ctx, c); err != nil {
				t.Error(err)
			}
			if err := p.Wait(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

func ended(code int) func(context.Context, *lab.Caller) error {
	return func(ctx context.Context, c *lab.Caller) error {
		e, err := c.WaitEnded(ctx)
		if err == nil && (e.Code != code || e.By != "server") {
			err = fmt.Errorf("ended with %+v, want code %d", e, code)
		}
		return err
	}
}
