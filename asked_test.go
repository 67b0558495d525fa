package main

import (
	"testing"
	"time"

	outside "cordboard/server/lab"
)

// TestOneConsoleAsksAnother: two consoles of two agents, each a process. The one asks the other, they speak while the caller waits with music,
// swap, and the caller is handed over and served to the end.
func TestOneConsoleAsksAnother(t *testing.T) {
	c := newCompany(t, 3)
	asker, asked := c.desk(t, "asker"), c.desk(t, "asked")
	c.signIn(asker, agentName(0))
	c.signIn(asked, agentName(1))
	asker.types("ready")
	asked.types("ready")
	caller, err := c.sbc.Call(within(t, 10*time.Second), outside.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: lineOf(0)})
	if err != nil {
		t.Fatal(err)
	}
	asker.says(0, "offer", "Nestor Wilke")
	asker.types("answer")
	asker.says(0, "You and Nestor Wilke hear each other")
	asker.types("people Agent")
	n := asker.types("ask Agent 1")
	asker.says(n, "hears", "It rings at Agent 1. Nestor Wilke hears music.")
	asked.says(0, "offer")
	m := asked.types("answer")
	asker.says(n, "hears", "You and Agent 1 hear each other. Nestor Wilke hears music.")
	n = asker.types("swap")
	asker.says(n, "hears", "You and Nestor Wilke hear each other. Agent 1 hears music.")
	n = asker.types("swap")
	asker.says(n, "hears", "You and Agent 1 hear each other. Nestor Wilke hears music.")
	n = asker.types("complete")
	asker.says(n, "state", "wrap-up")
	asked.says(m, "state", "talking", "Nestor Wilke")
	select {
	case <-caller.Ended():
		t.Fatalf("the caller was dropped: %+v", caller.End())
	default:
	}
	if err := caller.Hangup(within(t, 5*time.Second)); err != nil {
		t.Fatal(err)
	}
	asked.says(m, "state", "wrap-up")
}
