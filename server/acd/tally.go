package acd

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
)

// QueueNow is a queue's state with its service level today: answered in time of all answered or abandoned, in
// per cent; -1 while there is none.
type QueueNow struct {
	routing.QueueView
	Level int
}

// tally counts the day's service level from the facts as they pass.
type tally struct {
	within map[fact.QueueID]time.Duration
	zone   *time.Location // whose day it is
	day    int
	queued map[fact.ContactID]fact.QueueID
	counts map[fact.QueueID]*levelCount
}

type levelCount struct{ inTime, all int }

func newTally(within map[fact.QueueID]time.Duration, zone *time.Location) tally {
	if zone == nil {
		zone = time.Local
	}
	return tally{within: within, zone: zone, queued: map[fact.ContactID]fact.QueueID{}, counts: map[fact.QueueID]*levelCount{}}
}

func (t *tally) count(e fact.Entry) {
	if day := e.At.In(t.zone).YearDay(); day != t.day {
		t.day = day
		clear(t.counts)
	}
	switch f := e.Fact.(type) {
	case fact.Queued:
		if !f.Head { // who comes back to the head of the queue has been counted, or still waits to be
			t.queued[e.Contact] = f.Queue
		}
	case fact.Connected:
		if q, waits := t.queued[e.Contact]; waits {
			delete(t.queued, e.Contact)
			t.add(q, time.Duration(f.WaitedMS)*time.Millisecond <= t.within[q])
		}
	case fact.Ended:
		if q, waits := t.queued[e.Contact]; waits {
			delete(t.queued, e.Contact)
			if f.End == fact.Abandoned {
				t.add(q, false)
			}
		}
	}
}

func (t *tally) add(q fact.QueueID, inTime bool) {
	c := t.counts[q]
	if c == nil {
		c = &levelCount{}
		t.counts[q] = c
	}
	c.all++
	if inTime {
		c.inTime++
	}
}

func (t *tally) level(q fact.QueueID) int {
	if c := t.counts[q]; c != nil && c.all > 0 {
		return 100 * c.inTime / c.all
	}
	return -1
}

func (d *Distributor) queues() []QueueNow {
	views := d.state.Queues()
	out := make([]QueueNow, len(views))
	for i, v := range views {
		out[i] = QueueNow{v, d.tally.level(v.ID)}
	}
	return out
}
