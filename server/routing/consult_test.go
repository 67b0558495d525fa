package routing

import (
	"math/rand/v2"
	"testing"
	"time"

	"cordboard/server/fact"
)

// consult has agent0 with a caller of support ask agent1, whose console rings.
func consult(t *testing.T) (*desk, *walk, Offer) {
	t.Helper()
	d, w := newDesk(t, 2), &walk{map[fact.ReservationID]int{}, map[fact.AgentID]fact.State{}}
	d.ready("agent0")
	d.take("c")
	d.ready("agent1")
	d.do(InCall{Agent: "agent0", Contact: "c", Cause: Consults, By: ByAgent})
	d.do(Reserve{Contact: "c", Agent: "agent1", Kind: FromConsult, Ring: 18 * time.Second})
	d.check(w)
	return d, w, d.offered()
}

func TestEveryTwoEventsOfAConsultInEitherOrder(t *testing.T) {
	events := map[string]func(o Offer) What{
		"accept":          func(o Offer) What { return Accept{o.Reservation, o.Agent} },
		"decline":         func(o Offer) What { return Decline{o.Reservation, o.Agent, ""} },
		"deadline":        func(o Offer) What { return nil },
		"taken back":      func(o Offer) What { return Gone{o.Contact, fact.Withdrawn} },
		"caller gone":     func(o Offer) What { return Gone{o.Contact, fact.CallerOff} },
		"asked lost":      func(o Offer) What { return Console{Agent: "agent1"} },
		"asking lost":     func(o Offer) What { return Console{Agent: "agent0"} },
		"asked signs out": func(o Offer) What { return SignOut{Agent: "agent1", By: ByAgent} },
		"asked goes":      func(o Offer) What { return CallOver{Agent: "agent1", Contact: "c", By: ByServer} },
		"asking goes":     func(o Offer) What { return CallOver{Agent: "agent0", Contact: "c", Work: true, By: ByAgent} },
		"asked for help":  func(o Offer) What { return Dial{Agent: "agent1", Contact: "help", Emergency: true} },
		"asking for help": func(o Offer) What { return Dial{Agent: "agent0", Contact: "help0", Emergency: true} },
		"a second reserve": func(o Offer) What {
			return Reserve{Contact: "d", Agent: "agent1", Kind: FromConsult, Ring: time.Second}
		},
		"hears": func(o Offer) What { return InCall{Agent: "agent1", Contact: "c", Cause: TakesDirect, By: ByServer} },
		"has the caller": func(o Offer) What {
			return InCall{Agent: "agent1", Contact: "c", Cause: TakesCaller, Queue: "support", By: ByAgent}
		},
		"merged":            func(o Offer) What { return InCall{Agent: "agent1", Contact: "c", Cause: Joins, By: ByAgent} },
		"asked wants pause": func(o Offer) What { return Want{Agent: "agent1", Reason: "lunch", By: ByAgent} },
	}
	ends := map[string]bool{"accept": true, "decline": true, "deadline": true, "taken back": true, "caller gone": true, "asked lost": true, "asked signs out": true, "asked for help": true}
	for a, first := range events {
		for b, second := range events {
			d, w, o := consult(t)
			overs, connects := 0, 0
			for _, e := range []func(Offer) What{first, second} {
				what := e(o)
				if what == nil {
					d.now, what = o.Deadline, Tick{}
				}
				d.do(what)
				d.check(w)
				for _, x := range d.last {
					switch x := x.(type) {
					case OfferOver:
						if x.Reservation == o.Reservation {
							overs++
						}
					case Connect:
						if connects++; x.Kind != FromConsult || x.Agent != "agent1" {
							t.Errorf("%s, %s: %+v", a, b, x)
						}
					}
				}
			}
			if want := ends[a] || ends[b]; overs > 1 || want != (overs == 1) || connects > 1 || connects == 1 && overs != 1 {
				t.Errorf("%s, %s: the offer ended %d times, %d joined", a, b, overs, connects)
			}
		}
	}
}

func TestWhoIsAskedGoesOnAsBefore(t *testing.T) {
	for name, c := range map[string]struct {
		do   []What
		want fact.State
	}{
		"declined":                  {[]What{Decline{"", "agent1", ""}}, fact.Ready},
		"let go":                    {[]What{Accept{"", "agent1"}, InCall{Agent: "agent1", Contact: "c", Cause: TakesDirect}, CallOver{Agent: "agent1", Contact: "c"}}, fact.Ready},
		"let go before it was up":   {[]What{Accept{"", "agent1"}, CallOver{Agent: "agent1", Contact: "c"}}, fact.Ready},
		"pause chosen meanwhile":    {[]What{Accept{"", "agent1"}, Want{Agent: "agent1", Reason: "lunch", By: ByAgent}, CallOver{Agent: "agent1", Contact: "c"}}, fact.NotReady},
		"lost and back":             {[]What{Accept{"", "agent1"}, InCall{Agent: "agent1", Contact: "c", Cause: TakesDirect}, Console{Agent: "agent1"}, Console{Agent: "agent1", Back: true}}, fact.DirectCall},
		"has the caller, then work": {[]What{Accept{"", "agent1"}, InCall{Agent: "agent1", Contact: "c", Cause: TakesDirect}, InCall{Agent: "agent1", Contact: "c", Cause: TakesCaller, Queue: "support"}, CallOver{Agent: "agent1", Contact: "c", Work: true, By: "caller"}}, fact.Wrapup},
		"has it while lost": {[]What{Accept{"", "agent1"}, InCall{Agent: "agent1", Contact: "c", Cause: TakesDirect}, Console{Agent: "agent1"},
			InCall{Agent: "agent1", Contact: "c", Cause: TakesCaller, Queue: "support"}, Console{Agent: "agent1", Back: true}}, fact.Talking},
	} {
		t.Run(name, func(t *testing.T) {
			d, w, o := consult(t)
			for _, what := range c.do {
				switch x := what.(type) {
				case Accept:
					x.Reservation = o.Reservation
					what = x
				case Decline:
					x.Reservation = o.Reservation
					what = x
				case InCall:
					x.By = ByServer
					what = x
				case CallOver:
					if x.By == "" {
						x.By = ByServer
					}
					what = x
				}
				d.do(what)
				d.check(w)
			}
			d.state("agent1", c.want)
			d.state("agent0", fact.Consulting) // whatever the other does
		})
	}
}

// Both agents of a consult belong to the same contact: whatever happens to one never moves the other.
func TestAConsultMovesNobodyElse(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		d, w, o := consult(t)
		d.do(Accept{o.Reservation, "agent1"})
		d.check(w)
		for range 40 {
			who := []fact.AgentID{"agent0", "agent1"}[r.IntN(2)]
			other := d.s.byAgent[map[fact.AgentID]fact.AgentID{"agent0": "agent1", "agent1": "agent0"}[who]]
			was, had := other.state, other.contact
			switch r.IntN(4) {
			case 0:
				d.do(InCall{Agent: who, Contact: "c", Cause: []Cause{TakesDirect, TakesCaller, Joins, ConsultOver, Holds, Resumes, Consults, Transfers, TransferBack}[r.IntN(9)], Queue: "support", By: ByServer})
			case 1:
				d.do(CallOver{Agent: who, Contact: "c", Work: r.IntN(2) == 0, By: ByServer})
			case 2:
				d.do(Console{Agent: who, Back: r.IntN(2) == 0})
			case 3:
				d.do(Want{Agent: who, Reason: "lunch", By: ByAgent})
			}
			d.check(w)
			if other.state != was || other.contact != had {
				t.Fatalf("seed %d: %s was %s with %q and is %s with %q, though it happened to %s", seed, other.id, was, had, other.state, other.contact, who)
			}
		}
	}
}
