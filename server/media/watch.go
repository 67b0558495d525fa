package media

import (
	"sync"
	"time"
)

const (
	oneWayAfter = 5 * time.Second
	deadAfter   = 60 * time.Second
	rateEvery   = 5 * time.Second
)

// watch looks after a leg's sound: which ways it goes, whether it goes at all, and how good it is.
type watch struct {
	mu       sync.Mutex
	both     time.Time // since when sound should go both ways; zero: it should not
	dir      string    // told last
	dead     bool      // told
	rateAt   time.Time
	expected uint64 // at rateAt
	lost     uint64
	mos      float64
	worst    float64 // of two neighbouring intervals' means
}

func (w *watch) stats(s *Stats) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.MOS, s.WorstMOS = w.mos, w.worst
}

// expect says whether sound should go both ways from now on.
func (w *watch) expect(both bool, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !both:
		w.both = time.Time{}
	case w.both.IsZero():
		w.both = now
	}
}

// look gives what has to be told at now.
func (w *watch) look(s *Stats, now time.Time) []Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rate(s, now)
	if w.both.IsZero() {
		w.dead = false
		return w.turn("", now, nil)
	}
	in, out := latest(w.both, s.LastReceived), latest(w.both, s.LastSent)
	hears, speaks := now.Sub(in) < oneWayAfter, now.Sub(out) < oneWayAfter
	var events []Event
	switch {
	case hears == speaks:
		events = w.turn("", now, events)
	case hears:
		events = w.turn("from", out, events)
	default:
		events = w.turn("to", in, events)
	}
	any := latest(in, s.LastReport)
	dead := now.Sub(any) >= deadAfter
	if dead && !w.dead {
		events = append(events, Dead{Since: any})
	}
	w.dead = dead
	return events
}

func (w *watch) turn(dir string, since time.Time, events []Event) []Event {
	if dir == w.dir {
		return events
	}
	w.dir = dir
	return append(events, OneWay{Dir: dir, Since: since})
}

// rate makes the interval's opinion score: the worse of both ways.
func (w *watch) rate(s *Stats, now time.Time) {
	if w.rateAt.IsZero() {
		w.rateAt = now
	}
	if now.Sub(w.rateAt) < rateEvery {
		return
	}
	expected := s.PacketsReceived + s.Lost - min(w.expected, s.PacketsReceived+s.Lost)
	lost := s.Lost - min(w.lost, s.Lost)
	w.rateAt, w.expected, w.lost = now, s.PacketsReceived+s.Lost, s.Lost
	mos := opinion(expected, min(lost, expected), s.Jitter, s.RTT)
	if mos == 0 {
		return
	}
	if s.SentLossPercent > 0 {
		mos = min(mos, MOS(Rating(s.SentLossPercent, wayDelay(s.SentJitter, s.RTT), equipment, robustHidden)))
	}
	if w.mos != 0 {
		if both := (w.mos + mos) / 2; w.worst == 0 || both < w.worst {
			w.worst = both
		}
	}
	w.mos = mos
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
