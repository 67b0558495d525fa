package desk

import (
	"testing"

	"cordboard/server/call"
	"cordboard/server/fact"
)

func TestAMissedCallHasItsCause(t *testing.T) {
	for _, c := range []struct {
		at   fact.Endpoint
		why  string
		want string
	}{
		{fact.AtConsole, "", "miss_console"},
		{fact.AtSIP, "", "miss_sip"}, {fact.AtSIP, "no_answer", "miss_sip"}, {fact.AtSIP, "busy", "miss_sip_busy"},
		{fact.AtSIP, "not_registered", "miss_sip_not_registered"}, {fact.AtSIP, "unreachable", "miss_sip_unreachable"},
		{fact.AtTeams, "declined", "miss_teams_declined"}, {fact.AtTeams, "voicemail", "miss_teams_voicemail"}, {fact.AtTeams, "", "miss_teams"},
	} {
		if l := missedFor(call.OfferGone{Endpoint: c.at, Why: c.why}); l.Key != c.want || l.Words == "" {
			t.Errorf("%q %q: %+v", c.at, c.why, l)
		}
	}
}
