// Package flow is what a caller passes before a queue, and when nobody there can take the call, as a pure state
// machine. It takes what happened and gives commands; it knows neither SIP nor sound, and the time comes with the event.
package flow

import "time"

// Command is what the call is to do next.
type Command interface{ command() }

// Queue lets the contact wait for an agent.
type Queue struct {
	Queue    string
	Priority int
	Needs    map[string]int // least level by skill
	Path     []string       // choices so far, for the card
}

// Ring rings one agent directly.
type Ring struct{ Agent string }

// Dial rings a number while the caller hears it ring. Whether that went wrong comes back by Way.Failed.
type Dial struct {
	Number string
	Queue  string // from which the caller comes
	Why    string
}

// Say lets the caller hear words. When they were said, Way.Said tells what comes then.
type Say struct {
	Word  string // one of Words
	Queue string // whose words they are
	Why   string // the caller leaves the queue for this; empty: not so
	To    Destination
}

// End ends the call: nobody takes it. Why is closed, holiday, nobody, longest_wait or no_queue.
type End struct{ Why string }

// Refuse ends the call before it is answered, with a SIP status (RFC 3261 §21).
type Refuse struct {
	Code int
	Why  string
}

func (Queue) command()  {}
func (Ring) command()   {}
func (Dial) command()   {}
func (Say) command()    {}
func (End) command()    {}
func (Refuse) command() {}

// The words that a caller may hear on the way.
const (
	Greeting    = "greeting"
	Closed      = "closed"
	Holiday     = "holiday"
	Nobody      = "nobody"
	LongestWait = "longest_wait"
	Onward      = "onward" // the call goes elsewhere
)

// Words are all of them.
var Words = []string{Greeting, Closed, Holiday, Nobody, LongestWait, Onward}

// Destination is where a call goes.
type Destination struct {
	Kind string // queue, agent, number, hangup
	ID   string // of the queue or agent; the number
}

// Rule is what a queue does with its callers. A Destination without a kind hangs up.
type Rule struct {
	Greets bool
	Hours  *Hours // nil: always open
	Closed Destination
	Nobody Destination // when no agent is signed in
	Longer Destination // when the longest wait is over
}

// Plan is what a tenant has laid down. It does not change.
type Plan struct {
	Queues map[string]Rule
}

// Way is one caller's way. Its zero value has no plan: every queue is open and greets nobody.
type Way struct {
	plan   *Plan
	queue  string // whose words are being said
	passed map[string]bool
	why    string
	after  func() Command // what comes after the words
}

// New begins a way. plan may be nil.
func New(plan *Plan) *Way { return &Way{plan: plan} }

func (w *Way) rule(queue string) Rule {
	if w.plan == nil {
		return Rule{}
	}
	return w.plan.Queues[queue]
}

// Start gives the first command for a call to a destination at a time.
func (w *Way) Start(d Destination, at time.Time) Command {
	w.passed, w.why, w.after = map[string]bool{}, "", nil
	switch d.Kind {
	case "queue":
		return w.enter(d.ID, at)
	case "agent":
		return Ring{Agent: d.ID}
	}
	return Refuse{Code: 404, Why: "this number leads nowhere"}
}

func (w *Way) enter(queue string, at time.Time) Command {
	w.passed[queue] = true
	r := w.rule(queue)
	open, holiday := r.Hours.Open(at)
	switch {
	case !open && holiday:
		return w.leave(queue, Holiday, r.Closed, at)
	case !open:
		return w.leave(queue, Closed, r.Closed, at)
	case r.Greets:
		return w.say(Say{Word: Greeting, Queue: queue}, func() Command { return Queue{Queue: queue} })
	}
	return Queue{Queue: queue}
}

// Left: the caller is out of a queue, because of Nobody, LongestWait, or that there is no such queue any more.
func (w *Way) Left(queue, why string, at time.Time) Command {
	if w.passed == nil {
		w.passed = map[string]bool{}
	}
	w.passed[queue] = true
	r := w.rule(queue)
	to := Destination{}
	switch why {
	case Nobody:
		to = r.Nobody
	case LongestWait:
		to = r.Longer
	}
	return w.leave(queue, why, to, at)
}

// leave says why and goes where the queue sends its callers. Nobody is sent round in a ring: a queue that was passed is
// not entered again.
func (w *Way) leave(queue, why string, to Destination, at time.Time) Command {
	w.queue, w.why = queue, why
	switch {
	case to.Kind == "queue" && !w.passed[to.ID]:
		return w.say(Say{Onward, queue, why, to}, func() Command { return w.enter(to.ID, at) })
	case to.Kind == "number":
		return w.say(Say{Onward, queue, why, to}, func() Command { return Dial{Number: to.ID, Queue: queue, Why: why} })
	}
	last := w.end()
	last.Why = why
	return last
}

func (w *Way) end() Say {
	why := w.why
	word := why
	if why != Closed && why != Holiday && why != LongestWait {
		word = Nobody
	}
	return w.say(Say{Word: word, Queue: w.queue}, func() Command { return End{Why: why} })
}

func (w *Way) say(s Say, after func() Command) Say {
	w.after = after
	return s
}

// Said: the words of the last Say were said, or there are none.
func (w *Way) Said() Command {
	if w.after == nil {
		return End{Why: w.why}
	}
	after := w.after
	w.after = nil
	return after()
}

// Failed: nobody took the call at the number of the last Dial. Who had waited waits again, before all others; else the
// reason is said, and the call ends.
func (w *Way) Failed() Command {
	if w.why == LongestWait {
		return Queue{Queue: w.queue}
	}
	return w.end()
}
