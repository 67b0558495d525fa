package media

import (
	"fmt"
	"sync"
	"time"
)

// Source is something that a leg can hear. Sources are made by From, Music, Once, Ringback and Mix.Source; one
// value may be heard by many legs.
type Source interface {
	// Kind is "leg", "music", "once", "ringback" or "mix".
	Kind() string
	// String is the kind and which one, for logs and tests.
	String() string
	// connect lets the source speak to s by f from now on.
	connect(p *Plane, f *feed) (disconnect func())
}

// listener is who takes a party's packets: a Sender, or a Mix's input.
type listener interface {
	take(f *feed, p *packet)
}

// feed is the right to speak to a listener; to a Sender it ends when another is given.
type feed struct {
	to         listener
	mu         sync.Mutex
	disconnect func()
	over       bool
}

// connected keeps how to end f, or ends it when it is already over.
func (f *feed) connected(disconnect func()) {
	f.mu.Lock()
	over := f.over
	f.disconnect = disconnect
	f.mu.Unlock()
	if over {
		disconnect()
	}
}

func (f *feed) end() {
	f.mu.Lock()
	disconnect := f.disconnect
	f.over = true
	f.disconnect = nil
	f.mu.Unlock()
	if disconnect != nil {
		disconnect()
	}
}

// hearSource connects a source, in place of any or of one only.
func (s *Sender) hearSource(p *Plane, src Source, only *feed) {
	f := &feed{to: s}
	old, done := s.hear(f, only)
	if !done {
		return
	}
	if old != nil {
		old.end()
	}
	if src == nil {
		src = p.silence
	}
	f.connected(src.connect(p, f))
}

// legSource is what a party says.
type legSource struct{ leg Leg }

// From is what the party of leg l says. It is passed on as it comes where the hearer understands it.
func From(l Leg) Source { return legSource{own(l)} }

// own gives the leg behind one that stands for it: a Leg with a method Stands is heard as the leg that this gives.
func own(l Leg) Leg {
	if x, ok := l.(interface{ Stands() Leg }); ok {
		return x.Stands()
	}
	return l
}

func (s legSource) Kind() string   { return "leg" }
func (s legSource) String() string { return "leg " + s.leg.ID() }

// voiced is what our own legs have.
type voiced interface {
	inlet() *inlet
	speaks() Codec // what the party speaks, as far as has been agreed
}

func (s legSource) connect(_ *Plane, f *feed) func() {
	v, ok := s.leg.(voiced)
	if !ok {
		return func() {}
	}
	in := v.inlet()
	in.addRoute(f)
	if to, ok := f.to.(*Sender); ok {
		to.announce(f, v.speaks(), time.Now())
	}
	return func() { in.dropRoute(f) }
}

// clipSource plays a recording.
type clipSource struct {
	kind string
	clip *Clip
	loop bool
	done func()

	region string // of a ringback
}

// Music plays c again and again. Where it stands is shared by all who hear it.
func Music(c *Clip) Source { return clipSource{kind: "music", clip: c, loop: true} }

// Once plays c from its beginning and then is silent. done, when not nil, is called once at its end by the media
// clock and must not block; it is not called when the leg hears something else before. A nil clip ends at once.
func Once(c *Clip, done func()) Source { return clipSource{kind: "once", clip: c, done: done} }

// Ringback is what a caller hears while it rings at the other end, as it sounds in a region: an ISO 3166 country
// code ("gb", "us", "de", …) in either case. Unknown ones sound European.
func Ringback(region string) Source {
	return clipSource{kind: "ringback", region: region, loop: true}
}

func (s clipSource) Kind() string { return s.kind }
func (s clipSource) String() string {
	switch {
	case s.clip != nil:
		return fmt.Sprintf("%s %s", s.kind, s.clip.name)
	case s.region != "":
		return fmt.Sprintf("%s %s", s.kind, s.region)
	}
	return s.kind
}

func (s clipSource) connect(p *Plane, f *feed) func() {
	clip := s.clip
	switch {
	case s.kind == "ringback":
		clip = p.ringback(s.region)
	case clip == nil && s.loop:
		return p.silence.connect(p, f)
	}
	to, ok := f.to.(*Sender)
	if !ok {
		return func() {}
	}
	pl := &player{plane: p, f: f, to: to, clip: clip, loop: s.loop, hush: s.kind == "silence", done: s.done}
	p.clock.add(pl)
	return func() { p.clock.drop(pl) }
}
