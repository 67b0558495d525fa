package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/routing"
)

// wordsOver is how much longer than the words themselves the call waits for their end, when the caller's leg does not say them.
const wordsOver = 2 * time.Second

// follow does what the caller's way says.
func (c *Call) follow(next flow.Command) {
	switch n := next.(type) {
	case flow.Queue:
		c.path = n.Path
		c.enqueue(fact.QueueID(n.Queue), n, false, sentence{})
	case flow.Ring:
		c.ringDirect(fact.AgentID(n.Agent))
	case flow.Say:
		c.say(n)
	case flow.Dial:
		c.dialOnward(n)
	case flow.End:
		end := fact.Unanswered
		if c.talked > 0 { // somebody had the caller before
			end = fact.Completed
		}
		c.endBy(end, "system", 0, n.Why)
	}
}

// words are being said to the caller.
type words struct{ timer *time.Timer }

// say lets the caller hear words, if there are any, and goes on after them.
func (c *Call) say(n flow.Say) {
	q := fact.QueueID(n.Queue)
	if n.Why != "" && q != "" {
		to := ""
		if n.To.Kind != "" && n.To.Kind != "hangup" {
			to = n.To.Kind + ":" + n.To.ID
		}
		c.record(fact.Left{Queue: q, Reason: n.Why, To: to})
		rule, _ := c.deps.Rules.Queue(q)
		c.tellStory("story_outcome", "{who}: {why}", "who", rule.Name, "why", n.Why)
	}
	w := &words{}
	c.words = w
	src, length := c.deps.Media.Announce(q, n.Word, func() { c.Tell(saidWords{w}) })
	if src == nil {
		saidWords{w}.apply(c)
		return
	}
	c.leg.voice.Hear(src)
	w.timer = c.after(length+wordsOver, saidWords{w})
}

// saidWords: the words to the caller were said.
type saidWords struct{ w *words }

func (e saidWords) apply(c *Call) {
	if c.words != e.w || c.over {
		return
	}
	c.words = nil
	if e.w.timer != nil {
		e.w.timer.Stop()
	}
	c.follow(c.way.Said())
}

// nobodyTakes ends a call that nobody takes, with words to the caller first.
func (c *Call) nobodyTakes(why string) {
	if !c.over && c.agent == nil && c.words == nil {
		c.follow(c.way.Left(string(c.queue), why, time.Now()))
	}
}

// dialOnward rings the number to which a queue sends callers whom it cannot serve. Whoever answers there has the caller.
func (c *Call) dialOnward(n flow.Dial) {
	now := time.Now()
	to := Target{Kind: "number", Name: n.Number, Number: fact.Number(n.Number)}
	t := &transfer{id: fact.TransferID(fact.NewID(now)), to: to, state: "starting", since: now, until: now.Add(c.deps.Rules.RingFor), onward: true}
	c.transfer = t
	c.recordMove(t, fact.Started, "", 0, "")
	c.tellStory("story_onward", "on to {number}", "number", n.Number)
	c.leg.voice.Hear(c.deps.Media.Ringback())
	if !c.ring(t, nil) {
		c.transferFailed("unreachable", 0)
	}
}

// onwardFailed: nobody took the call at the number. Who had waited is first in line again.
func (c *Call) onwardFailed(words sentence) {
	next := c.way.Failed()
	if q, ok := next.(flow.Queue); ok {
		c.enqueue(fact.QueueID(q.Queue), flow.Queue{Path: c.path}, true, words)
		return
	}
	c.follow(next)
}

// Left: routing took the contact out of its queue.
type Left struct{ routing.Leave }

func (e Left) apply(c *Call) {
	if c.over {
		return
	}
	if t := c.transfer; t != nil && t.from != nil { // the agent who moved the caller here is still there
		c.record(fact.Left{Queue: e.Queue, Reason: e.Reason})
		c.tellStory("story_left", "left the queue: {why}", "why", e.Reason)
		c.transferFailed("unreachable", 0)
		return
	}
	if c.agent == nil && c.words == nil {
		c.follow(c.way.Left(string(e.Queue), e.Reason, time.Now()))
	}
}
