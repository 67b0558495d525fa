package softphone

import (
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"cordboard/audio/audiotest"

	"github.com/pion/webrtc/v3"
)

// weather is a socket behind which the network is bad both ways: one packet in twenty is lost, one in fifty comes
// twice, each takes 80±30 ms, and so they overtake each other.
type weather struct {
	net.PacketConn
	bad  atomic.Bool
	come chan datagram
}

type datagram struct {
	b    []byte
	from net.Addr
	err  error
}

func newWeather(c net.PacketConn) *weather {
	w := &weather{PacketConn: c, come: make(chan datagram, 1000)}
	go func() {
		for {
			b := make([]byte, 1600)
			n, from, err := c.ReadFrom(b)
			w.pass(func() {
				select {
				case w.come <- datagram{b[:n], from, err}:
				default:
				}
			})
			if err != nil {
				return
			}
		}
	}()
	return w
}

func (w *weather) pass(on func()) {
	if !w.bad.Load() {
		on()
		return
	}
	times := 1
	switch n := rand.IntN(100); {
	case n < 5:
		times = 0
	case n < 7:
		times = 2
	}
	for range times {
		time.AfterFunc(50*time.Millisecond+time.Duration(rand.IntN(60_000))*time.Microsecond, on)
	}
}

func (w *weather) ReadFrom(b []byte) (int, net.Addr, error) {
	d := <-w.come
	return copy(b, d.b), d.from, d.err
}

func (w *weather) WriteTo(b []byte, to net.Addr) (int, error) {
	kept := slices.Clone(b)
	w.pass(func() { w.PacketConn.WriteTo(kept, to) })
	return len(b), nil
}

func TestInBadWeatherTheVoiceIsConcealedAndTheDelayDoesNotStay(t *testing.T) {
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := newWeather(socket)
	mux := webrtc.NewICEUDPMux(nil, w)
	defer mux.Close()
	f := newFarWith(t, ptG722, 700, 8000, func(s *webrtc.SettingEngine) { s.SetICEUDPMux(mux) })
	headset := newDesk(1000, 8000)
	p := newPhone(t, headset)
	join(t, p, f)
	phase := func(length time.Duration) (audiotest.Measured, []time.Duration) {
		headset.mu.Lock()
		headset.heard = nil
		headset.mu.Unlock()
		from := time.Now()
		var delays []time.Duration
		until(t, 20*time.Second, "the phase's end", func() bool {
			delays = append(delays, p.voice.stats().Delay)
			return time.Since(from) > length
		})
		headset.mu.Lock()
		defer headset.mu.Unlock()
		return audiotest.Measure(headset.heard, 700), delays
	}
	phase(time.Second / 2)
	before := p.voice.stats()
	w.bad.Store(true)
	bad, delays := phase(3500 * time.Millisecond)
	during := p.voice.stats()
	w.bad.Store(false)
	over := time.Now()
	phase(time.Second) // what was under way arrives, and what was lost comes to its turn
	settled := p.voice.stats()
	fair, _ := phase(1500 * time.Millisecond)
	after := p.voice.stats()
	t.Logf("bad: heard %v, drop-outs %v %v; delay at most %v; %+v", bad.Heard, bad.Total(), bad.Gaps, slices.Max(delays), during)
	t.Logf("after: heard %v, drop-outs %v; %+v", fair.Heard, fair.Gaps, after)
	if during.Lost-before.Lost < 2 {
		t.Errorf("the weather was not bad: %+v", during)
	}
	if bad.Heard < 3*time.Second || bad.Total() > 500*time.Millisecond || len(bad.Gaps) > 0 && slices.Max(bad.Gaps) > 200*time.Millisecond {
		t.Errorf("in bad weather: heard %v, drop-outs %v", bad.Heard, bad.Gaps)
	}
	if top := slices.Max(delays); top > 300*time.Millisecond {
		t.Errorf("the jitter buffer held %v", top)
	}
	if after.Lost != settled.Lost || fair.Total() > 50*time.Millisecond {
		t.Errorf("after it: %d more lost; drop-outs %v", after.Lost-settled.Lost, fair.Gaps)
	}
	// What the weather has left, and a busy machine may add meanwhile, goes away too, although the tone never pauses. Which part of a frame the
	// delay has above its target is chance.
	usual := max(before.Delay, 40*time.Millisecond)
	until(t, 6*time.Second, fmt.Sprintf("the delay is what it was before the weather, %v", before.Delay), func() bool {
		return p.voice.stats().Delay <= usual+5*time.Millisecond
	})
	t.Logf("as before, %v, %v after the weather", before.Delay, time.Since(over).Round(10*time.Millisecond))
}
