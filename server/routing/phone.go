package routing

import (
	"time"

	"cordboard/server/fact"
)

const (
	aloneFor = 5 * time.Minute  // an agent without a console who missed two offers in a row is rung again after this
	busyFor  = 30 * time.Second // and one whose telephone was busy after this
	inARow   = 2
)

// phone is where an agent's calls ring, and what is known of the agent's own telephone.
type phone struct {
	endpoint fact.Endpoint // of the next offer
	at       fact.Endpoint // of the offer or call that there is, or was last
	home     fact.Endpoint // as configured
	serves   bool          // home is known
	there    bool          // the SIP telephone can be rung
	always   bool          // ready without a console
	row      int           // offers not taken in a row
}

// present reports whether there is somebody who takes calls.
func (a *agent) present() bool { return a.console || a.always }

// alone reports whether nobody could press a key.
func (a *agent) alone() bool { return a.always && !a.console }

// reachable reports whether calls can ring where they should.
func (a *agent) reachable() bool {
	switch a.endpoint {
	case fact.AtSIP:
		return a.there
	case fact.AtConsole:
		return a.console || !a.always
	}
	return true
}

// ownCall reports whether the agent has, or is offered, a call at a telephone of the agent's own, which goes on without the console.
func (a *agent) ownCall() bool {
	return a.at != fact.AtConsole && (OnCall(a.state) || a.state == fact.OfferedState)
}

// Serves tells of an agent with a telephone of the agent's own, when the server starts or the settings change.
type Serves struct {
	Agent    fact.AgentID
	Endpoint fact.Endpoint   // where calls ring at first
	May      []fact.Endpoint // and where else they may
	Always   bool            // ready without a console
	There    bool            // the SIP telephone can be rung
	Skills   []Skill
}

func (e Serves) apply(s *State) {
	a := s.agent(e.Agent)
	may := e.Endpoint == a.endpoint
	for _, x := range e.May {
		may = may || x == a.endpoint
	}
	if !a.serves || !may {
		a.endpoint = e.Endpoint
	}
	was := a.always
	a.serves, a.home, a.always, a.there = true, e.Endpoint, e.Always, e.There
	s.moved = true
	if !a.console {
		a.skills = e.Skills
	}
	s.goHome(a)
	if was && !a.present() && a.offer == nil && a.state != fact.Lost {
		s.change(a, SignsOut, ByRule, "")
	}
}

// Telephone tells that an agent's SIP telephone can be rung, or no longer.
type Telephone struct {
	Agent fact.AgentID
	There bool
}

func (e Telephone) apply(s *State) {
	a := s.agent(e.Agent)
	a.there = e.There
	s.settle(a)
}

// Rings chooses where an agent's calls ring from the next one on. Whether the agent has such a telephone is the caller's business.
type Rings struct {
	Agent    fact.AgentID
	Endpoint fact.Endpoint
}

func (e Rings) apply(s *State) {
	a := s.agent(e.Agent)
	if e.Endpoint == fact.AtConsole && !a.console { // nobody would hear it
		s.decide(TooLate{Agent: a.id, Why: "not_now"})
		return
	}
	a.endpoint = e.Endpoint
	s.decide(Changed{Agent: a.id, From: a.state, To: a.state, Reason: a.reason, By: ByAgent, Cause: Chooses, Contact: a.contact, Until: a.until})
	s.settle(a)
}

// goHome lets the calls of an agent without a console ring where they are configured to.
func (s *State) goHome(a *agent) {
	if a.alone() && a.endpoint == fact.AtConsole {
		a.endpoint = a.home
	}
	s.settle(a)
}

// settle lets the state follow what is known of the telephone.
func (s *State) settle(a *agent) {
	s.narrow(a)
	switch {
	case a.always && a.reachable() && (a.state == fact.Offline || a.state == fact.NotReady && a.paused(a.reason)):
		s.idleFrom(a)
		s.change(a, PhoneThere, ByRule, "")
	case !a.reachable() && (a.state == fact.Ready || a.state == fact.MissedState || a.state == fact.Offline && a.always):
		s.change(a, PhoneGone, ByRule, ReasonTelephone)
	}
}

// paused reports whether a rule made the agent not ready for a reason that no longer holds.
func (a *agent) paused(reason string) bool {
	return a.always && reason == ReasonTelephone || a.alone() && (reason == ReasonConnection || reason == ReasonLogin || reason == ReasonLine || reason == ReasonEmergency)
}

// now holds the state that comes after a call against what is known of the telephone.
func (a *agent) now(to fact.State, reason, by string) (fact.State, string, string) {
	switch {
	case to == fact.Ready && !a.reachable():
		return fact.NotReady, ReasonTelephone, ByRule
	case to == fact.NotReady && a.reachable() && a.paused(reason):
		return fact.Ready, "", ByRule
	}
	return to, reason, by
}

// Unanswered: the agent's telephone will not take the offer.
type Unanswered struct {
	Reservation fact.ReservationID
	Agent       fact.AgentID
	Why         string // busy, declined, no_answer, no_number, unreachable, not_registered, voicemail
}

func (e Unanswered) apply(s *State) {
	r := s.mine(e.Reservation, e.Agent)
	if r == nil {
		return
	}
	refused := e.Why == ReasonBusy || e.Why == ReasonDeclined
	if refused && !r.agent.alone() {
		Decline{Reservation: e.Reservation, Agent: e.Agent, Reason: e.Why}.apply(s)
		return
	}
	outcome := fact.Missed
	if refused {
		outcome = fact.Declined
	}
	s.over(r, outcome, e.Why)
	s.skip(r)
	s.notTaken(r.agent, r, e.Why)
	s.again(r.contact, r.kind)
}

// notTaken is what an offer that was not taken means for its agent. Who has a console is missed at once; who has none, so that nobody could
// press a key, at the second in a row.
func (s *State) notTaken(a *agent, r *reservation, why string) {
	a.queue = r.queue
	a.row++
	if a.alone() && a.row < inARow && why != ReasonBusy {
		s.idleFrom(a)
		s.change(a, NotAnswered, ByRule, why)
		return
	}
	s.change(a, DeadlineOver, ByRule, why)
}

// missedOver ends the time after offers that were not taken.
func (s *State) missedOver(a *agent) {
	a.row = 0
	s.idleFrom(a)
	if !a.reachable() {
		s.change(a, PhoneGone, ByRule, ReasonTelephone)
		return
	}
	s.change(a, MissedEnds, ByRule, "")
}
