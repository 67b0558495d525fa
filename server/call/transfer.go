package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Target is who a call is handed to. Whether that may be has been decided by the desk.
type Target struct {
	Kind   string // expert, number, agent, queue
	ID     string
	Name   string // to show
	Number fact.Number
}

// transfer is one attempt to hand the caller on.
type transfer struct {
	id          fact.TransferID
	consult     bool      // ask first
	withCaller  bool      // consult: the agent talks with the caller, who is asked hears music
	by          *agentLeg // nil when the agent's console was lost for good meanwhile
	to          Target
	leg         *sipLeg
	state       string // starting, ringing
	since       time.Time
	until       time.Time
	timer       *time.Timer
	reservation fact.ReservationID
	asking      bool // the arbiter has not said yet whether the agent can be rung
}

// Transfer hands the caller on without asking first. It can be taken back until it is answered.
type Transfer struct {
	Agent fact.AgentID
	To    Target
	Reply Reply
}

func (e Transfer) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	switch {
	case a == nil:
		return
	case a.joined.IsZero():
		e.Reply.no("not_now", "Wait until you talk.")
		return
	case c.group != nil || c.transfer != nil && c.transfer.consult:
		e.Reply.no("not_now", "Somebody is being asked. Hand the call over, or let them go first.")
		return
	}
	if e.To.Kind == "queue" {
		c.toQueue(a, e)
		return
	}
	now := time.Now()
	t := &transfer{id: fact.TransferID(fact.NewID(now)), by: a, to: e.To, state: "starting", since: now, until: now.Add(c.deps.Rules.RingFor)}
	if e.To.Kind != "agent" && !c.dial(t, e.Reply) {
		return
	}
	if c.transfer != nil { // another expert instead
		c.dropTransfer(fact.TakenBack, "")
	}
	c.transfer, c.back = t, nil
	c.unhold(a)
	c.stopTalk(a)
	c.leg.voice.Hear(c.deps.Media.Ringback())
	a.line.Hear(nil)
	c.recordMove(t, fact.Started, "", 0, "")
	c.tellStory("transfer to " + e.To.Name)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Transfers, By: routing.ByAgent})
	if e.To.Kind == "agent" {
		c.reserve(t)
	}
	yes(e.Reply)
	c.show()
}

// dial rings a telephone. It reports false, and has answered the agent, when that is impossible.
func (c *Call) dial(t *transfer, r Reply) bool {
	rules := c.deps.Rules
	full, via, ok := rules.TrunkFor(t.to.Number)
	if !ok {
		r.no("not_allowed", "This number may not be dialled.")
		return false
	}
	t.to.Number = full
	voice, err := c.deps.Media.NewVoice(media.RTPOptions{ID: string(c.id) + "/" + string(t.id), SRTP: rules.SRTP(via), Codecs: rules.Codecs(via)})
	if err != nil {
		c.log.Error("no voice for a transfer", "err", err)
		r.no("not_now", "No voice channel is free; try again.")
		return false
	}
	sdp, err := voice.Offer()
	if err != nil {
		voice.Close()
		c.log.Error("no offer for a transfer", "err", err)
		r.no("not_now", "The call could not be prepared; try again.")
		return false
	}
	t.leg = &sipLeg{role: "expert", voice: voice}
	leg := t.leg
	voice.Sink(func(e media.Event) { c.Tell(fromVoice{leg, e}) })
	leg.dialog = c.deps.Dialer.Dial(trunk.Outgoing{
		Trunk: via, To: string(t.to.Number), From: string(rules.CallerID(c.caller.Number, c.called)), FromName: c.caller.Name, SDP: sdp, RingFor: rules.RingFor,
	}, func(e trunk.Event) { c.Tell(fromDialog{leg, e}) })
	t.timer = c.after(rules.RingFor, rangOut{t})
	return true
}

func (c *Call) reserve(t *transfer) {
	id := t.id
	t.asking = true
	c.deps.ACD.Ask(routing.Reserve{Contact: c.id, Agent: fact.AgentID(t.to.ID), Kind: routing.FromTransfer, Queue: c.queue, Ring: c.deps.Rules.RingFor},
		func(late *routing.TooLate) {
			if late != nil {
				c.Tell(notReserved{id, late.Why})
			}
		})
}

type notReserved struct {
	id  fact.TransferID
	why string
}

func (e notReserved) apply(c *Call) {
	t := c.transfer
	if t == nil || t.id != e.id {
		c.stale--
		return
	}
	t.asking = false
	c.transferFailed("busy", 0)
}

// toQueue hands the caller to another queue; the agent is out at once.
func (c *Call) toQueue(a *agentLeg, e Transfer) {
	q := fact.QueueID(e.To.ID)
	if _, ok := c.deps.Rules.Queue(q); !ok {
		e.Reply.no("unknown", "There is no such queue.")
		return
	}
	if c.transfer != nil {
		c.dropTransfer(fact.TakenBack, "")
	}
	t := &transfer{id: fact.TransferID(fact.NewID(time.Now())), by: a, to: e.To}
	c.recordMove(t, fact.Started, "", 0, "")
	c.recordMove(t, fact.Answered, "", 0, "")
	c.tellStory("moved to " + e.To.Name)
	yes(e.Reply)
	c.release(a, "transferred", e.To.Name, "agent")
	c.agent = nil
	c.queuedAt = time.Time{}
	c.enqueue(q, flow.Queue{Path: c.path}, false, "")
}

type rangOut struct{ t *transfer }

func (e rangOut) apply(c *Call) {
	switch {
	case c.transfer == e.t && e.t.state != "answered": // who was asked may have answered at the last moment
		c.transferFailed("no_answer", 0)
	case c.direction == fact.Out && c.leg == e.t.leg && !c.over && c.agent != nil && c.agent.joined.IsZero():
		c.dialFailed("no_answer", 0)
	}
}

// answeredBy: the telephone of a transfer was answered.
func (c *Call) answeredBy(t *transfer, sdp []byte) {
	if err := t.leg.voice.Accept(sdp); err != nil {
		c.log.Warn("the answer to a transfer could not be used", "err", err)
		c.transferFailed("unreachable", 488)
		return
	}
	t.timer.Stop()
	if t.consult {
		c.consulted(t)
		return
	}
	c.handToPartner(t)
}

// handToPartner lets the caller talk with who answered; the agent is out.
func (c *Call) handToPartner(t *transfer) {
	media.Join(c.leg.voice, t.leg.voice)
	c.partner, c.partnerTo, c.transfer = t.leg, t.to, nil
	c.recordMove(t, fact.Answered, "", 200, "")
	c.tellStory(t.to.Name + " has the caller")
	if t.by != nil {
		c.handOver(t.by, t.to.Name)
	}
	c.agent = nil
}

// handOver releases an agent whose caller somebody else has now.
func (c *Call) handOver(a *agentLeg, to string) {
	c.deps.Consoles.Say(a.id, Said{Kind: "state", Key: "transferred", Args: map[string]string{"who": to}, Words: "Transferred. " + to + " answered."})
	c.release(a, "transferred", to, "agent")
}

// transferFailed brings the caller back: to the agent if still there, else to the head of the queue.
func (c *Call) transferFailed(why string, code int) {
	t := c.transfer
	back := "agent"
	if t.by == nil || t.by.lost && c.agent == nil {
		back = "queue"
	}
	c.endTransfer(t)
	c.transfer = nil
	c.recordMove(t, fact.Failed, why, code, back)
	c.tellStory(t.to.Name + ": " + why)
	if back == "queue" {
		c.toHead("transfer to " + t.to.Name + " failed: " + why)
		return
	}
	c.returnTo(t.by, t.consult)
	c.back = &Back{To: t.to.Name, ID: t.to.ID, Code: code, Why: why, At: time.Now()}
	c.deps.Consoles.Say(t.by.id, Said{Kind: "state", Key: "back_" + why, Args: map[string]string{"who": t.to.Name}, Words: backWords(t.to.Name, why), Bad: true})
	c.show()
}

func backWords(who, why string) string {
	switch why {
	case "declined":
		return who + " declined. The caller is back with you."
	case "busy":
		return who + " is busy. The caller is back with you."
	case "no_answer":
		return who + " did not answer. The caller is back with you."
	case "left":
		return who + " hung up. The caller is back with you."
	case "no_number":
		return who + " has no number that exists. The caller is back with you."
	}
	return who + " could not be reached. The caller is back with you."
}

// returnTo gives the caller back to the agent of a transfer.
func (c *Call) returnTo(a *agentLeg, consult bool) {
	c.stopTalk(a)
	if a.lost {
		c.pause(a)
	} else {
		c.talk(a)
	}
	cause := routing.TransferBack
	if consult {
		cause = routing.ConsultOver
	}
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: cause, By: routing.ByServer})
}

// Undo takes back what can be taken back: a transfer until it is answered.
type Undo struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Undo) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	if a == nil {
		return
	}
	if c.transfer == nil {
		e.Reply.no("too_late", "There is nothing to take back.")
		return
	}
	c.takeBack()
	yes(e.Reply)
}

func (c *Call) takeBack() {
	t := c.transfer
	c.dropTransfer(fact.TakenBack, "")
	c.tellStory("taken back from " + t.to.Name)
	c.returnTo(t.by, t.consult)
	c.show()
}

// dropTransfer ends the attempt; who has the caller then is the business of whoever called this.
func (c *Call) dropTransfer(stage fact.Stage, why string) {
	t := c.transfer
	c.transfer = nil
	c.endTransfer(t)
	c.recordMove(t, stage, why, 0, "")
}

func (c *Call) endTransfer(t *transfer) {
	if t.timer != nil {
		t.timer.Stop()
	}
	if t.leg != nil {
		c.hangup(t.leg, trunk.Reason{Text: "taken back"})
	}
	if t.asking { // the answer is still to come, and is for nobody then
		c.stale++
	}
	if t.asking || t.reservation != "" {
		c.deps.ACD.Tell(routing.Gone{Contact: c.id, Outcome: fact.Withdrawn})
	}
}

func (c *Call) recordMove(t *transfer, s fact.Stage, why string, code int, back string) {
	var by fact.AgentID
	if t.by != nil {
		by = t.by.id
	}
	m := fact.Moved{Transfer: t.id, Consult: t.consult, ToKind: t.to.Kind, To: t.to.ID, Stage: s, Why: why, Code: code, Back: back}
	var p *fact.Personal
	if t.to.Kind == "number" {
		m.To = t.to.Number.String()
		p = &fact.Personal{Number: t.to.Number}
	}
	c.recordOf(by, m, p)
}
