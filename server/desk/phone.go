package desk

import (
	"slices"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// softphone is the word for the console's own telephone.
const softphone = "softphone"

// answerThere is what the answer key says while a call rings at a telephone of the agent's own.
func answerThere(endpoint string) *call.No {
	if endpoint == "teams" {
		return call.Because("not_now", "answer_there_teams", "Answer in Teams.")
	}
	return call.Because("not_now", "answer_there_sip", "Answer on your telephone.")
}

// wordOf writes an endpoint as consoles read it.
func wordOf(e fact.Endpoint) string {
	if e == fact.AtConsole {
		return softphone
	}
	return string(e)
}

// endpoints are where this person's calls may ring; nil when there is nothing to choose.
func (s *seat) endpoints() []string {
	if len(s.person.Endpoints) < 2 {
		return nil
	}
	var out []string
	for _, e := range s.person.Endpoints {
		out = append(out, wordOf(e))
	}
	return out
}

// endpoint lets the person's calls ring elsewhere, from the next one on.
func (s *seat) endpoint(c wire.Command) {
	to := fact.Endpoint(c.Endpoint)
	if c.Endpoint == softphone {
		to = fact.AtConsole
	}
	if c.Endpoint == "" || !slices.Contains(s.person.Endpoints, to) {
		s.no(c.ID, "unknown", "no_telephone", "You have no such telephone.")
		return
	}
	s.room.tenant().ACD.Ask(routing.Rings{Agent: s.person.ID, Endpoint: to}, s.inTime(c.ID, done{key: "ok_rings", words: "calls ring there"}))
}
