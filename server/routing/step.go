package routing

import (
	"cordboard/server/fact"
)

// SignIn: a console of the agent came in. Nobody is Ready by signing in.
type SignIn struct {
	Agent  fact.AgentID
	Skills []Skill
}

func (e SignIn) apply(s *State) {
	a := s.agent(e.Agent)
	a.skills, a.console, s.moved = e.Skills, true, true
	if a.state == fact.Offline {
		s.change(a, SignsIn, ByRule, ReasonLogin)
	}
}

// Skilled: an agent has other skills now.
type Skilled struct {
	Agent  fact.AgentID
	Skills []Skill
}

func (e Skilled) apply(s *State) {
	if a := s.byAgent[e.Agent]; a != nil {
		a.skills = e.Skills
	}
}

// SignOut: the agent goes, or a lost console's session has ended. Refused while there is a caller.
type SignOut struct {
	Agent fact.AgentID
	By    string
}

func (e SignOut) apply(s *State) {
	a := s.agent(e.Agent)
	if OnCall(a.state) || a.state == fact.Lost && a.contact != "" {
		s.decide(TooLate{Agent: e.Agent, Why: "not_now"})
		return
	}
	a.console, s.moved = false, true
	if a.always { // only the console goes
		s.goHome(a)
		return
	}
	r := a.offer
	if r != nil {
		s.over(r, fact.Withdrawn, "")
	}
	s.change(a, SignsOut, e.By, "")
	a.after, a.contact = nil, ""
	if r != nil {
		s.again(r.contact, r.kind)
	}
}

// Want: the agent, or a supervisor, asks for Ready or NotReady. In a call it is what comes after.
type Want struct {
	Agent  fact.AgentID
	Ready  bool
	Reason string
	By     string // ByAgent, or a supervisor's name
}

func (e Want) apply(s *State) {
	a := s.agent(e.Agent)
	to, cause := fact.NotReady, WantsPause
	if e.Ready {
		to, cause = fact.Ready, WantsReady
	}
	switch {
	case e.Ready && a.state == fact.Lost && a.console: // the voice line failed; it is not there yet
		s.decide(TooLate{Agent: a.id, Why: "not_now"})
	case a.state == fact.OfferedState, OnCall(a.state), a.state == fact.Lost:
		s.choose(a, &pending{to, e.Reason, e.By})
		s.decide(Changed{Agent: a.id, From: a.state, To: a.state, Reason: a.reason, By: e.By, Cause: cause, Contact: a.contact, Until: a.until})
	case a.state == fact.Wrapup:
		if e.Ready && a.wantsCode() && e.By == ByAgent {
			s.decide(TooLate{Agent: a.id, Why: "code"})
			return
		}
		if e.Ready {
			a.after = &pending{to, e.Reason, e.By}
			s.wrapDone(a, e.By)
			return
		}
		s.choose(a, &pending{to, e.Reason, e.By})
		s.decide(Changed{Agent: a.id, From: a.state, To: a.state, Reason: a.reason, By: e.By, Cause: cause, Contact: a.contact, Until: a.until})
	case e.Ready && a.state == fact.Ready:
	case e.Ready && !a.present():
		s.decide(TooLate{Agent: a.id, Why: "not_now"})
	case e.Ready && !a.reachable():
		s.decide(TooLate{Agent: a.id, Why: ReasonTelephone})
	default:
		a.after = nil
		s.remember(a, to)
		if e.Ready {
			s.idleFrom(a)
			a.row = 0
		}
		if !s.change(a, cause, e.By, e.Reason) {
			s.decide(TooLate{Agent: a.id, Why: "not_now"})
		}
	}
}

// idleFrom starts an agent's idle clock.
func (s *State) idleFrom(a *agent) {
	a.idle, a.order = s.now, s.number()
}

// InCall: the agent's call went on a step (hold, transfer, consult, join, and back; media up).
type InCall struct {
	Agent   fact.AgentID
	Contact fact.ContactID
	Cause   Cause
	Queue   fact.QueueID // with TakesCaller: whose wrap-up rules hold now
	By      string
}

func (e InCall) apply(s *State) {
	a := s.agent(e.Agent)
	if a.contact != e.Contact {
		return
	}
	if e.Cause == TakesCaller {
		a.queue = s.byQueue[e.Queue]
	}
	if a.state == fact.Lost { // remembered for when the console is back
		if e.Cause == MediaFails { // the caller has gone on to somebody else
			a.lost = pending{fact.NotReady, ReasonLine, ByRule}
			a.contact = ""
			return
		}
		if to, ok := Next(a.lost.state, e.Cause); ok && to != Before {
			a.lost.state = to
		}
		return
	}
	if e.Cause == MediaFails {
		a.before = pending{fact.NotReady, ReasonLine, ByRule}
		s.change(a, MediaFails, ByRule, ReasonLine)
		a.lost = a.before
		a.contact = ""
		return
	}
	s.change(a, e.Cause, e.By, a.reason)
}

// CallOver: the agent has nobody on the line any more. Work says whether there is work after it.
type CallOver struct {
	Agent   fact.AgentID
	Contact fact.ContactID
	Work    bool
	By      string // who ended it
}

func (e CallOver) apply(s *State) {
	a := s.agent(e.Agent)
	if a.contact != e.Contact {
		a.parked = without(a.parked, e.Contact)
		return
	}
	if a.state == fact.OfferedState {
		return
	}
	if len(a.parked) > 0 {
		s.unpark(a, e.By)
		return
	}
	a.more, a.coded, a.overdue = 0, false, false
	work := e.Work && a.queue != nil && a.queue.Wrap > 0
	if a.state == fact.Lost {
		a.lost = pending{fact.NotReady, ReasonConnection, ByRule}
		if work {
			a.lost = pending{fact.Wrapup, "", ByRule}
		} else {
			s.decide(Changed{Agent: a.id, From: a.state, To: a.state, Reason: a.reason, By: e.By, Cause: CallEndsBare, Contact: a.contact, Until: a.until})
			a.contact = ""
		}
		return
	}
	if work {
		s.change(a, CallEnds, e.By, "")
		return
	}
	s.idleFrom(a)
	s.change(a, CallEndsBare, e.By, "")
	a.contact = ""
}

// WrapDone: the agent is finished with the work after a call.
type WrapDone struct {
	Agent fact.AgentID
}

func (e WrapDone) apply(s *State) {
	switch a := s.agent(e.Agent); {
	case a.state != fact.Wrapup:
		s.decide(TooLate{Agent: e.Agent, Why: "not_now"})
	case a.wantsCode():
		s.decide(TooLate{Agent: e.Agent, Why: "code"})
	default:
		s.wrapDone(a, ByAgent)
	}
}

// Coded: the work after a contact has got a code, or lost it again.
type Coded struct {
	Agent   fact.AgentID
	Contact fact.ContactID
	On      bool
}

func (e Coded) apply(s *State) {
	a := s.agent(e.Agent)
	if a.contact != e.Contact || a.state != fact.Wrapup {
		return
	}
	if a.coded = e.On; a.coded && a.overdue {
		s.wrapDone(a, ByRule)
	}
}

// wantsCode reports whether the work after a call may not end yet.
func (a *agent) wantsCode() bool { return a.queue != nil && a.queue.Coded && !a.coded }

func (s *State) wrapDone(a *agent, by string) {
	if by == ByAgent {
		s.remember(a, "")
	}
	s.idleFrom(a)
	done := a.contact
	s.change(a, WrapEnds, by, "")
	if a.last != nil && by == ByAgent {
		a.last.to = a.state
	}
	if a.contact == done {
		a.contact = ""
	}
}

// WrapMore: more time for the work after a call.
type WrapMore struct {
	Agent fact.AgentID
}

func (e WrapMore) apply(s *State) {
	a := s.agent(e.Agent)
	if a.state != fact.Wrapup || a.queue == nil || a.more >= a.queue.MaxMore {
		s.decide(TooLate{Agent: e.Agent, Why: "not_now"})
		return
	}
	a.more++
	a.until = s.timer(a.until.Add(a.queue.More), wrapTimer, string(a.id))
	s.decide(Changed{Agent: a.id, From: a.state, To: a.state, By: ByAgent, Cause: "wrap_more", Contact: a.contact, Until: a.until})
}

// Console: the agent's console is gone (its connection and its line), or is back.
type Console struct {
	Agent fact.AgentID
	Back  bool
}

func (e Console) apply(s *State) {
	a := s.agent(e.Agent)
	a.console, s.moved = e.Back, true
	if e.Back {
		if a.state == fact.Lost {
			s.change(a, ConsoleBack, ByServer, "")
		}
		return
	}
	if a.ownCall() || a.always {
		s.goHome(a)
		return
	}
	r := a.offer
	if r != nil {
		s.over(r, fact.Withdrawn, ReasonConnection)
	}
	s.change(a, LosesConsole, ByServer, ReasonConnection)
	if r != nil {
		s.again(r.contact, r.kind)
	}
}

func (s *State) graceOver(a *agent) {
	had, parked := a.contact, a.parked
	onCall := OnCall(a.lost.state)
	s.change(a, GraceEnds, ByRule, ReasonConnection)
	a.contact, a.after, a.parked = "", nil, nil
	if had != "" && onCall {
		s.decide(GraceOver{Contact: had, Agent: a.id})
	}
	for _, id := range parked {
		s.decide(GraceOver{Contact: id, Agent: a.id})
	}
	s.settle(a)
}

// Dial: the agent rings somebody.
type Dial struct {
	Agent     fact.AgentID
	Contact   fact.ContactID
	Emergency bool // whatever the agent is doing: who rings or talks goes to the head of the queue, who has none waits on hold
}

func (e Dial) apply(s *State) {
	a := s.agent(e.Agent)
	if e.Emergency {
		s.dialHelp(a, e.Contact)
		return
	}
	if a.offer != nil || !a.present() || !s.change(a, Dials, ByAgent, a.reason) {
		s.decide(TooLate{Agent: e.Agent, Contact: e.Contact, Why: "not_now"})
		return
	}
	a.contact, a.queue, a.at = e.Contact, nil, a.endpoint
}
