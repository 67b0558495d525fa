package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/routing"
)

// insideTo is where in the house a number leads that an agent dials on the own telephone: a colleague's short number, or a number of the tenant.
func (c *Call) insideTo(e dials) (flow.Destination, bool) {
	if e.from == nil || e.to.Kind == Help {
		return flow.Destination{}, false
	}
	info := e.from.Info()
	if r := c.deps.Rules; r.Extension != nil {
		if to, ok := r.Extension(info.Trunk, info.To); ok {
			return flow.Destination{Kind: to.Kind, ID: to.ID}, true
		}
	}
	return c.deps.Rules.Number(info.Trunk, fact.Number(info.To))
}

// insider is an agent who calls somebody of the house on the own telephone, and so is the caller of this call.
type insider struct {
	id    fact.AgentID
	to    string    // whom, to show
	talks time.Time // since when; zero: nobody has taken the call
}

// callsInside makes the agent the caller, when the agent may call now.
func (c *Call) callsInside(e dials, to flow.Destination) {
	info := e.from.Info()
	c.direction, c.called, c.trunk = fact.In, fact.Number(info.To), info.Trunk
	c.caller = Caller{Name: c.deps.Rules.AgentName(e.agent), Number: fact.Number(info.Phone), Internal: true, Person: string(e.agent)}
	c.leg = &sipLeg{role: "caller", dialog: e.from}
	name := info.To
	switch q, ok := c.deps.Rules.Queue(fact.QueueID(to.ID)); {
	case to.Kind == "agent":
		name = c.deps.Rules.AgentName(fact.AgentID(to.ID))
	case ok && to.Kind == "queue":
		name = q.Name
	}
	if to.Kind == "agent" && to.ID == string(e.agent) {
		c.leg.dialog.Reject(486, "that is your own number", 0)
		c.over = true
		return
	}
	c.deps.ACD.Ask(routing.Dial{Agent: e.agent, Contact: c.id}, func(late *routing.TooLate) {
		if g := (insideGranted{dialGranted{e, late == nil}, insider{id: e.agent, to: name}, to}); !c.Tell(g) {
			g.tooLate(c)
		}
	})
}

// insideGranted: the arbiter has said whether the agent may call now.
type insideGranted struct {
	dialGranted
	who insider
	to  flow.Destination
}

func (e insideGranted) apply(c *Call) {
	if c.over {
		e.tooLate(c)
		return
	}
	if !e.ok {
		c.leg.dialog.Reject(403, "only when ready or not ready, not in a call", 0)
		c.leg.gone, c.over = true, true
		return
	}
	c.insider = &e.who
	info := c.leg.dialog.Info()
	c.recordArrival(info)
	next := c.way.Start(e.to, c.arrived)
	if no, refused := next.(flow.Refuse); refused {
		c.refuse(no.Code, no.Why)
		return
	}
	if !c.answerCaller(info) {
		return
	}
	c.show()
	c.follow(next)
}

// insiderTalks: somebody has taken the call of an agent of the house.
func (c *Call) insiderTalks() {
	if i := c.insider; i != nil && i.talks.IsZero() {
		i.talks = time.Now()
		c.deps.ACD.Tell(routing.InCall{Agent: i.id, Contact: c.id, Cause: routing.DialAnswered, By: routing.ByServer})
	}
}

// insiderOver lets the agent go who was the caller.
func (c *Call) insiderOver(by string) {
	i := c.insider
	if i == nil {
		return
	}
	c.insider = nil
	c.deps.Consoles.CardGone(i.id, c.id)
	c.deps.ACD.Tell(routing.CallOver{Agent: i.id, Contact: c.id, By: by})
}

// insiderCard draws the call for the agent who is its caller.
func (c *Call) insiderCard(i *insider) Card {
	k := Card{
		Contact: c.id, Caller: Caller{Name: i.to, Number: c.called, Internal: true}, Called: c.called, Direction: fact.Out, Arrived: c.arrived, Answered: i.talks,
		Endpoint: fact.AtSIP, Story: append([]Line(nil), c.story...),
	}
	if a := c.agent; a != nil {
		k.Caller.Name = c.deps.Rules.AgentName(a.id)
	}
	me := Party{ID: string(i.id), Name: c.caller.Name, Role: "agent", State: "talking"}
	other := Party{ID: "caller", Name: k.Caller.Name, Role: "caller", State: "talking"}
	switch {
	case i.talks.IsZero():
		other.State = "ringing"
	default:
		me.Hears, other.Hears = []string{other.ID}, []string{me.ID}
	}
	k.Parties = []Party{me, other}
	return k
}
