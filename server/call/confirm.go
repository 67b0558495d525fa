package call

import (
	"time"

	"cordboard/server/trunk"
)

// Doubt says when whoever answers a telephone that we ring has to press a key before getting the caller, so that a voicemail,
// which presses none, does not swallow anybody.
type Doubt string

// The doubts.
const (
	Never   Doubt = "never"
	Suspect Doubt = "suspect" // an answer without a ring before it, too soon, or of somebody whose presence says away
	Always  Doubt = "always"
)

const (
	tooSoon   = 2 * time.Second  // after the INVITE nobody has picked up a telephone
	keyWithin = 6 * time.Second  // then it was a machine
	mateKey   = 20 * time.Second // a colleague at a console is none, and reads first
	takeKey   = '1'
)

// keyWait is a key that is waited for.
type keyWait struct {
	taken, not func()
	timer      *time.Timer
}

// doubts says whether the answer of a leg is not to be trusted.
func (c *Call) doubts(l *sipLeg, to Target) bool {
	r := c.deps.Rules
	if r.Doubt == nil || to.Kind == Help {
		return false
	}
	switch r.Doubt(to) {
	case Always:
		return true
	case Suspect:
		return !l.rang || time.Since(l.began) < tooSoon || r.Away != nil && to.ID != "" && r.Away(to.ID)
	}
	return false
}

// confirm asks who answered a leg to press a key. Exactly one of taken and not follows, on this goroutine, unless the leg ends before.
func (c *Call) confirm(l *sipLeg, taken, not func()) {
	k := &keyWait{taken: taken, not: not}
	l.key = k
	within := keyWithin
	if c.mateAt(l) != nil {
		within = mateKey
	}
	k.timer = c.after(within, keyOver{l, k})
	c.log.Info("an answer waits for a key", "leg", l.role)
	keyPrompt{l, k}.apply(c)
}

// keyPrompt says (again) what is to be pressed.
type keyPrompt struct {
	leg *sipLeg
	key *keyWait
}

func (e keyPrompt) apply(c *Call) {
	if e.leg.key == e.key && !e.leg.gone {
		e.leg.voice.Hear(c.deps.Media.Confirm(c.caller, func() { c.Tell(e) }))
	}
}

// keyOver: no key came.
type keyOver keyPrompt

func (e keyOver) apply(c *Call) {
	if e.leg.key != e.key || e.leg.gone {
		return
	}
	e.leg.key = nil
	e.key.not()
}

// pressed takes a key of a leg that is asked for one. It reports whether the key was meant for that.
func (c *Call) pressed(l *sipLeg, digit byte) bool {
	k := l.key
	if k == nil {
		return false
	}
	if digit == takeKey {
		k.timer.Stop()
		l.key = nil
		k.taken()
	}
	return true
}

// voicemailReason goes on the BYE of an answer that nobody confirmed.
var voicemailReason = trunk.Reason{Code: 480, Text: "no key was pressed"}
