package demo

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// TestTheScriptedShift is what `make demo` does without a terminal: every step must be done, with real SIP, RTP, WebRTC,
// tokens and Graph.
func TestTheScriptedShift(t *testing.T) {
	var out bytes.Buffer
	err := Run(context.Background(), Options{Program: "cordboard test", Script: true, Out: &out})
	t.Log("\n" + out.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"rings on the desk", "voice is in the agent's ear", "on hold the caller hears music", "declined (603)", "Megan Bowen answered", "her answer is on the agent's card", "the team rings", "was told \"Call completed elsewhere\"", "voicemail answered without a ring", "back with the agent: \"The voicemail of Raj Patel answered.\"", "a group call", "transferred, abandoned, transferred, completed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the transcript does not say %q", want)
		}
	}
	if !regexp.MustCompile(`(?m)^ +\d+\.\d\d s  ✓ `).MatchString(out.String()) {
		t.Error("the steps carry no times")
	}
}

// Whoever leaves the demonstration in the middle of a call is not kept waiting for a telephone that is gone.
func TestTheDemonstrationEndsAtOnceInACall(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w, err := newWorld(ctx, Options{Program: "cordboard test"})
	if err != nil {
		t.Fatal(err)
	}
	pem, err := w.caFile()
	if err != nil {
		t.Fatal(errors.Join(err, w.close()))
	}
	raw, _ := os.ReadFile(pem)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(raw)
	talks := make(chan struct{})
	agents := lab.NewAgents(lab.AgentsOptions{Server: w.serverURL(), CA: roots, Users: []string{adele}, AnswerAfter: 50 * time.Millisecond,
		Token: func(user string) (string, error) { return w.microsoft.MintUser(user, nil) },
		Tell: func(e lab.AgentEvent) {
			if e.Event == "state" && e.State == "talking" {
				close(talks)
			}
		}})
	on, leave := context.WithCancel(ctx)
	gone := make(chan error, 1)
	go func() { gone <- agents.Run(on) }()
	caller, err := w.call(on, "+442079460042", "Nestor Wilke", "Good morning.", 0)
	if err != nil {
		t.Fatal(errors.Join(err, w.close()))
	}
	if err := caller.WaitAnswered(ctx); err != nil {
		t.Error(err)
	}
	select {
	case <-talks:
	case <-ctx.Done():
		t.Error("nobody has the caller")
	}
	leave()
	<-gone
	caller.Vanish() // as the director's do
	began := time.Now()
	if err := w.close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
