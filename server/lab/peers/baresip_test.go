package peers

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/lab"
)

func TestBaresipCallsSpeaksAndHears(t *testing.T) {
	for _, c := range []BaresipOptions{
		{Transport: "udp", Codec: "PCMA"},
		{Transport: "tcp", Codec: "PCMU", SRTP: true},
		{Transport: "tls", Codec: "G722", SRTP: true},
	} {
		t.Run(fmt.Sprintf("%s %s srtp=%v", c.Transport, c.Codec, c.SRTP), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := contextOf(t)
			defer cancel()
			far, err := lab.NewSBC(lab.SBCOptions{Trace: true})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = far.Close() }()
			phone := far.Phone("1000", lab.PhoneBehaviour{Answer: true, Say: lab.SpeechTone(1100, time.Second), Repeat: true})
			c.Server = far.Addr(c.Transport)
			b := StartBaresip(t, c)
			call, err := phone.Next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := call.Heard().WaitTone(ctx, 700, time.Second, 0); err != nil {
				t.Error(err)
			}
			if string(call.Codec()) != c.Codec || call.Encrypted() != c.SRTP {
				t.Errorf("%s, encrypted %v", call.Codec(), call.Encrypted())
			}
			if err := b.Hangup(ctx); err != nil {
				t.Error(err)
			}
			if end, err := call.WaitEnded(ctx); err != nil || end.By != "server" {
				t.Errorf("ended with %+v, %v", end, err)
			}
			pcm, rate, err := b.Heard()
			if err != nil {
				t.Fatal(err)
			}
			if d := lab.ToneIn(pcm, rate, 1100); d < 500*time.Millisecond {
				t.Errorf("baresip heard the tone for %s of %d samples at %d Hz", d, len(pcm), rate)
			}
		})
	}
}

func TestBaresipAnswers(t *testing.T) {
	t.Parallel()
	ctx, cancel := contextOf(t)
	defer cancel()
	b := StartBaresip(t, BaresipOptions{From: "2001"})
	near, err := lab.NewSBC(lab.SBCOptions{Server: b.Addr})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = near.Close() }()
	c, err := near.Call(ctx, lab.CallOptions{From: "+441", To: "2001"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Heard().WaitTone(ctx, 700, 300*time.Millisecond, 0); err != nil {
		t.Error(err)
	}
	if err := c.Hangup(ctx); err != nil {
		t.Error(err)
	}
}
