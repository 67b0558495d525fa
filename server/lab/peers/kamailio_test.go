package peers

import (
	"testing"
	"time"

	"cordboard/server/lab"
)

// through is a carrier's SBC, Kamailio, and a far SBC that stands for the server.
func TestACallGoesThroughKamailio(t *testing.T) {
	for _, c := range []struct {
		name             string
		transport, inner string
		engine, secure   bool
	}{
		{"udp to udp", "udp", "udp", false, false},
		{"tcp to tls", "tcp", "tls", false, false},
		{"tls to udp", "tls", "udp", false, false},
		{"udp to tls, voice relayed", "udp", "tls", true, false},
		{"udp to tls, voice relayed and encrypted inside", "udp", "tls", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := contextOf(t)
			defer cancel()
			far, phone := farSBC(t, lab.PhoneBehaviour{Answer: true, Say: lab.SpeechTone(1100, time.Second), Repeat: true})
			o := KamailioOptions{Server: far.Addr(c.inner), ServerTransport: c.inner, ServerAgent: "never", Secure: c.secure}
			if c.engine {
				o.Engine = StartRTPEngine(t).Control
			}
			k := StartKamailio(t, o)
			near, err := lab.NewSBC(lab.SBCOptions{Server: map[string]string{"udp": k.UDP, "tcp": k.TCP, "tls": k.TLS}[c.transport],
				Transport: c.transport, Codecs: []lab.SBCCodec{lab.SBCPCMA}, RootCAs: k.Authority.Pool(), Trace: true})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = near.Close() }()
			call, err := near.Call(ctx, lab.CallOptions{From: "+441", To: "1000", Say: lab.SpeechTone(700, time.Second), Repeat: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := call.Heard().WaitTone(ctx, 1100, 300*time.Millisecond, 0); err != nil {
				t.Error(err)
			}
			pc, err := phone.Next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := pc.Heard().WaitTone(ctx, 700, 300*time.Millisecond, 0); err != nil {
				t.Error(err)
			}
			if pc.Encrypted() != c.secure {
				t.Errorf("encrypted inside: %v", pc.Encrypted())
			}
			if pc.Invite.Header("Record-Route") == "" {
				t.Error("Kamailio did not record its route")
			}
			// The far side hangs up: its BYE must come back along the route.
			if err := pc.Hangup(ctx); err != nil {
				t.Error(err)
			}
			if end, err := call.WaitEnded(ctx); err != nil || end.By != "server" {
				t.Errorf("the caller's call ended with %+v, %v", end, err)
			}
		})
	}
}
