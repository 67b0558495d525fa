package acd

import (
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/routing"
)

// carryOut does what routing decided: the fact first, then whom it concerns.
func (d *Distributor) carryOut(now time.Time, x routing.Decision) {
	switch x := x.(type) {
	case routing.Offer:
		why := ""
		if x.Why.Of > 0 {
			why = "idle longest: " + x.Why.IdleFor.Round(time.Second).String()
		}
		d.fact(now, x.Contact, x.Agent, fact.Offered{Reservation: x.Reservation, Queue: x.Queue, Deadline: x.Deadline, Why: why, Endpoint: x.Endpoint})
		if !d.tell(x.Contact, call.Offered{Offer: x}) { // nobody would show it
			d.Tell(routing.Gone{Contact: x.Contact, Outcome: fact.CallerOff})
		}
	case routing.OfferOver:
		d.fact(now, x.Contact, x.Agent, fact.OfferEnded{Reservation: x.Reservation, Queue: x.Queue, Outcome: x.Outcome, Reason: x.Reason})
		d.tell(x.Contact, call.OfferOver{OfferOver: x})
	case routing.Connect:
		if !d.tell(x.Contact, call.Connected{Connect: x}) { // the call ended before it could hear
			d.Tell(routing.CallOver{Agent: x.Agent, Contact: x.Contact, By: "caller"})
		}
	case routing.Leave:
		d.tell(x.Contact, call.Left{Leave: x})
	case routing.GraceOver:
		d.tell(x.Contact, call.GraceOver{Agent: x.Agent, Help: x.Why != ""})
	case routing.Parked:
		if !d.tell(x.Contact, call.Parked{Agent: x.Agent}) { // it ended before it could hear
			d.Tell(routing.CallOver{Agent: x.Agent, Contact: x.Contact, By: routing.ByServer})
		}
	case routing.Unparked:
		if !d.tell(x.Contact, call.Unparked{Agent: x.Agent, Lost: x.Lost}) {
			d.Tell(routing.CallOver{Agent: x.Agent, Contact: x.Contact, By: routing.ByServer})
		}
	case routing.Changed:
		d.changed(now, x)
	}
}

func (d *Distributor) changed(now time.Time, x routing.Changed) {
	if x.From != x.To || x.Cause == routing.WantsPause {
		d.fact(now, x.Contact, x.Agent, fact.AgentState{From: x.From, To: x.To, Reason: x.Reason, By: x.By, Cause: string(x.Cause)})
	}
	if x.Contact != "" {
		d.tell(x.Contact, call.AgentIs{Changed: x})
	}
	if v, ok := d.state.Agent(x.Agent); ok {
		d.o.Desk.AgentIs(x, v)
	}
}

// tell reports whether there is a call to hear it.
func (d *Distributor) tell(id fact.ContactID, e call.Event) bool {
	c := d.calls[id]
	return c != nil && c.Tell(e)
}
