package media

import (
	"testing"
	"time"
)

// playedBy runs a player by hand over some frames and gives what left.
func playedBy(t *testing.T, types payloads, fixed bool, src clipSource, frames int) *tape {
	t.Helper()
	out := &tape{}
	s := &Sender{}
	s.open(way{to: out, types: types, codec: PCMU, fixed: fixed})
	f := &feed{to: s}
	s.hear(f, nil)
	pl := &player{f: f, to: s, clip: src.clip, loop: src.loop, hush: src.kind == "silence"}
	for i := range frames {
		if !pl.tick(refTime.Add(time.Duration(i)*frameTime), uint64(100+i)) {
			t.Fatal("the player stopped")
		}
	}
	return out
}

func TestALineThatIsSilentForLongGetsASignOfLifeOnly(t *testing.T) {
	silence := clipSource{kind: "silence", clip: silenceClip(), loop: true}
	out := playedBy(t, wideTypes(), false, silence, 250)
	voice, signs := 0, 0
	for i, h := range out.heads {
		if i > 0 && h.SequenceNumber != out.heads[i-1].SequenceNumber+1 {
			t.Fatal("numbers jump: that looks like a loss")
		}
		switch h.PayloadType {
		case 0:
			voice++
		case 13:
			signs++
		}
	}
	if voice != hushAfter || signs < 11 || signs > 12 {
		t.Errorf("%d packets of voice and %d signs of life in 5 s", voice, signs)
	}
	if span := out.heads[len(out.heads)-1].Timestamp - out.heads[0].Timestamp; span < 240*160 {
		t.Errorf("timestamps moved %d units in 5 s", span)
	}
	if n := len(playedBy(t, wideTypes(), true, silence, 250).heads); n != 250 {
		t.Errorf("a SIP phone got %d packets in 5 s, want 250", n)
	}
}

func TestSilentLinesDoNotAllSpeakInOneFrame(t *testing.T) {
	said := map[uint64]int{}
	for line := range uint64(hushEvery) {
		out := &tape{}
		s := &Sender{}
		s.open(way{to: out, types: wideTypes(), codec: PCMU})
		f := &feed{to: s}
		s.hear(f, nil)
		pl := &player{f: f, to: s, clip: silenceClip(), loop: true, hush: true}
		for frame := 100 + line; frame < 400; frame++ {
			if was := len(out.heads); pl.tick(refTime.Add(time.Duration(frame)*frameTime), frame) && len(out.heads) > was && frame >= 200 {
				said[frame]++
			}
		}
	}
	for frame, n := range said {
		if n != 1 {
			t.Fatalf("in frame %d %d of %d lines speak", frame, n, hushEvery)
		}
	}
	if len(said) != 200 {
		t.Errorf("a line spoke in %d of 200 frames", len(said))
	}
}

func TestAPlayerThatWasHeldUpShowsItInTheTimestamps(t *testing.T) {
	out := &tape{}
	s := &Sender{}
	s.open(way{to: out, types: wideTypes(), codec: PCMU, fixed: true})
	f := &feed{to: s}
	s.hear(f, nil)
	pl := &player{f: f, to: s, clip: silenceClip(), loop: true}
	for i, frame := range []uint64{10, 11, 16} {
		pl.tick(refTime.Add(time.Duration(i)*frameTime), frame)
	}
	step := func(i int) (uint16, uint32) {
		a, b := out.heads[i-1], out.heads[i]
		return b.SequenceNumber - a.SequenceNumber, b.Timestamp - a.Timestamp
	}
	if n, u := step(1); n != 1 || u != 160 {
		t.Errorf("step of %d packets, %d units", n, u)
	}
	if n, u := step(2); n != 1 || u != 800 {
		t.Errorf("after being held up: %d packets, %d units; want 1, 800", n, u)
	}
}

func TestTheClockStandsStillWithNothingToPlay(t *testing.T) {
	c := newClock(discard)
	defer c.close()
	n := &counter{until: 5, done: make(chan struct{})}
	c.add(n)
	<-n.done
	until(t, "nobody is left", c.idle)
	c.mu.Lock()
	was := c.turn
	c.mu.Unlock()
	wait(60 * time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turn > was+1 {
		t.Errorf("%d turns with nothing to play", c.turn-was)
	}
}

func TestAPlayerThatFailsCostsNoOther(t *testing.T) {
	c := newClock(discard)
	defer c.close()
	c.add(failing{})
	n := &counter{until: 10, done: make(chan struct{})}
	c.add(n)
	select {
	case <-n.done:
	case <-time.After(5 * time.Second):
		t.Fatal("the clock stopped")
	}
}

type failing struct{}

func (failing) tick(time.Time, uint64) bool { panic("out of tune") }

type counter struct {
	n, until int
	done     chan struct{}
}

func (c *counter) tick(time.Time, uint64) bool {
	if c.n++; c.n == c.until {
		close(c.done)
		return false
	}
	return true
}
