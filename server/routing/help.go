package routing

import "cordboard/server/fact"

// Parked: the agent calls for help. The contact belongs to no queue, so it waits on hold until the agent is back.
type Parked struct {
	Contact fact.ContactID
	Agent   fact.AgentID
}

// Unparked: the call for help is over, and the contact is the agent's again, on hold. Lost says that the agent's console is away.
type Unparked struct {
	Contact fact.ContactID
	Agent   fact.AgentID
	Lost    bool
}

func (Parked) decision()   {}
func (Unparked) decision() {}

// dialHelp lets an agent call for help whatever the agent is doing.
func (s *State) dialHelp(a *agent, id fact.ContactID) {
	if _, can := Next(a.state, DialsHelp); !can || !a.present() {
		s.decide(TooLate{Agent: a.id, Contact: id, Why: "not_now"})
		return
	}
	r, had, onCall, ofQueue := a.offer, a.contact, OnCall(a.state), a.queue != nil
	if r != nil {
		s.over(r, fact.Withdrawn, string(DialsHelp))
	}
	s.change(a, DialsHelp, ByAgent, "")
	a.after = &pending{fact.NotReady, ReasonEmergency, ByRule}
	a.contact, a.queue, a.at = id, nil, a.endpoint
	switch {
	case r != nil:
		s.again(r.contact, r.kind)
	case onCall && had != "" && ofQueue:
		s.decide(GraceOver{Contact: had, Agent: a.id, Why: string(DialsHelp)})
	case onCall && had != "":
		a.parked = append(a.parked, had)
		s.decide(Parked{Contact: had, Agent: a.id})
	}
}

// unpark gives the agent the call that was put on hold last.
func (s *State) unpark(a *agent, by string) {
	n := len(a.parked) - 1
	a.contact, a.queue, a.at = a.parked[n], nil, a.endpoint
	a.parked = a.parked[:n]
	lost := a.state == fact.Lost
	if lost {
		a.lost = pending{fact.HeldState, "", ByServer}
		s.decide(Changed{Agent: a.id, From: a.state, To: a.state, Reason: a.reason, By: by, Cause: HelpOver, Contact: a.contact, Until: a.until})
	} else {
		s.change(a, HelpOver, by, "")
	}
	s.decide(Unparked{Contact: a.contact, Agent: a.id, Lost: lost})
}
