package media

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestSourcesSayWhatTheyAre(t *testing.T) {
	pl := newTestPlane(t)
	l := pl.NewLineLeg("line ana", nil)
	c := NewClip("waltz", make([]int16, 8000), 8000)
	m := pl.NewMix()
	for want, s := range map[string]Source{
		"leg line ana": From(l), "music waltz": Music(c), "once waltz": Once(c, nil), "ringback gb": Ringback("gb"), "mix without line ana": m.Source(l), "once": Once(nil, nil),
	} {
		if s.String() != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}

func TestAPromptEndsOnceAndThenIsSilent(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	done := make(chan time.Time, 10)
	music := Music(pl.BuiltinMusic())
	start := time.Now()
	l.Hear(Once(NewClip("short", make([]int16, 2400), 8000), func() { done <- time.Now() }))
	select {
	case at := <-done:
		if d := at.Sub(start); d < 280*time.Millisecond {
			t.Errorf("ended after %v, want 300ms", d)
		}
	case <-time.After(3 * time.Second):
		t.Fatal("no end")
	}
	if a.hear(time.Second, func(p *rtp.Packet) bool { return true }) == nil {
		t.Error("nothing is sent after it")
	}
	l.Hear(Once(nil, func() { done <- time.Now() }))
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("no end of nothing")
	}
	l.Hear(Once(NewClip("cut off", make([]int16, 2400), 8000), func() { done <- time.Now() }))
	l.Hear(music)
	select {
	case <-done:
		t.Error("a prompt that was cut off has ended")
	case <-time.After(400 * time.Millisecond):
	}
}

func TestOneEncodingServesAllListeners(t *testing.T) {
	c := NewClip("song", toneLike(440, 5000, 1), clipRate)
	for _, k := range AllCodecs() {
		first, _ := c.frame(k, 7)
		again, _ := c.frame(k, 7)
		if &first[0] != &again[0] {
			t.Errorf("%v: made twice", k)
		}
		if n := testing.AllocsPerRun(100, func() { c.frame(k, 7) }); n != 0 {
			t.Errorf("%v: %v allocations", k, n)
		}
	}
	if a, b := c.since(1000), c.since(2000); a != 1000 || b != 1000 {
		t.Errorf("began at %d and %d", a, b)
	}
}

func TestHearingIsSwitchedFromManySidesAtOnce(t *testing.T) {
	pl := newTestPlane(t)
	a, b := newPhone(t), newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "9"))
	lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "0"))
	m := pl.NewMix()
	m.Add(la)
	m.Add(lb)
	sources := []func() Source{
		func() Source { return From(lb) }, func() Source { return Music(pl.BuiltinMusic()) }, func() Source { return nil }, func() Source { return Ringback("us") },
		func() Source { return m.Source(la) }, func() Source { return Once(pl.BuiltinPrompt("beep"), nil) },
	}
	done := make(chan error, 4)
	for g := range 4 {
		go func() {
			for i := range 200 {
				la.Hear(sources[(i+g)%len(sources)]())
				la.Stats()
				if g == 0 && i%10 == 0 { // a phone speaks from one goroutine
					b.say(0, payloadOf(byte(i)))
					la.Tones("5")
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		<-done
	}
	la.Hear(From(lb))
	until(t, "the last one is heard", func() bool {
		b.say(0, payloadOf(0xd0))
		return a.hear(30*time.Millisecond, func(p *rtp.Packet) bool { return p.PayloadType == 9 }) != nil
	})
	if n := len(*lb.in.routes.Load()); n != 2 { // the leg and the mix
		t.Errorf("%d routes", n)
	}
}
