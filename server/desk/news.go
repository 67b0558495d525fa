package desk

import (
	"slices"
	"time"

	"cordboard/server/acd"
	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

type offered struct {
	c *call.Call
	o call.Offer
}

func (e offered) apply(s *seat) {
	s.offers[e.o.Reservation] = e.c
	w := wireOffer(e.o)
	w.Reasons = s.room.tenant().queueNamed(w.Queue).Declines
	w.Caller.Person = s.insider(e.o.Caller)
	news := &wire.Said{Kind: "offer", Key: "offer", Args: map[string]string{"who": who(w.Caller), "queue": w.Queue}, Words: who(w.Caller) + " is calling. " + w.Queue + "."}
	switch w.Kind {
	case "consult":
		news.Key, news.Args["from"], news.Words = "offer_consult", w.From, w.From+" asks you about "+who(w.Caller)+"."
	case "transfer":
		news.Key, news.Args["from"], news.Words = "offer_transfer", w.From, w.From+" hands on "+who(w.Caller)+"."
	}
	s.lookUp(e.o)
	s.publish(wire.News{Offer: w, Clear: []wire.Section{wire.ClearMissed}, Said: news})
	if s.call == nil && len(s.offers) == 1 && s.choose() { // now, so that the digits stand still when the call is there
		s.showExperts()
	}
}

// who is how a caller is named in a sentence.
func who(c wire.Caller) string {
	switch {
	case c.Name != "":
		return c.Name
	case c.Number != "":
		return c.Number
	}
	return "Number withheld"
}

// offerFirst is how long a look-up leaves the processors to the offer that it completes.
const offerFirst = 5 * time.Millisecond

// lookUp asks the ledger beside the loop, and completes the card when the answer comes.
func (s *seat) lookUp(o call.Offer) {
	t := s.room.tenant()
	if t.History == nil || o.Caller.Number == "" {
		return
	}
	s.beside(func() event {
		<-time.After(offerFirst)
		facts, today := t.History.Caller(t.ID, o.Caller.Number)
		return known{o.Contact, facts, today}
	})
}

// beside runs f in a goroutine of its own and puts what it gives back into the seat.
func (s *seat) beside(f func() event) { s.besideFor("", f) }

// besideFor does it for a command, which is answered whatever happens.
func (s *seat) besideFor(command string, f func() event) {
	id := s.person.ID
	inbox.Go(func(p *inbox.Panic) {
		s.room.desk.o.Log.Error("a look-up failed by a fault of our own", "agent", id, "err", p, "stack", string(p.Stack))
		if command != "" {
			s.tell(replied{refusal(command, call.Because("not_now", "no_answer_now", "The server could not look that up; try again."))})
		}
	},
		func() {
			if e := f(); e != nil {
				s.tell(e)
			}
		})
}

type known struct {
	contact fact.ContactID
	facts   []wire.Fact
	today   int
}

func (e known) apply(s *seat) {
	s.facts, s.factsOf, s.callsToday = e.facts, e.contact, e.today
	if len(e.facts) == 0 && e.today == 0 { // as the card says already
		return
	}
	if o := s.board.Offer; o != nil && o.Contact == string(e.contact) {
		n := *o
		n.Known, n.Caller.Today = e.facts, e.today
		s.publish(wire.News{Offer: &n})
	}
	if c := s.board.Call; c != nil && c.Contact == string(e.contact) {
		n := *c
		n.Known, n.Caller.Today = e.facts, e.today
		s.publish(wire.News{Call: &n})
	}
}

type offerGone struct{ o call.OfferGone }

func (e offerGone) apply(s *seat) {
	delete(s.offers, e.o.Reservation)
	var n wire.News
	if o := s.board.Offer; o == nil || o.Reservation == string(e.o.Reservation) { // the next caller may ring already
		n.Clear = []wire.Section{wire.ClearOffer}
	}
	c := wireCaller(e.o.Caller)
	switch e.o.Outcome {
	case fact.Missed:
		n.Missed = &wire.Missed{Caller: c, Queue: e.o.Queue, From: e.o.From, To: e.o.To, Cause: missedFor(e.o), Words: "The caller kept the place in line.", Return: s.view.Until}
		n.Said = &wire.Said{Kind: "state", Key: "missed", Args: map[string]string{"who": who(c)}, Words: "You missed a call.", Bad: true}
	case fact.CallerOff:
		n.Said = &wire.Said{Kind: "offer", Key: "caller_gone", Args: map[string]string{"who": who(c)}, Words: "The caller hung up before you answered."}
	case fact.Declined:
		if e.o.Endpoint != fact.AtConsole { // by the telephone, not by a key
			l := missedFor(e.o)
			n.Said = &wire.Said{Kind: "offer", Key: l.Key, Args: l.Args, Words: l.Words, Bad: true}
		}
	case fact.Withdrawn:
		n.Said = &wire.Said{Kind: "offer", Key: "withdrawn", Args: map[string]string{"who": who(c)}, Words: "The call went elsewhere."}
	}
	if e.o.Outcome == fact.Accepted { // the card of the call is under way
		s.holdShortly(n)
		return
	}
	s.publish(n)
}

type carded struct {
	c *call.Call
	k call.Card
}

func (e carded) apply(s *seat) {
	first := s.call != e.c
	s.call = e.c
	if first {
		clear(s.tried)
	}
	w := wireCall(e.k)
	if q := s.room.tenant().queueNamed(w.Queue).ID; first && q != "" {
		s.lastQueue, s.shown = q, ""
	}
	w.OnePress = s.room.tenant().queueNamed(w.Queue).OnePress && w.Direction == "in"
	w.Caller.Person = s.insider(e.k.Caller)
	if s.factsOf == e.k.Contact {
		w.Known, w.Caller.Today = s.facts, s.callsToday
	}
	w.Chats = s.chatsOf(e.k.Contact)
	n := wire.News{Call: w}
	if b := e.k.Back; b != nil && b.ID != "" && s.tried[b.ID] == "" {
		s.tried[b.ID] = b.Why
		for _, x := range b.Each {
			if x.Why != "elsewhere" {
				s.tried[x.ID] = x.Why
			}
		}
		n.Experts = s.experts()
	}
	if first {
		n.Said = &wire.Said{Kind: "call", Key: "talking", Args: map[string]string{"who": who(w.Caller)}, Words: "You and " + who(w.Caller) + " hear each other."}
	}
	s.publish(n)
}

type cardGone struct{ id fact.ContactID }

func (e cardGone) apply(s *seat) {
	if s.call != nil && s.call.ID() == e.id {
		s.call = nil
		s.holdShortly(wire.News{Clear: []wire.Section{wire.ClearCall}}) // what the agent is now follows
		if len(s.offers) == 0 && s.choose() {
			s.showExperts()
		}
		s.freshen()
		s.leaveWhenDone()
	}
}

type wrapped struct {
	c *call.Call
	w call.Wrap
}

func (e wrapped) apply(s *seat) {
	s.wrap = e.c
	more, required := 0, false
	for _, q := range s.room.tenant().Rules.Queues {
		if q.Name == e.w.Queue {
			more, required = q.More, q.Coded
		}
	}
	w := wireWrap(e.w, more, required)
	n := wire.News{Wrap: w}
	if old := s.board.Wrap; old == nil || old.Contact != w.Contact {
		n.Said = &wire.Said{Kind: "call", Key: "ended_" + w.Ended, Args: map[string]string{"who": who(w.Caller), "to": e.w.To}, Words: w.Words}
	}
	s.publish(n)
}

type wrapGone struct{ id fact.ContactID }

func (e wrapGone) apply(s *seat) {
	if s.wrap != nil && s.wrap.ID() == e.id {
		s.wrap = nil
		s.holdShortly(wire.News{Clear: []wire.Section{wire.ClearWrap}})
		s.freshen()
		s.leaveWhenDone()
	}
}

type said struct{ w wire.Said }

func (e said) apply(s *seat) { s.publish(wire.News{Said: &e.w}) }

// AgentIs tells of an agent's new state (acd.Desk).
func (r *Room) AgentIs(c routing.Changed, v routing.AgentView) {
	r.r.tell(c.Agent, agentIs{c, v})
	r.r.mu.Lock()
	name := string(v.ID)
	if r.r.t != nil {
		name = r.r.t.Roster.Name(v.ID)
	}
	r.r.mates[v.ID] = wire.Mate{ID: string(v.ID), Name: name, State: wire.State(v.State), Since: v.Since}
	r.r.teamSoon()
	r.r.mu.Unlock()
}

type agentIs struct {
	c routing.Changed
	v routing.AgentView
}

func (e agentIs) apply(s *seat) {
	s.view = e.v
	if s.undo != nil && e.c.Cause != routing.PresenceMoves && !s.undo.holds(e.c) {
		s.undo = nil
	}
	n := wire.News{Me: s.me(e.v)}
	if e.c.To != fact.MissedState && e.c.From == fact.MissedState {
		n.Clear = append(n.Clear, wire.ClearMissed)
	}
	if m := s.board.Missed; m != nil && e.c.To == fact.MissedState {
		again := *m
		again.Return = e.v.Until
		n.Missed = &again
	}
	if e.c.By != routing.ByAgent && (e.c.To == fact.NotReady || e.c.To == fact.Ready) && e.c.From != fact.Offline && e.c.From != e.c.To {
		n.Said = &wire.Said{Kind: "state", Key: "state_" + string(e.c.To), Args: map[string]string{"by": s.author(e.c.By)}, Words: stateWords(e.c)}
	}
	if n.Said == nil && cardFollows(e.c) {
		s.holdShortly(n)
		return
	}
	s.publish(n)
}

// cardFollows says that the change is half of one: the offer, the call, or the caller whom a colleague hands over is on the way.
func cardFollows(c routing.Changed) bool {
	return c.To == fact.OfferedState || c.To == fact.Connecting || c.From == fact.DirectCall && (c.To == fact.Talking || c.To == fact.Conference)
}

func stateWords(c routing.Changed) string {
	if c.To == fact.Ready {
		return "Ready."
	}
	switch c.Reason {
	case routing.ReasonConnection:
		return "Not ready: the connection was lost. Press r when you are back."
	case routing.ReasonLine:
		return "Not ready: your voice line did not come up."
	}
	return "Not ready."
}

// Queues tells the state of the queues (acd.Desk).
func (r *Room) Queues(views []acd.QueueNow) {
	r.r.mu.Lock()
	t := r.r.t
	if t == nil {
		r.r.mu.Unlock()
		return
	}
	board := make([]wire.Queue, 0, len(views))
	for _, v := range views {
		q := wire.Queue{ID: string(v.ID), Name: string(v.ID), Waiting: v.Waiting, Oldest: v.Oldest, Ready: v.Ready, Paused: v.Paused, Talking: v.Talking, SL: v.Level}
		for _, rule := range t.Rules.Queues {
			if rule.ID == v.ID {
				q.Name, q.Target = rule.Name, rule.Target
			}
		}
		board = append(board, q)
	}
	r.r.board = board
	seats := r.r.all()
	r.r.mu.Unlock()
	for _, s := range seats {
		s.tell(boardCame{board})
	}
}

// mine keeps the queues of this person.
func (s *seat) mine(all []wire.Queue) []wire.Queue {
	out := []wire.Queue{}
	for _, q := range all {
		if s.role >= 2 || slices.Contains(s.person.Queues, fact.QueueID(q.ID)) {
			out = append(out, q)
		}
	}
	return out
}

type boardCame struct{ queues []wire.Queue }

func (e boardCame) apply(s *seat) {
	if mine := s.mine(e.queues); !slices.Equal(mine, s.board.Queues) {
		s.hold(wire.News{Queues: mine})
	}
}

// InLine tells a ready agent's place (acd.Desk).
func (r *Room) InLine(id fact.AgentID, place, of int, ahead fact.AgentID) {
	name := ""
	if t := r.r.tenant(); t != nil && ahead != "" {
		name = t.Roster.Name(ahead)
	}
	r.r.tell(id, inLine{wire.Idle{Place: place, Of: of, Before: name}})
}

type inLine struct{ idle wire.Idle }

func (e inLine) apply(s *seat) {
	s.idle = e.idle
	if s.board.Me.State == wire.Ready {
		me := s.board.Me
		me.Idle = e.idle
		s.hold(wire.News{Me: &me})
	}
}

// The day's figures are read a little after a call, when its facts are in the ledger, and seldom.
const (
	settle  = 300 * time.Millisecond
	figures = 4 * time.Second // at least between two readings of one desk
)

// freshen reads the day's figures and last calls again, beside the loop.
func (s *seat) freshen() {
	t := s.room.tenant()
	if t.History == nil {
		return
	}
	if s.freshening {
		s.stale = true
		return
	}
	s.freshening, s.stale = true, false
	id, wait := s.person.ID, max(settle, figures-time.Since(s.figuresAt))
	s.beside(func() event {
		<-time.After(wait)
		return dayCame{t.History.Today(t.ID, id), t.History.Last(t.ID, id, 10)}
	})
}

type dayCame struct {
	today wire.Today
	last  []wire.Row
}

func (e dayCame) apply(s *seat) {
	s.freshening, s.figuresAt = false, time.Now()
	if s.stale { // something ended while the answer was on its way
		s.freshen()
	}
	if e.last == nil {
		e.last = []wire.Row{}
	}
	s.hold(wire.News{Today: &e.today, Last: e.last})
}
