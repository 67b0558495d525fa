package call_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// planned lets queue support do with its callers what the rule says, and tells them so.
func (h *house) planned(r flow.Rule) {
	h.speaks = true
	h.deps.Rules.Plan = &flow.Plan{Queues: map[string]flow.Rule{"support": r, "sales": {}}}
}

// shut is closed at all times.
var shut = &flow.Hours{Zone: time.UTC}

// left gives why and whither the contact left its queue.
func (h *house) left(id fact.ContactID) (out []string) {
	for _, e := range h.entries() {
		if l, ok := e.Fact.(fact.Left); ok && e.Contact == id {
			out = append(out, strings.TrimSpace(string(l.Queue)+" "+l.Reason+" "+l.To))
		}
	}
	return out
}

func TestWaitingEndsInWords(t *testing.T) {
	for name, c := range map[string]struct {
		rule   flow.Rule
		nobody bool          // the queue's callers wait for nobody
		wait   time.Duration // until the words
		word   string
		why    string
	}{
		"the longest wait is over": {flow.Rule{}, false, 10 * time.Minute, "longest_wait of support", "longest_wait"},
		"nobody is signed in":      {flow.Rule{}, true, 0, "nobody of support", "nobody"},
		"it is closed":             {flow.Rule{Hours: shut}, false, 0, "closed of support", "closed"},
		"it is a holiday":          {flow.Rule{Hours: &flow.Hours{Zone: time.UTC, Holidays: []flow.Day{{Month: 1, Day: 1}}}}, false, 0, "holiday of support", "holiday"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) { // the bubble's clock begins on 1 January 2000
				h.planned(c.rule)
				if c.nobody {
					h.acd.Configure(routing.Settings{Queues: []routing.Queue{{ID: "support", Agents: []fact.AgentID{"adele"}, Nobody: true}}}, nil)
				}
				d := h.arrives("+442079460042")
				if !d.has("answer") {
					t.Fatal("words to a caller whose call is not answered")
				}
				if c.wait > 0 {
					h.hears(h.leg(0), "music")
					time.Sleep(c.wait)
				}
				h.hears(h.leg(0), "word "+strings.Fields(c.word)[0])
				if !h.has("said: " + c.word) {
					t.Fatal(h.all())
				}
				time.Sleep(3*time.Second - 1)
				if d.has("hangup") {
					t.Fatal("hung up in the middle of the words")
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				if e := h.ended(h.calls[0].ID()); e.End != fact.Unanswered || e.Reason != c.why || e.By != "system" {
					t.Fatalf("ended %+v", e)
				}
				if !d.has("hangup") {
					t.Fatal("the caller is left")
				}
				if l := h.left(h.calls[0].ID()); len(l) != 1 || l[0] != "support "+c.why {
					t.Fatalf("left %q", l)
				}
			})
		})
	}
}

func TestACallerWhoHangsUpDuringTheWordsHasAbandoned(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.planned(flow.Rule{Hours: shut})
		d := h.arrives("+442079460042")
		time.Sleep(time.Second)
		d.sink(trunk.Ended{By: "peer"})
		time.Sleep(time.Minute)
		if e := h.ended(h.calls[0].ID()); e.End != fact.Abandoned || e.By != "caller" {
			t.Fatalf("ended %+v", e)
		}
	})
}

func TestAGreetingComesBeforeTheQueue(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.planned(flow.Rule{Greets: true})
		h.ready("adele")
		h.arrives("+442079460042")
		h.hears(h.leg(0), "word greeting")
		if len(h.offers) > 0 {
			t.Fatal("it rings while the caller is greeted")
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		h.answers("adele")
		h.hears(h.leg(0), "adele")
	})
}

func TestTheLongestWaitLeadsToAnotherQueue(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.planned(flow.Rule{Longer: flow.Destination{Kind: "queue", ID: "sales"}})
		h.arrives("+442079460042")
		time.Sleep(10 * time.Minute)
		h.hears(h.leg(0), "word onward")
		time.Sleep(3 * time.Second)
		h.hears(h.leg(0), "music")
		h.ready("alex")
		if o := <-h.offers; o.Queue != "SALES" {
			t.Fatalf("rings for %s", o.Queue)
		} else {
			h.offers <- o
		}
		c := h.answers("alex")
		h.hears(h.leg(0), "alex")
		if l := h.left(c.ID()); len(l) != 1 || l[0] != "support longest_wait queue:sales" {
			t.Fatalf("left %q", l)
		}
	})
}

// onward has a caller on the way to the number of a queue that cannot serve, and gives the caller and the telephone.
func (h *house) onward(r flow.Rule) (caller, phone *dialog) {
	h.t.Helper()
	h.planned(r)
	h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Always }
	caller = h.arrives("+442079460042")
	if r.Hours == nil {
		time.Sleep(10 * time.Minute)
	}
	h.hears(h.leg(0), "word onward")
	time.Sleep(3 * time.Second)
	h.hears(h.leg(0), "ringback")
	if _, o := h.dialled(0); o.To != "+442079460111" || o.Trunk != "london" {
		h.t.Fatalf("dialled %+v", o)
	}
	return caller, h.phone(0)
}

var elsewhere = flow.Destination{Kind: "number", ID: "+442079460111"}

func TestAQueueThatIsClosedLeadsToANumber(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		d, p := h.onward(flow.Rule{Hours: shut, Closed: elsewhere})
		p.sink(trunk.Answered{SDP: []byte("answer")}) // a machine may answer there: the tenant has chosen it
		h.hears(h.leg(0), strings.ToLower(h.leg(1).id))
		h.hears(h.leg(1), strings.ToLower(h.leg(0).id))
		time.Sleep(time.Hour)
		if d.has("hangup") {
			t.Fatal("the caller is let go")
		}
		p.sink(trunk.Ended{By: "peer"})
		if e := h.ended(h.calls[0].ID()); e.End != fact.Transferred || e.By != "number" {
			t.Fatalf("ended %+v", e)
		}
	})
}

func TestANumberThatDoesNotTakeTheCallerLosesNobody(t *testing.T) {
	busy := func(p *dialog) { p.sink(trunk.Rejected{Code: 486}) }
	silent := func(*dialog) { time.Sleep(18 * time.Second) }
	for name, c := range map[string]struct {
		rule  flow.Rule
		fails func(*dialog)
		waits bool
	}{
		"who waited is first in line again: busy":   {flow.Rule{Longer: elsewhere}, busy, true},
		"who waited is first in line again: silent": {flow.Rule{Longer: elsewhere}, silent, true},
		"closed: words after all: busy":             {flow.Rule{Hours: shut, Closed: elsewhere}, busy, false},
		"closed: words after all: silent":           {flow.Rule{Hours: shut, Closed: elsewhere}, silent, false},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				d, p := h.onward(c.rule)
				c.fails(p)
				synctest.Wait()
				if !c.waits {
					h.hears(h.leg(0), "word closed")
					time.Sleep(3 * time.Second)
					if e := h.ended(h.calls[0].ID()); e.End != fact.Unanswered || e.Reason != "closed" {
						t.Fatalf("ended %+v", e)
					}
					return
				}
				h.hears(h.leg(0), "music")
				time.Sleep(time.Hour)
				if d.has("hangup") {
					t.Fatal("the caller is let go")
				}
				h.ready("adele")
				h.answers("adele")
				h.hears(h.leg(0), "adele")
			})
		})
	}
}

func TestACallerOnTheWayToANumberHangsUp(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		d, p := h.onward(flow.Rule{Hours: shut, Closed: elsewhere})
		d.sink(trunk.Ended{By: "peer"})
		synctest.Wait()
		if !p.has("hangup") {
			t.Fatal("it rings on")
		}
		if e := h.ended(h.calls[0].ID()); e.End != fact.Abandoned {
			t.Fatalf("ended %+v", e)
		}
	})
}

func TestACallThatLosesItsAgentForGoodHasWordsToo(t *testing.T) {
	in(t, func(t *testing.T, h *house) { // an own call belongs to no queue
		h.speaks = true
		h.ready("adele")
		c := call.Dial(h.deps, "adele", fact.AtConsole, call.Target{Kind: "number", Name: "Nestor", Number: "+442079460042"}, nil)
		h.calls = append(h.calls, c)
		synctest.Wait()
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		h.hears(h.leg(0), "adele")
		time.Sleep(time.Second)
		h.acd.Tell(routing.Console{Agent: "adele"})
		time.Sleep(20 * time.Second)
		h.hears(h.leg(0), "word nobody")
		time.Sleep(3 * time.Second)
		if e := h.ended(c.ID()); e.End != fact.Completed || !h.phone(0).has("hangup") {
			t.Fatalf("ended %+v", e)
		}
	})
}

// A leg that does not say words does not keep the call for ever.
func TestWordsThatNeverEndAreNotWaitedFor(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.planned(flow.Rule{Hours: shut})
		h.deps.Media = mute{h}
		d := h.arrives("+442079460042")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !d.has("hangup") {
			t.Fatal("the call goes on in silence")
		}
	})
}

type mute struct{ *house }

func (m mute) Announce(q fact.QueueID, word string, _ func()) (media.Source, time.Duration) {
	return m.house.Announce(q, word, func() {})
}
