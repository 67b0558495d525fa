package config

import (
	"fmt"
	"strings"
)

// Target is where a contact goes: "queue:ID", "agent:USER", "number:+44…", "attendant:ID", or one of the
// plain words a field knows ("hangup", "wait").
type Target struct {
	Kind string // queue, agent, number, attendant, hangup, wait
	ID   string
}

// String gives it as it stands in the file.
func (t Target) String() string {
	if t.ID == "" {
		return t.Kind
	}
	return t.Kind + ":" + t.ID
}

func (t *Target) parse(text string) error {
	kind, id, ok := strings.Cut(text, ":")
	*t = Target{strings.TrimSpace(kind), strings.TrimSpace(id)}
	switch {
	case !ok && (text == "hangup" || text == "wait"):
		return nil
	case !ok:
		return fmt.Errorf("queue:ID, agent:USER, number:+… is wanted, not %q", text)
	case t.Kind == "attendant":
		return fmt.Errorf("%q: attendants are not in this version; send the number to a queue or an agent", text)
	case t.Kind != "queue" && t.Kind != "agent" && t.Kind != "number":
		return fmt.Errorf("%q is no kind of destination; %s", t.Kind, meant(t.Kind, []string{"queue", "agent", "number"}))
	case t.ID == "":
		return fmt.Errorf("%q: which %s?", text, t.Kind)
	}
	if t.Kind == "agent" {
		t.ID = strings.ToLower(t.ID)
	}
	return nil
}
