package ledger

import (
	"fmt"
	"math/rand/v2"
	"time"

	"cordboard/server/fact"
)

// day makes the facts of invented calls, the same ones for the same seed.
type day struct {
	tenant fact.TenantID
	rnd    *rand.Rand
	at     time.Time
	n      uint64
	ids    int
	put    func(fact.Entry)
}

func newDay(tenant string, seed uint64, put func(fact.Entry)) *day {
	return &day{tenant: fact.TenantID(tenant), rnd: rand.New(rand.NewPCG(seed, 1)), at: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), put: put}
}

func (d *day) id(kind string) string {
	d.ids++
	return fmt.Sprintf("%s%012d", kind, d.ids)
}

func (d *day) pass(least, most time.Duration) {
	d.at = d.at.Add(least + time.Duration(d.rnd.Int64N(int64(most-least)+1)))
}

func (d *day) tell(contact fact.ContactID, agent fact.AgentID, f fact.Fact, p *fact.Personal) {
	d.n++
	d.put(fact.Entry{Tenant: d.tenant, N: d.n, At: d.at, Contact: contact, Agent: agent, Personal: p, Fact: f})
}

func (d *day) state(agent fact.AgentID, from, to fact.State, contact fact.ContactID) {
	d.tell(contact, agent, fact.AgentState{From: from, To: to, By: "server", Cause: "test"}, nil)
}

func (d *day) agent() fact.AgentID {
	return fact.AgentID(fmt.Sprintf("agent%02d@contoso.com", d.rnd.IntN(20)))
}

// contact plays one call from its arrival to its wrap-up.
func (d *day) contact() {
	c := fact.ContactID(d.id("C"))
	q := fact.QueueID([]string{"support", "sales"}[d.rnd.IntN(2)])
	number := fact.Number(fmt.Sprintf("+4420794%05d", d.rnd.IntN(4000)))
	d.pass(time.Second, 5*time.Second)
	d.tell(c, "", fact.Arrived{Direction: fact.In, Trunk: "london", Peer: "192.0.2.20", To: "+442079460018", SIPCallID: d.id("sip")}, &fact.Personal{Number: number, Name: "Caller"})
	d.tell(c, "", fact.Queued{Queue: q, Since: d.at}, nil)
	queued := d.at
	for try := range 3 {
		a := d.agent()
		r := fact.ReservationID(d.id("R"))
		d.pass(50*time.Millisecond, 20*time.Second)
		d.state(a, fact.Ready, fact.OfferedState, c)
		d.tell(c, a, fact.Offered{Reservation: r, Queue: q, Deadline: d.at.Add(20 * time.Second)}, nil)
		switch x := d.rnd.IntN(10); {
		case x == 0: // the caller leaves
			d.pass(time.Second, 10*time.Second)
			d.tell(c, a, fact.OfferEnded{Reservation: r, Queue: q, Outcome: fact.CallerOff}, nil)
			d.state(a, fact.OfferedState, fact.Ready, c)
			d.tell(c, "", fact.Ended{End: fact.Abandoned, By: "caller", Code: 487, Reason: "Request Terminated"}, nil)
			return
		case x < 3 && try < 2:
			d.pass(20*time.Second, 20*time.Second)
			d.tell(c, a, fact.OfferEnded{Reservation: r, Queue: q, Outcome: fact.Missed}, nil)
			d.state(a, fact.OfferedState, fact.MissedState, c)
			d.state(a, fact.MissedState, fact.Ready, "")
			continue
		}
		d.pass(time.Second, 8*time.Second)
		d.tell(c, a, fact.OfferEnded{Reservation: r, Queue: q, Outcome: fact.Accepted}, nil)
		d.state(a, fact.OfferedState, fact.Talking, c)
		d.tell(c, a, fact.Connected{Queue: q, WaitedMS: d.at.Sub(queued).Milliseconds()}, nil)
		d.talk(c, a)
		return
	}
}

func (d *day) talk(c fact.ContactID, a fact.AgentID) {
	began, hold := d.at, time.Duration(0)
	d.pass(20*time.Second, 200*time.Second)
	if d.rnd.IntN(3) == 0 {
		d.tell(c, a, fact.Held{By: "agent"}, nil)
		before := d.at
		d.pass(5*time.Second, 40*time.Second)
		hold = d.at.Sub(before)
		d.tell(c, a, fact.Resumed{By: "agent"}, nil)
	}
	if d.rnd.IntN(5) == 0 {
		t := fact.TransferID(d.id("T"))
		d.tell(c, a, fact.Moved{Transfer: t, ToKind: "expert", To: "megan@contoso.com", Stage: fact.Started}, nil)
		d.tell(c, a, fact.Moved{Transfer: t, ToKind: "expert", To: "megan@contoso.com", Stage: fact.RingingAt, Code: 180}, nil)
		d.pass(3*time.Second, 9*time.Second)
		d.tell(c, a, fact.Moved{Transfer: t, ToKind: "expert", To: "megan@contoso.com", Stage: fact.Failed, Code: 603, Why: "declined", Back: "agent"}, nil)
	}
	d.pass(10*time.Second, 100*time.Second)
	d.tell(c, a, fact.Noted{Chars: 12}, &fact.Personal{Note: "VPN is down."})
	d.tell(c, "", fact.Measured{Leg: "caller", Codec: "G722", MOS: 4.4, Worst: 3.9, Loss: 0.1, JitterMS: 2, Packets: 9000}, nil)
	d.tell(c, a, fact.Ended{End: fact.Completed, By: []string{"caller", "agent"}[d.rnd.IntN(2)], Code: 200, TalkMS: (d.at.Sub(began) - hold).Milliseconds(), HoldMS: hold.Milliseconds()}, nil)
	d.state(a, fact.Talking, fact.Wrapup, c)
	d.pass(5*time.Second, 30*time.Second)
	d.tell(c, a, fact.Wrapped{Code: "vpn", WrapMS: 9000}, nil)
	d.state(a, fact.Wrapup, fact.Ready, "")
}
