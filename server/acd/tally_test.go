package acd

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

func TestACallerWhoComesBackToTheHeadIsCountedOnce(t *testing.T) {
	y := newTally(map[fact.QueueID]time.Duration{"support": 20 * time.Second}, time.UTC)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	y.count(fact.Entry{At: at, Contact: "c", Fact: fact.Queued{Queue: "support"}})
	y.count(fact.Entry{At: at, Contact: "c", Fact: fact.Connected{WaitedMS: 5000}})
	y.count(fact.Entry{At: at, Contact: "c", Fact: fact.Queued{Queue: "support", Head: true}}) // the console was lost
	y.count(fact.Entry{At: at, Contact: "c", Fact: fact.Connected{WaitedMS: 65000}})
	if got := y.level("support"); got != 100 {
		t.Errorf("service level %d %%: the time of the first talk counts as waiting", got)
	}
}

func TestTheDayTurnsWhereTheTenantIs(t *testing.T) {
	tokyo := time.FixedZone("Tokyo", 9*3600)
	y := newTally(map[fact.QueueID]time.Duration{"support": 20 * time.Second}, tokyo)
	before := time.Date(2026, 3, 2, 23, 59, 0, 0, tokyo)
	for _, at := range []time.Time{before, before.Add(2 * time.Minute)} {
		y.count(fact.Entry{At: at, Contact: "c", Fact: fact.Queued{Queue: "support"}})
		y.count(fact.Entry{At: at, Contact: "c", Fact: fact.Ended{End: fact.Abandoned}})
		y.count(fact.Entry{At: at, Contact: "d", Fact: fact.Queued{Queue: "support"}})
		y.count(fact.Entry{At: at, Contact: "d", Fact: fact.Connected{WaitedMS: 1000}})
	}
	if c := y.counts["support"]; c.all != 2 {
		t.Errorf("%d contacts of the new day, want 2", c.all)
	}
}
