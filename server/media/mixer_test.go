package media

import (
	"testing"
	"time"

	"cordboard/audio/codec"

	"github.com/pion/rtp"
)

// singer is a phone that says a tone by the clock until it is stopped, and keeps what it hears.
type singer struct {
	*phone
	leg   *RTPLeg
	stop  chan struct{}
	ended chan struct{}
	heard chan []int16 // 8 kHz
}

func sing(t *testing.T, pl *Plane, formats string, hz, amplitude float64) *singer {
	s := &singer{phone: newPhone(t), stop: make(chan struct{}), ended: make(chan struct{}), heard: make(chan []int16, 1000)}
	s.leg = s.call(pl, RTPOptions{ID: formats}, s.offer("RTP/AVP", formats))
	pt := map[string]uint8{"9": 9, "0": 0, "8": 8}[formats]
	c := map[string]Codec{"9": G722, "0": PCMU, "8": PCMA}[formats]
	clip := NewClip("tone", toneLike(hz, amplitude, 1), clipRate)
	go func() {
		defer close(s.ended)
		tick := time.NewTicker(frameTime)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-tick.C:
				b, _ := clip.frame(c, i%50)
				s.say(pt, b)
			case <-s.stop:
				return
			}
		}
	}()
	go func() {
		w := &workshop{dec: codec.NewG722Decoder()}
		for {
			p := s.hear(30*time.Second, func(p *rtp.Packet) bool { return len(p.Payload) == 160 })
			if p == nil {
				return
			}
			narrow := make([]int16, 160)
			copy(narrow, w.narrowOf(&packet{codec: c, payload: p.Payload}))
			select {
			case s.heard <- narrow:
			default:
			}
		}
	}()
	t.Cleanup(func() { close(s.stop); <-s.ended; s.conn.Close() })
	return s
}

// listen gives the next half second.
func (s *singer) listen() []int16 {
	for len(s.heard) > 0 {
		<-s.heard
	}
	var out []int16
	for len(out) < 4000 {
		select {
		case f := <-s.heard:
			out = append(out, f...)
		case <-time.After(2 * time.Second):
			return make([]int16, 4000)
		}
	}
	return out
}

// hearsOnly waits until a singer hears exactly the given frequencies of all.
func (s *singer) hearsOnly(t *testing.T, who string, want ...float64) {
	t.Helper()
	var levels map[float64]float64
	until(t, who+" hears what it must", func() bool {
		pcm := s.listen()
		levels = map[float64]float64{}
		ok := true
		for _, hz := range []float64{500, 900, 1500} {
			levels[hz] = power(pcm, hz)
			wanted := false
			for _, w := range want {
				wanted = wanted || w == hz
			}
			if wanted != (levels[hz] > 1000) {
				ok = false
			}
		}
		return ok
	})
	if t.Failed() {
		t.Logf("%s: %v", who, levels)
	}
}

func TestInAMixEveryoneHearsEveryoneElse(t *testing.T) {
	pl := newTestPlane(t)
	a, b, c := sing(t, pl, "9", 500, 5000), sing(t, pl, "0", 900, 5000), sing(t, pl, "8", 1500, 5000)
	m := pl.NewMix()
	for _, s := range []*singer{a, b, c} {
		m.Add(s.leg)
		s.leg.Hear(m.Source(s.leg))
	}
	a.hearsOnly(t, "a", 900, 1500)
	b.hearsOnly(t, "b", 500, 1500)
	c.hearsOnly(t, "c", 500, 900)
	m.Mute(a.leg, true)
	b.hearsOnly(t, "b, with a muted,", 1500)
	m.Mute(a.leg, false)
	m.Only(c.leg, a.leg)
	b.hearsOnly(t, "b, while c whispers to a,", 500)
	a.hearsOnly(t, "a, while c whispers,", 900, 1500)
	m.Only(c.leg)
	m.Remove(b.leg)
	a.hearsOnly(t, "a, with b gone,", 1500)
}

func TestManyLoudVoicesAreKeptBelowTheLimit(t *testing.T) {
	pl := newTestPlane(t)
	a, b, c := sing(t, pl, "0", 500, 20000), sing(t, pl, "0", 900, 20000), sing(t, pl, "0", 1500, 20000)
	m := pl.NewMix()
	for _, s := range []*singer{a, b, c} {
		m.Add(s.leg)
	}
	d := sing(t, pl, "9", 700, 100)
	d.leg.Hear(m.Source(d.leg))
	until(t, "all three are heard", func() bool {
		pcm := d.listen()
		return power(pcm, 500) > 500 && power(pcm, 900) > 500 && power(pcm, 1500) > 500
	})
	if p := codec.Peak(d.listen()); p > 26500 { // a codec and a filter on the way add a little
		t.Errorf("peak %d, want −3 dBFS", p)
	}
}
