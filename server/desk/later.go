package desk

import (
	"slices"
	"time"

	"cordboard/session/wire"
)

// What is told to everybody at once, and what is half of a change, waits for the next news of the desk and goes with
// it, or by itself after a moment: with a hundred desks a frame for each change of a queue is a burst that a caller's
// offer has to wait behind.
const (
	soon   = 20 * time.Millisecond  // the rest of a change has come by then
	calmly = 450 * time.Millisecond // figures: at the check after it, which comes to each desk at a time of its own
)

// later is news that waits.
type later struct {
	news wire.News
	any  bool
	calm time.Time   // when figures went out last
	due  *time.Timer // runs while something waits that is more than figures
}

// hold keeps sections that go with the next news, and the board is up to date at once. Said and Out are never held.
func (s *seat) hold(n wire.News) {
	merge(&s.board, &n)
	s.later.add(n)
}

// holdShortly keeps half of a change, whose other half is under way.
func (s *seat) holdShortly(n wire.News) {
	s.hold(n)
	s.looks()
	s.later.due.Reset(soon)
}

// add puts sections over those that wait already.
func (l *later) add(n wire.News) {
	n.Clear = slices.Clone(n.Clear)
	with(&n, &l.news)
	l.news, l.any = n, true
}

// release sends what waits.
func (s *seat) release() {
	if s.later.any {
		s.publish(wire.News{})
	}
}

// releaseCalm sends figures that have waited for long enough.
func (s *seat) releaseCalm(now time.Time) {
	if s.later.any && now.Sub(s.later.calm) >= calmly {
		s.release()
	}
}

// take puts what waits into a news item that goes out.
func (l *later) take(n *wire.News, now time.Time) {
	if !l.any {
		return
	}
	l.due.Stop()
	with(n, &l.news)
	l.news, l.any, l.calm = wire.News{}, false, now
}

// with adds to n the sections of an earlier item that n does not say anew.
func with(n, earlier *wire.News) {
	cleared := func(s wire.Section) bool { return slices.Contains(n.Clear, s) }
	if n.Me == nil {
		n.Me = earlier.Me
	}
	if n.Offer == nil && !cleared(wire.ClearOffer) {
		n.Offer = earlier.Offer
	}
	if n.Call == nil && !cleared(wire.ClearCall) {
		n.Call = earlier.Call
	}
	if n.Wrap == nil && !cleared(wire.ClearWrap) {
		n.Wrap = earlier.Wrap
	}
	if n.Missed == nil && !cleared(wire.ClearMissed) {
		n.Missed = earlier.Missed
	}
	if n.Queues == nil {
		n.Queues = earlier.Queues
	}
	if n.Experts == nil {
		n.Experts = earlier.Experts
	}
	if n.Team == nil {
		n.Team = earlier.Team
	}
	if n.Today == nil {
		n.Today = earlier.Today
	}
	if n.Last == nil {
		n.Last = earlier.Last
	}
	if n.Graph == nil {
		n.Graph = earlier.Graph
	}
	for _, x := range earlier.Clear {
		if !cleared(x) {
			n.Clear = append(n.Clear, x)
		}
	}
}
