package call

import (
	"cmp"
	"log/slog"
	"slices"
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/inbox"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Event is something that happens to a call. It knows what it does, so the loop stays as it is.
type Event interface{ apply(*Call) }

// Call is one contact's call. Its fields belong to its goroutine.
type Call struct {
	id    fact.ContactID
	deps  Deps
	inbox *inbox.Inbox[Event]
	log   *slog.Logger

	direction fact.Direction
	caller    Caller
	called    fact.Number
	trunk     string
	arrived   time.Time
	queuedAt  time.Time
	waited    time.Duration
	queue     fact.QueueID
	path      []string
	way       *flow.Way // before the queue, and when nobody there can take the call
	words     *words    // that the caller hears on that way

	leg       *sipLeg // the caller
	offer     *Offer  // rings at somebody
	offerTo   fact.AgentID
	because   because      // why the last offer went where it went
	own       *dialGranted // an own call, whose agent's telephone is rung first
	desk      *deskRing    // that agent's own telephone, when it rings there
	agent     *agentLeg    // who has the caller
	insider   *insider     // an agent who is the caller, by the own telephone
	mate      *mate        // a colleague at a console who is asked, or in the group
	partner   *sipLeg      // an expert or number that has the caller after a transfer
	partnerTo Target
	transfer  *transfer
	refer     *referral // the partner hands the caller on
	aside     []*sipLeg // who handed the caller on and is about to hang up
	stale     int       // answers of the arbiter to come for transfers that were dropped
	back      *Back
	group     *group
	adding    []*guest    // rung for the group
	left      *Caller     // the caller hung up while others went on; the contact is over in the ledger
	instead   *Party      // who is on the caller's leg since
	dialled   *time.Timer // an outgoing call rings at most this long
	wraps     map[fact.AgentID]*wrapUp
	undone    map[fact.AgentID]*wrapUp // done a moment ago, and may be taken up again
	story     []Line
	tones     string
	oneWay    string
	quality   Quality

	talked, onHold time.Duration // whole call
	over           bool          // the contact has ended; wrap-ups may go on
	todo           []Event       // taken, not yet applied
}

// sipLeg is one SIP leg with its voice.
type sipLeg struct {
	role    string
	dialog  Dialog
	voice   Voice
	gone    bool
	acked   bool
	early   bool
	late    bool // no offer came: the answer is in the ACK
	began   time.Time
	rang    bool     // a 180 came
	holding bool     // has put the caller on hold, when it has the caller
	key     *keyWait // whoever answered is asked to press a key
}

// agentLeg is an agent who has the caller.
type agentLeg struct {
	id          fact.AgentID
	line        media.Leg     // the console's, or the voice of phone
	phone       *sipLeg       // the agent's own telephone; nil at a console
	away        bool          // it has us on hold
	at          fact.Endpoint // where phone is
	answer      []byte        // for the phone, which has dialled and is not answered yet
	second      *secondLine   // the telephone's second call, by which the agent asks first
	refer       *int          // the telephone has asked to hand the caller on, and hears how it goes
	referAt     *sipLeg       // on that line; nil: phone
	byPhone     bool          // which is why the caller is held
	leaves      bool          // it hangs up by itself: the caller was handed on there
	reservation fact.ReservationID
	joined      time.Time
	talkingFrom time.Time // zero while held, lost or connecting
	held        bool
	heldSince   time.Time
	lost        bool
	parked      bool // places an emergency call meanwhile: the line is another call's
	muted       bool
	talk, hold  time.Duration
	note        string
	noteSaved   time.Time
	waitsLine   *time.Timer
}

// Start begins the call of an incoming dialog, in a goroutine of its own.
func Start(d Deps, dialog Dialog) *Call {
	info := dialog.Info()
	now := time.Now()
	c := newCall(d, fact.In, now)
	c.caller = Caller{Name: info.FromName, Number: fact.Number(info.From), Withheld: info.Withheld}
	switch {
	case info.Withheld:
		c.caller.Number, c.caller.Name = "", ""
		if info.Private || d.Rules.Insider == nil { // also from us: who does not want to be known is not looked up
			break
		}
		// Only the From is anonymous, as Teams writes it by a company's policy: a colleague is a colleague, without a number.
		if who, ok := d.Rules.Insider(info.Asserted, ""); ok {
			who.Number, who.Withheld, who.Internal = "", true, true
			c.caller = who
		}
	case d.Rules.Insider != nil:
		if who, ok := d.Rules.Insider(info.Asserted, c.caller.Number); ok {
			who.Number, who.Internal = cmp.Or(c.caller.Number, who.Number), true
			c.caller = who
		}
	}
	c.called, c.trunk = fact.Number(info.To), info.Trunk
	c.log = c.log.With("trunk", info.Trunk, "sip_call_id", info.CallID)
	c.leg = &sipLeg{role: "caller", dialog: dialog}
	inbox.Go(c.panicked, func() { c.run(arrive{}) })
	return c
}

func newCall(d Deps, dir fact.Direction, now time.Time) *Call {
	id := fact.ContactID(fact.NewID(now))
	return &Call{
		id: id, deps: d, inbox: inbox.New[Event](), direction: dir, arrived: now, wraps: map[fact.AgentID]*wrapUp{}, way: flow.New(d.Rules.Plan),
		log: d.Log.With("tenant", d.Rules.Tenant, "contact", id),
	}
}

// ID of the contact.
func (c *Call) ID() fact.ContactID { return c.id }

// Tell puts an event to the call's goroutine. It reports false when the call is over.
func (c *Call) Tell(e Event) bool { return c.inbox.Put(e) }

func (c *Call) run(first Event) {
	defer c.finish()
	c.deps.ACD.Join(c)
	first.apply(c)
	for !c.finished() {
		<-c.inbox.Ready()
		for c.todo = c.inbox.Take(); len(c.todo) > 0; {
			e := c.todo[0]
			c.todo = c.todo[1:]
			e.apply(c) // never waits: what takes time runs beside and comes back as an event
		}
	}
}

func (c *Call) finished() bool { return c.over && len(c.wraps) == 0 && len(c.undone) == 0 }

// finish answers what came too late: an agent who was just given this contact must not stay bound to it.
func (c *Call) finish() {
	late := slices.Concat(c.todo, c.inbox.Close())
	c.todo = nil
	for _, e := range late {
		e.apply(c)
	}
	c.ended()
	c.deps.ACD.Leave(c.id)
	if c.deps.Done != nil {
		c.deps.Done(c)
	}
	if c.over {
		c.letGo()
	}
}

// letGo forgets the legs of a call that is over: a timer that has not fired yet holds the call, and need not hold them.
func (c *Call) letGo() {
	c.leg, c.partner, c.agent, c.transfer, c.refer, c.group, c.offer, c.aside, c.desk, c.mate = nil, nil, nil, nil, nil, nil, nil, nil, nil, nil
	c.story = nil
}

// ended tells, once, that the contact is over.
func (c *Call) ended() {
	if c.deps.Over != nil {
		c.deps.Over()
		c.deps.Over = nil
	}
}

// panicked: a fault of ours in this call. The caller is not left in silence: the call is torn down politely,
// and nobody stays bound to it.
func (c *Call) panicked(p *inbox.Panic) {
	c.log.Error("call ended by a fault of our own", "err", p, "stack", string(p.Stack))
	inbox.Go(func(p *inbox.Panic) { c.log.Error("tearing the call down failed too", "err", p) }, func() {
		defer c.finish()
		if !c.over {
			c.endBy(fact.Broken, "system", 500, "fault")
		}
		for id := range c.wraps {
			c.deps.Consoles.WrapGone(id, c.id)
		}
	})
}

func (c *Call) record(f fact.Fact) { c.recordOf("", f, nil) }

func (c *Call) recordOf(a fact.AgentID, f fact.Fact, p *fact.Personal) {
	c.deps.ACD.Record(fact.Entry{Tenant: c.deps.Rules.Tenant, At: time.Now(), Contact: c.id, Agent: a, Fact: f, Personal: p})
}

// after puts an event later. The timer is the caller's to stop.
func (c *Call) after(d time.Duration, e Event) *time.Timer {
	return time.AfterFunc(d, func() { c.Tell(e) })
}

type arrive struct{}

func (arrive) apply(c *Call) {
	info := c.leg.dialog.Info()
	c.recordArrival(info)
	to, ok := c.deps.Rules.Number(info.Trunk, c.called)
	if !ok {
		c.refuse(404, "no such number")
		return
	}
	next := c.way.Start(to, c.arrived)
	if no, refused := next.(flow.Refuse); refused {
		c.refuse(no.Code, no.Why)
		return
	}
	if !c.answerCaller(info) {
		return
	}
	c.follow(next)
}

func (c *Call) recordArrival(info trunk.Info) {
	c.recordOf("", fact.Arrived{
		Direction: c.direction, Trunk: info.Trunk, Peer: info.Peer, To: c.called, SIPCallID: info.CallID, Withheld: info.Withheld, Internal: c.caller.Internal,
	}, &fact.Personal{Number: c.caller.Number, Name: c.caller.Name, Diverted: divertedFrom(info.Diverted)})
	c.tellStory("story_came", "came in by trunk {trunk}", "trunk", info.Trunk)
	for _, d := range info.Diverted {
		c.tellDiverted(d)
	}
	c.log.Info("call arrived", "from", c.caller.Number, "to", c.called)
}

// answerCaller negotiates and answers, so that the caller hears music. It reports false when the call is over.
func (c *Call) answerCaller(info trunk.Info) bool {
	o := c.deps.Rules.voice(string(c.id)+"/caller", info.Trunk)
	o.Peer = info.Source
	voice, err := c.deps.Media.NewVoice(o)
	if err != nil {
		c.log.Error("no voice for a caller", "err", err)
		c.refuse(503, "no media port")
		return false
	}
	leg := c.leg // the call may have let go of it when late news come
	leg.voice = voice
	voice.Sink(func(e media.Event) { c.Tell(fromVoice{leg, e}) })
	leg.dialog.Sink(func(e trunk.Event) { c.Tell(fromDialog{leg, e}) })
	c.leg.dialog.Progress(180, nil)
	var sdp []byte
	if info.SDP == nil {
		c.leg.late = true
		sdp, err = voice.Offer()
	} else {
		sdp, err = voice.Answer(info.SDP)
	}
	if err != nil {
		c.refuse(mediaCode(err), err.Error())
		return false
	}
	if err := c.leg.dialog.Answer(sdp); err != nil {
		c.log.Info("caller gone before the answer", "err", err)
	}
	return true
}

// refuse ends a call that was not answered.
func (c *Call) refuse(code int, why string) {
	c.leg.dialog.Reject(code, why, 0)
	c.leg.gone = true
	c.endBy(fact.Refused, "system", code, why)
}

func needsOf(m map[string]int) []routing.Need {
	var out []routing.Need
	for k, v := range m { // the order does not matter: all must hold
		out = append(out, routing.Need{Skill: k, Level: v})
	}
	return out
}
