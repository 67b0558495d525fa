package ledger

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

// What a fact says by a key, or by codes, reaches the console so that it says it in its own language; older facts say it in English.
func TestWordsHaveTheirKeys(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := &Story{Contact: &Contact{}, Facts: []fact.Entry{
		{At: at, Agent: "adele@contoso.com", Fact: fact.AgentState{From: fact.Talking, To: fact.Lost, Cause: "console_gone"}},
		{At: at, Fact: fact.Queued{Queue: "support", Head: true, Reason: "transfer to Megan Bowen failed: no answer", Key: "story_transfer_failed", Args: map[string]string{"who": "Megan\x1b Bowen", "why": "no_answer"}}},
		{At: at, Fact: fact.Queued{Queue: "support", Head: true, Reason: "adele's console is gone"}},
	}}
	lines := s.Lines(time.UTC)
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	if p := lines[0].Said[1]; p.Key != "led_state" || p.Args["from"] != "talking" || p.Args["to"] != "lost" || lines[0].Text != "adele, talking → lost, console gone" {
		t.Errorf("%q, %+v", lines[0].Text, p)
	}
	if p := lines[1].Said[2]; p.Key != "story_transfer_failed" || p.Args["why"] != "no_answer" || p.Args["who"] != "Megan Bowen" || p.Words != "transfer to Megan Bowen failed: no answer" {
		t.Errorf("%q, %+v", lines[1].Text, p)
	}
	if p := lines[2].Said[2]; p.Key != "" || p.Words != "adele's console is gone" {
		t.Errorf("%q, %+v", lines[2].Text, p)
	}
}
