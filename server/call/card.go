package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/trunk"
)

// Caller is the person on the other side, as the call knows them. What the desk adds (company, calls
// today) it adds itself.
type Caller struct {
	Name     string
	Number   fact.Number
	Withheld bool
	Internal bool // somebody of the company; Person and Department say who
	// Person is the id of the roster, or of the company's directory.
	Person     string
	Department string
}

// shownName is the name that whom we ring outside may see: of a caller without a number none.
func (c Caller) shownName() string {
	if c.Withheld {
		return ""
	}
	return c.Name
}

// Offer is a ringing card.
type Offer struct {
	Reservation fact.ReservationID
	Contact     fact.ContactID
	Caller      Caller
	Queue       string
	Path        []string
	Arrived     time.Time
	Offered     time.Time
	Deadline    time.Time
	Why         string
	Because     []Line // Why, one by one; without a time
	Story       []Line
	Head        bool
	Called      fact.Number
	Endpoint    fact.Endpoint // where it rings
	Kind        string        // consult or transfer: a colleague's; empty: the queue's
	From        string        // the colleague's name
}

// OfferGone tells why a ringing card went.
type OfferGone struct {
	Reservation fact.ReservationID
	Contact     fact.ContactID
	Caller      Caller
	Queue       string
	Outcome     fact.Outcome
	Endpoint    fact.Endpoint // where it rang
	Why         string        // what the agent's own telephone said, not_registered: it was not there; empty: the deadline
	From        time.Time
	To          time.Time
}

// Line is one line of a contact's story.
type Line struct {
	At    time.Time
	Key   string // of the sentence in the consoles' catalogue
	Args  map[string]string
	Words string // in English
}

// Party is somebody in the call.
type Party struct {
	ID    string
	Name  string
	Role  string // agent, caller, expert, guest
	State string // ringing, talking, held, gone
	Hears []string
	Music bool
	Muted bool // the others do not hear this one
}

// Moving is a transfer under way.
type Moving struct {
	Kind  string // transfer, ask
	To    string
	ID    string
	State string
	Since time.Time
	Until time.Time
}

// Back tells of a transfer that failed.
type Back struct {
	To   string
	ID   string
	Code int
	Why  string // declined, busy, no_answer, unreachable, no_number, voicemail, left; nobody: of a team
	At   time.Time
	Each []Try // a team
}

// Try is what became of one of a team that was rung. Why is as in Back, or elsewhere: somebody else was faster.
type Try struct {
	To   string
	ID   string
	Code int
	Why  string
}

// Card is the call as one of its agents sees it.
type Card struct {
	Contact   fact.ContactID
	Caller    Caller
	Called    fact.Number
	Queue     string
	Path      []string
	Direction fact.Direction
	Arrived   time.Time
	Answered  time.Time
	Waited    time.Duration
	Held      bool
	HeldSince time.Time
	Muted     bool
	Endpoint  fact.Endpoint // where the agent talks
	Parties   []Party
	Transfer  *Moving
	Back      *Back
	Note      string
	NoteSaved time.Time
	Tones     string
	Story     []Line
	Because   []Line // why the contact came to this agent
	OneWay    string // from_caller: nothing is heard from the caller; to_caller: nothing reaches the caller
	Quality   Quality
}

// Quality of the caller's leg.
type Quality struct {
	MOS, Worst    float64
	Loss          float64 // per cent
	Jitter, Delay time.Duration
}

// Wrap is what an agent still has to do after a call.
type Wrap struct {
	Contact  fact.ContactID
	Caller   Caller
	Queue    string
	Codes    []Code
	Code     string
	Note     string
	Saved    time.Time
	Ended    string // caller, you, transferred, expert, system
	To       string // with transferred: to whom
	Talk     time.Duration
	Hold     time.Duration
	Began    time.Time
	Extended int
	Until    time.Time
}

// Said is one line of news for an agent. Key names the sentence in the console's catalogue.
type Said struct {
	Kind  string
	Key   string
	Args  map[string]string
	Words string
	Bad   bool
}

// The card's story keeps how it began and what was last.
const (
	maxStory   = 200
	storyStart = 10
)

// card draws the call for one agent.
func (c *Call) card(a *agentLeg) Card {
	k := Card{
		Contact: c.id, Caller: c.caller, Called: c.called, Queue: c.queueName(), Path: c.path, Direction: c.shownDirection(),
		Arrived: c.arrived, Answered: a.joined, Waited: c.waited, Held: a.held, HeldSince: a.heldSince, Muted: a.muted, Endpoint: a.at,
		Transfer: c.moving(a), Back: c.back, Note: a.note, NoteSaved: a.noteSaved, Tones: c.tones, OneWay: c.oneWay, Quality: c.quality,
	}
	k.Story = append(k.Story, c.story...)
	if c.because.to == a.id {
		k.Because = c.because.lines
	}
	k.Parties = c.parties(a)
	return k
}

func (c *Call) moving(a *agentLeg) *Moving {
	t := c.transfer
	if t == nil || t.by != a {
		return nil
	}
	kind := "transfer"
	if t.consult {
		kind = "ask"
	}
	return &Moving{Kind: kind, To: t.to.Name, ID: t.to.ID, State: t.state, Since: t.since, Until: t.until}
}

// show gives every agent of the call a fresh card.
func (c *Call) show() {
	if a := c.agent; a != nil && !a.parked {
		c.deps.Consoles.Card(a.id, c, c.card(a))
	}
	if i := c.insider; i != nil {
		c.deps.Consoles.Card(i.id, c, c.insiderCard(i))
	}
	if m := c.mate; m != nil && !m.joined.IsZero() && !m.parked {
		c.deps.Consoles.Card(m.id, c, c.mateCard(m))
	}
}

func (c *Call) queueName() string {
	if q, ok := c.deps.Rules.Queue(c.queue); ok {
		return q.Name
	}
	return ""
}

func divertedFrom(all []trunk.Diverted) (out []fact.Diverted) {
	for _, d := range all {
		out = append(out, fact.Diverted{Number: fact.Number(d.User), Why: d.Reason})
	}
	return out
}
