package desk

import (
	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/session/wire"
)

// missedFor says why an offer was not taken: by nobody at the console, or by what the agent's telephone, or Teams, did.
func missedFor(o call.OfferGone) *wire.Line {
	var l wire.Line
	switch o.Endpoint {
	case fact.AtSIP:
		l = telephoneDid(o.Why)
	case fact.AtTeams:
		l = teamsDid(o.Why)
	default:
		l = phrase("miss_console", "It was not answered in time.")
	}
	return &l
}

func telephoneDid(why string) wire.Line {
	switch why {
	case "busy":
		return phrase("miss_sip_busy", "Your telephone was busy.")
	case "declined":
		return phrase("miss_sip_declined", "It was declined at your telephone.")
	case "not_registered":
		return phrase("miss_sip_not_registered", "Your telephone is not registered.")
	case "unreachable":
		return phrase("miss_sip_unreachable", "Your telephone could not be reached.")
	case "no_number":
		return phrase("miss_sip_no_number", "Your telephone's address does not exist.")
	case "voicemail":
		return phrase("miss_sip_voicemail", "A voicemail answered at your telephone.")
	}
	return phrase("miss_sip", "Your telephone was not answered in time.")
}

func teamsDid(why string) wire.Line {
	switch why {
	case "busy":
		return phrase("miss_teams_busy", "You were busy in Teams.")
	case "declined":
		return phrase("miss_teams_declined", "It was declined in Teams.")
	case "unreachable", "not_registered":
		return phrase("miss_teams_unreachable", "Teams could not be reached.")
	case "no_number":
		return phrase("miss_teams_no_number", "Teams does not know your number.")
	case "voicemail":
		return phrase("miss_teams_voicemail", "Your voicemail in Teams answered.")
	}
	return phrase("miss_teams", "It was not answered in Teams in time.")
}
