package call

import (
	"strings"
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Reply answers one command of an agent: with nil, done; else why not.
type Reply func(*No)

// No is why a command was not done. Code is one of the codes of wire.Reply, Key and Args name and fill the sentence in
// the console's catalogue, Words are that sentence in English.
type No struct {
	Code, Key string
	Words     string
	Args      map[string]string
}

// Because makes a No; args are pairs of a name and what stands for {name} in the words.
func Because(code, key, words string, args ...string) *No {
	n := &No{Code: code, Key: key, Words: words}
	for i := 0; i+1 < len(args); i += 2 {
		if n.Args == nil {
			n.Args = map[string]string{}
		}
		n.Args[args[i]] = args[i+1]
		n.Words = strings.ReplaceAll(n.Words, "{"+args[i]+"}", args[i+1])
	}
	return n
}

func yes(r Reply) {
	if r != nil {
		r(nil)
	}
}

func (r Reply) no(code, key, words string, args ...string) {
	if r != nil {
		r(Because(code, key, words, args...))
	}
}

func (r Reply) refuse(no *No) {
	if r != nil {
		r(no)
	}
}

// mine gives the agent's leg if this agent has the caller; otherwise it answers no.
func (c *Call) mine(id fact.AgentID, r Reply) *agentLeg {
	a := c.agent
	if m := c.mateOf(id); m != nil && !c.over {
		r.no("not_now", "you_are_asked", "You are asked by a colleague; x lets you out.")
		return nil
	}
	if i := c.insider; i != nil && i.id == id {
		r.no("not_now", "telephones_call", "This call is your telephone's. Use its keys, or x to hang up.")
		return nil
	}
	if a == nil || a.id != id || a.parked || c.over {
		r.no("too_late", "call_gone", "You no longer have this call.")
		return nil
	}
	return a
}

// Hold puts the caller on hold: music for the caller, silence for the agent.
type Hold struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Hold) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	switch {
	case a == nil:
	case c.transfer != nil || c.group != nil || len(c.adding) > 0 || a.joined.IsZero() || c.handsOn():
		e.Reply.no("not_now", "not_while_others", "Not while others are rung, asked or joined.")
	case a.held:
		yes(e.Reply)
	default:
		c.hold(a)
		yes(e.Reply)
	}
}

func (c *Call) hold(a *agentLeg) {
	c.pause(a)
	a.held, a.heldSince = true, time.Now()
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Holds, By: routing.ByAgent})
	c.recordOf(a.id, fact.Held{By: "agent"}, nil)
	c.tellStory("story_hold", "on hold")
	c.show()
}

// Resume ends the hold.
type Resume struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Resume) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	switch {
	case a == nil:
	case !a.held:
		yes(e.Reply)
	case c.handsOn():
		e.Reply.no("not_now", "telephone_hands_on", "Your telephone is handing the caller on.")
	case a.away:
		e.Reply.no("not_now", "telephone_holds", "Your telephone holds the call. Resume it there.")
	default:
		c.resume(a)
		yes(e.Reply)
	}
}

func (c *Call) resume(a *agentLeg) {
	c.unhold(a)
	c.talk(a)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Resumes, By: routing.ByAgent})
	c.recordOf(a.id, fact.Resumed{By: "agent"}, nil)
	c.tellStory("story_resumed", "hold over")
	c.show()
}

func (c *Call) unhold(a *agentLeg) {
	if !a.held {
		return
	}
	d := time.Since(a.heldSince)
	a.hold += d
	c.onHold += d
	a.held, a.heldSince, a.byPhone = false, time.Time{}, false
}

// pause takes the agent's voice from the caller, who hears music.
func (c *Call) pause(a *agentLeg) {
	c.stopTalk(a)
	c.leg.voice.Hear(c.deps.Media.Music(c.queue))
	a.line.Hear(nil)
}

// talk joins caller and agent (again).
func (c *Call) talk(a *agentLeg) {
	a.with(c.leg.voice)
	a.talkingFrom = time.Now()
}

func (c *Call) stopTalk(a *agentLeg) {
	if a.talkingFrom.IsZero() {
		return
	}
	d := time.Since(a.talkingFrom)
	a.talk += d
	c.talked += d
	a.talkingFrom = time.Time{}
}

// Tones sends keypad digits to the caller's line (RFC 4733).
type Tones struct {
	Agent  fact.AgentID
	Digits string
	Reply  Reply
}

func (e Tones) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil { // a key that is asked for
		for i := range len(e.Digits) {
			c.pressed(m.leg, e.Digits[i])
		}
		yes(e.Reply)
		return
	}
	a := c.mine(e.Agent, e.Reply)
	if a == nil {
		return
	}
	if err := c.leg.voice.Tones(e.Digits); err != nil {
		e.Reply.no("bad", "no_tones", "The other side takes no tones.")
		return
	}
	c.tones += e.Digits
	c.tones = c.tones[max(0, len(c.tones)-maxTones):]
	yes(e.Reply)
	c.show()
}

// maxTones is how many of the digits that were sent the card shows: the last ones.
const maxTones = 128

// Muted tells that the agent's console mutes at the source.
type Muted struct {
	Agent fact.AgentID
	On    bool
	Reply Reply
}

func (e Muted) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil {
		if m.phone != nil {
			e.Reply.no("not_now", "mute_there", "Mute yourself at your telephone.")
			return
		}
		m.muted = e.On
		yes(e.Reply)
		c.show()
		return
	}
	if a := c.mine(e.Agent, e.Reply); a != nil {
		a.muted = e.On
		c.phoneMuted(a)
		yes(e.Reply)
		c.show()
	}
}

// Note keeps an agent's note, while talking and after.
type Note struct {
	Agent fact.AgentID
	Text  string
	Reply Reply
}

// maxNote is the longest note kept, in bytes.
const maxNote = 16 << 10

func (e Note) apply(c *Call) {
	if len(e.Text) > maxNote {
		e.Reply.no("bad", "note_long", "The note is too long: 16,000 letters at most.")
		return
	}
	now := time.Now()
	w, wraps := c.wraps[e.Agent]
	switch a := c.agent; {
	case a != nil && a.id == e.Agent:
		a.note, a.noteSaved = e.Text, now
	case wraps:
		w.card.Note, w.card.Saved = e.Text, now
	default:
		e.Reply.no("too_late", "call_closed", "This call is closed.")
		return
	}
	c.recordOf(e.Agent, fact.Noted{Chars: len([]rune(e.Text))}, &fact.Personal{Note: e.Text})
	yes(e.Reply)
	if wraps {
		c.deps.Consoles.Wrap(e.Agent, c, w.card)
	} else {
		c.show()
	}
}

// Hangup ends the call for the caller too; while a transfer rings it takes the caller back instead.
type Hangup struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Hangup) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil {
		yes(e.Reply)
		c.mateGoes(m, "peer")
		return
	}
	if i := c.insider; i != nil && i.id == e.Agent {
		yes(e.Reply)
		c.hangup(c.leg, trunkOver)
		c.callerLeft(trunk.Ended{By: "peer", Cause: "at the desk"})
		return
	}
	a := c.mine(e.Agent, e.Reply)
	if a == nil {
		return
	}
	if c.transfer != nil {
		c.takeBack()
		yes(e.Reply)
		return
	}
	if c.handsOn() {
		c.referralFailed("taken_back", 487)
		yes(e.Reply)
		return
	}
	yes(e.Reply) // in a group too: it ends for all
	end := fact.Completed
	if a.joined.IsZero() {
		end = fact.Unanswered // an own call that still rings
	}
	c.endBy(end, "agent", 0, "")
}

// ConsoleGone: the agent's console and line are gone. The caller hears music at once.
type ConsoleGone struct{ Agent fact.AgentID }

func (e ConsoleGone) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil && !c.over {
		c.mateLost(m)
		return
	}
	a := c.agent
	if a == nil || a.id != e.Agent || a.lost || c.over {
		return
	}
	a.lost = true
	switch t := c.transfer; {
	case t != nil && t.consult && t.state == "answered":
		c.pause(a)
		t.leg.voice.Hear(c.deps.Media.Music(c.queue))
	case t == nil && c.group == nil: // in a group the others go on with each other
		c.pause(a)
	}
	c.recordOf(a.id, fact.Held{By: "server"}, nil)
	c.tellStory("story_lost", "{who}'s console is gone; music", "who", c.deps.Rules.AgentName(a.id))
}

// ConsoleBack: it came back in time.
type ConsoleBack struct{ Agent fact.AgentID }

func (e ConsoleBack) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil && !c.over {
		c.mateBack(m)
		return
	}
	a := c.agent
	if a == nil || a.id != e.Agent || c.over {
		c.showTo(e.Agent)
		return
	}
	if a.lost {
		a.lost = false
		c.renewLine(a)
		c.recordOf(a.id, fact.Resumed{By: "server"}, nil)
		c.tellStory("story_back", "{who} is back", "who", c.deps.Rules.AgentName(a.id))
		c.again(a)
	}
	c.show()
}

// renewLine takes the line that the agent has now: a seat that ended by a fault took the old one with it.
func (c *Call) renewLine(a *agentLeg) {
	if a.phone != nil {
		return
	}
	line, _ := c.deps.Lines.Line(a.id)
	if line == a.line {
		return
	}
	if c.group != nil {
		c.group.mix.Remove(a.line)
		c.enter(line)
	}
	a.line = line
}

// again lets an agent who came back hear what was heard before.
func (c *Call) again(a *agentLeg) {
	switch t := c.transfer; {
	case c.group != nil || a.held:
	case t == nil:
		c.talk(a)
	case t.consult && t.state == "answered" && t.withCaller:
		c.talk(a)
	case t.consult && t.state == "answered":
		a.with(t.leg.voice)
	}
}

// GraceOver: it did not.
type GraceOver struct {
	Agent fact.AgentID
	Help  bool // not the console: the agent calls for help
}

func (e GraceOver) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil && !c.over {
		c.mateGoes(m, "network")
		return
	}
	a := c.agent
	if a == nil || a.id != e.Agent || c.over {
		return
	}
	if c.direction == fact.Out && a.joined.IsZero() { // nobody is on the line yet
		c.endBy(fact.Unanswered, "system", 0, "the agent was lost")
		return
	}
	lost := says("story_console_lost", "{who}'s console was lost", "who", c.deps.Rules.AgentName(a.id))
	if e.Help {
		lost = says("story_had_help", "{who} had to place an emergency call", "who", c.deps.Rules.AgentName(a.id))
	}
	c.hangPhone(a)
	c.lostAgent(a, lost)
}

// lostAgent goes on without an agent who could not hand the caller on.
func (c *Call) lostAgent(a *agentLeg, lost sentence) {
	c.unhold(a)
	c.stopTalk(a)
	c.deps.Consoles.CardGone(a.id, c.id)
	if g := c.group; g != nil {
		if c.livesWithout(a) { // the others go on with each other
			c.withoutAgent(a)
			return
		}
		c.stopAdding("the agent was lost")
		c.endGroup(trunkOver)
		if !a.parked {
			a.line.Hear(nil)
		}
		c.toHead(lost)
		return
	}
	c.stopAdding("the agent was lost")
	switch t := c.transfer; {
	case t == nil:
		c.toHead(lost)
	case t.consult && t.leg != nil: // who was asked does not know the caller yet, and may take the call by a key
		t.by, c.agent = nil, nil
		c.tell(lost)
		c.tellStory("story_asked_key", "{who} is asked for a key", "who", t.who.Name)
		if m := c.mateAt(t.leg); m != nil {
			c.deps.Consoles.Say(m.id, Said{Kind: "hears", Key: "mate_take", Args: map[string]string{"who": c.caller.Name}, Words: lost.words + ". k and 1 takes the caller.", Bad: true})
			c.show()
		}
		c.confirm(t.leg, func() { c.handToPartner(t) }, func() {
			c.dropTransfer(fact.Failed, "the agent was lost")
			c.toHead(lost)
		})
	case t.consult:
		c.dropTransfer(fact.Failed, "the agent was lost")
		c.toHead(lost)
	default:
		t.by, c.agent = nil, nil // the transfer goes on without its agent
	}
}

// Show asks for a fresh card: a console has connected.
type Show struct{ Agent fact.AgentID }

func (e Show) apply(c *Call) { c.showTo(e.Agent) }

func (c *Call) showTo(id fact.AgentID) {
	if a := c.agent; a != nil && a.id == id && !a.parked && (!a.joined.IsZero() || c.direction == fact.Out) {
		c.deps.Consoles.Card(id, c, c.card(a))
	}
	if m := c.mateOf(id); m != nil && !m.joined.IsZero() && !m.parked {
		c.deps.Consoles.Card(id, c, c.mateCard(m))
	}
	if i := c.insider; i != nil && i.id == id {
		c.deps.Consoles.Card(id, c, c.insiderCard(i))
	}
	if w := c.wraps[id]; w != nil {
		c.deps.Consoles.Wrap(id, c, w.card)
	}
	if c.offer != nil && c.offerTo == id {
		c.deps.Consoles.Offer(id, c, *c.offer)
	}
}
