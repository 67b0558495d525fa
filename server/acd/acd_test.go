package acd

import (
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
)

// played plays the ledger and the desks.
type played struct {
	mu     sync.Mutex
	facts  []fact.Entry
	states []fact.State
	boards int
	places []int
}

func (p *played) Put(e fact.Entry) { p.mu.Lock(); defer p.mu.Unlock(); p.facts = append(p.facts, e) }
func (p *played) AgentIs(c routing.Changed, _ routing.AgentView) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.states = append(p.states, c.To)
}
func (p *played) Queues([]QueueNow) { p.mu.Lock(); defer p.mu.Unlock(); p.boards++ }
func (p *played) InLine(_ fact.AgentID, place, _ int, _ fact.AgentID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places = append(p.places, place)
}

// so gives a copy of what came so far.
func (p *played) so() (facts []fact.Entry, states []fact.State, boards int, places []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.facts), slices.Clone(p.states), p.boards, slices.Clone(p.places)
}

func (p *played) told() []fact.State { _, states, _, _ := p.so(); return states }
func (p *played) drawn() int         { _, _, boards, _ := p.so(); return boards }

// in runs a test on a distributor of two agents in virtual time.
func in(t *testing.T, f func(t *testing.T, d *Distributor, p *played)) {
	synctest.Test(t, func(t *testing.T) {
		p := &played{}
		d := New(Options{Tenant: "contoso", Prefix: "t", Ledger: p, Desk: p, Log: slog.New(slog.DiscardHandler), First: 7, Settings: routing.Settings{
			Grace: 20 * time.Second, Queues: []routing.Queue{{ID: "support", Agents: []fact.AgentID{"adele", "alex"}, Ring: 20 * time.Second, Wrap: 30 * time.Second}},
		}})
		f(t, d, p)
		d.Close()
	})
}

func TestManyEventsMakeOneBoard(t *testing.T) {
	in(t, func(t *testing.T, d *Distributor, p *played) {
		for range 100 {
			d.Tell(routing.SignIn{Agent: "adele"})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(boardEvery)
		synctest.Wait()
		if p.drawn() != 1 {
			t.Fatalf("%d boards for 100 events within %v", p.drawn(), boardEvery)
		}
		time.Sleep(time.Hour)
		if p.drawn() != 1 {
			t.Fatal("boards come though nothing happens")
		}
	})
}

func TestAPlaceInLineIsToldOnce(t *testing.T) {
	in(t, func(t *testing.T, d *Distributor, p *played) {
		d.Tell(routing.SignIn{Agent: "adele"})
		d.Tell(routing.Want{Agent: "adele", Ready: true, By: routing.ByAgent})
		for range 3 {
			time.Sleep(2 * boardEvery)
			d.Tell(routing.Tick{})
		}
		time.Sleep(2 * boardEvery)
		if _, _, _, places := p.so(); len(places) != 1 || places[0] != 1 {
			t.Fatalf("places %v", places)
		}
	})
}

func TestTheOneTimerIsThatOfTheNextDeadline(t *testing.T) {
	in(t, func(t *testing.T, d *Distributor, p *played) {
		for _, id := range []fact.AgentID{"adele", "alex"} {
			d.Tell(routing.SignIn{Agent: id})
		}
		d.Tell(routing.Console{Agent: "adele"})
		time.Sleep(5 * time.Second)
		d.Tell(routing.Console{Agent: "alex"}) // 5 s after adele's, so it must not put off hers
		time.Sleep(15*time.Second - time.Nanosecond)
		synctest.Wait()
		before := len(p.told())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if got := p.told()[before:]; len(got) != 1 || got[0] != fact.NotReady {
			t.Fatalf("at the deadline: %v", got)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := p.told()[before:]; len(got) != 2 {
			t.Fatalf("at the second deadline: %v", got)
		}
	})
}

func TestFactsAreNumberedFromWhereTheLedgerStands(t *testing.T) {
	in(t, func(t *testing.T, d *Distributor, p *played) {
		d.Record(fact.Entry{Tenant: "fabrikam", Fact: fact.SignedOut{}})
		d.Tell(routing.SignIn{Agent: "adele"})
		synctest.Wait()
		facts, _, _, _ := p.so()
		for i, e := range facts {
			if e.N != uint64(8+i) || e.Tenant != "contoso" {
				t.Errorf("fact %d has number %d of %s", i, e.N, e.Tenant)
			}
		}
		if len(facts) != 2 {
			t.Errorf("%d facts", len(facts))
		}
	})
}

// fault is an event with a fault of ours: it has nothing to apply.
type fault struct{ routing.What }

func TestAQuestionIsAnsweredWhateverHappens(t *testing.T) {
	in(t, func(t *testing.T, d *Distributor, p *played) {
		var why []string
		ask := func(what routing.What) {
			answer := make(chan string, 2)
			d.Ask(what, func(late *routing.TooLate) {
				if late == nil {
					late = &routing.TooLate{Why: "in time"}
				}
				answer <- late.Why
			})
			synctest.Wait()
			for len(answer) > 0 {
				why = append(why, <-answer)
			}
		}
		ask(fault{})
		ask(routing.SignIn{Agent: "adele"}) // and the tenant goes on
		ask(routing.WrapDone{Agent: "adele"})
		d.Close()
		ask(routing.SignIn{Agent: "alex"})
		if len(why) != 4 || why[0] != "fault" || why[1] != "in time" || why[2] != "not_now" || why[3] != "closed" {
			t.Fatalf("answers %q", why)
		}
	})
}

func TestAContactWithoutACallRingsAtNobody(t *testing.T) {
	in(t, func(t *testing.T, d *Distributor, p *played) {
		d.Tell(routing.SignIn{Agent: "adele"})
		d.Tell(routing.Want{Agent: "adele", Ready: true, By: routing.ByAgent})
		d.Tell(routing.Enqueue{Contact: "nobody", Queue: "support", Since: time.Now()})
		synctest.Wait()
		told := p.told()
		if last := told[len(told)-1]; last != fact.Ready {
			t.Fatalf("adele is %s for a caller who is not there", last)
		}
	})
}

func TestServiceLevelOfTheDay(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.Local)
	answered := func(id fact.ContactID, waited time.Duration, at time.Time) []fact.Entry {
		return []fact.Entry{{At: at, Contact: id, Fact: fact.Queued{Queue: "support"}}, {At: at, Contact: id, Fact: fact.Connected{WaitedMS: waited.Milliseconds()}}, {At: at, Contact: id, Fact: fact.Ended{End: fact.Completed}}}
	}
	gone := func(id fact.ContactID, end fact.End) []fact.Entry {
		return []fact.Entry{{At: noon, Contact: id, Fact: fact.Queued{Queue: "support"}}, {At: noon, Contact: id, Fact: fact.Ended{End: end}}}
	}
	join := func(lists ...[]fact.Entry) (all []fact.Entry) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	for name, c := range map[string]struct {
		facts []fact.Entry
		want  int
	}{
		"nobody called":                       {nil, -1},
		"in time to the second":               {answered("a", 20*time.Second, noon), 100},
		"too late":                            {answered("a", 21*time.Second, noon), 0},
		"one of three gave up":                {join(answered("a", 0, noon), answered("b", 0, noon), gone("c", fact.Abandoned)), 66},
		"what was cut off does not count":     {join(answered("a", 0, noon), gone("b", fact.Broken)), 100},
		"a call that never waited":            {[]fact.Entry{{At: noon, Contact: "a", Fact: fact.Connected{}}}, -1},
		"yesterday does not count":            {join(answered("a", time.Hour, noon), answered("b", 0, noon.Add(24*time.Hour))), 100},
		"waiting over midnight counts for it": {join(gone("a", fact.Abandoned)[:1], []fact.Entry{{At: noon.Add(24 * time.Hour), Contact: "a", Fact: fact.Connected{}}}), 100},
	} {
		t.Run(name, func(t *testing.T) {
			y := newTally(map[fact.QueueID]time.Duration{"support": 20 * time.Second}, time.UTC)
			for _, e := range c.facts {
				y.count(e)
			}
			if got := y.level("support"); got != c.want {
				t.Errorf("level %d, want %d", got, c.want)
			}
			if len(y.queued) > 0 {
				t.Errorf("still waiting: %v", y.queued)
			}
		})
	}
}

func TestAReloadChangesWhatIsInTime(t *testing.T) {
	in(t, func(t *testing.T, d *Distributor, p *played) {
		d.Configure(routing.Settings{Queues: []routing.Queue{{ID: "sales"}}}, map[fact.QueueID]time.Duration{"sales": time.Minute})
		d.Record(fact.Entry{At: time.Now(), Contact: "a", Fact: fact.Queued{Queue: "sales"}})
		d.Record(fact.Entry{At: time.Now(), Contact: "a", Fact: fact.Connected{WaitedMS: 30000}})
		got := make(chan int, 1)
		d.Board(func(all []QueueNow) { got <- all[0].Level })
		if level := <-got; level != 100 {
			t.Fatalf("level %d", level)
		}
	})
}
