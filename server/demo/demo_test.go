package demo

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
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
