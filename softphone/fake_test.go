package softphone

import (
	"math"
	"sync"
	"testing"
	"time"

	"cordboard/audio"
	"cordboard/audio/codec"
)

// desk is a headset without a sound card: the microphone hears a tone, the ear is written down.
type desk struct {
	mu     sync.Mutex
	hz     float64 // of what the microphone hears; 0: silence
	level  float64
	at     int
	heard  []int16
	dead   bool
	stats  audio.Stats
	mic    int // backlog to report
	ear    int
	events chan audio.Event
	once   sync.Once
}

func newDesk(hz, level float64) *desk {
	return &desk{hz: hz, level: level, events: make(chan audio.Event, 8)}
}

func (d *desk) Start() error { return nil }

func (d *desk) Read(f *audio.Frame) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return false
	}
	for i := range f {
		f[i] = int16(math.Round(d.level * math.Sin(2*math.Pi*d.hz*float64(d.at)/audio.Rate)))
		d.at++
	}
	return true
}

func (d *desk) Write(f *audio.Frame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, f[:]...)
}

func (d *desk) Backlog() (mic, ear int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mic, d.ear
}

func (d *desk) Stats() audio.Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stats
}

func (d *desk) Events() <-chan audio.Event  { return d.events }
func (d *desk) Name() string                { return "Desk" }
func (d *desk) Choose(input, output string) {}
func (d *desk) Close() error                { d.once.Do(func() { close(d.events) }); return nil }

// ear gives what was heard since sample n.
func (d *desk) earFrom(n int) []int16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]int16(nil), d.heard[min(n, len(d.heard)):]...)
}

// tone makes payloads of a sine, one every 20 ms, in any of the line's codecs.
type tone struct {
	hz, level float64
	pt        uint8
	at        int
	g722      *codec.G722Encoder
}

func (t *tone) next() []byte {
	rate := rateOf(t.pt)
	pcm := make([]int16, rate/50)
	for i := range pcm {
		pcm[i] = int16(math.Round(t.level * math.Sin(2*math.Pi*t.hz*float64(t.at*rate/50+i)/float64(rate))))
	}
	t.at++
	out := make([]byte, codec.FrameBytes)
	switch t.pt {
	case ptPCMU:
		codec.EncodeULaw(out, pcm)
	case ptPCMA:
		codec.EncodeALaw(out, pcm)
	default:
		if t.g722 == nil {
			t.g722 = codec.NewG722Encoder()
		}
		t.g722.Encode(out, pcm)
	}
	return out
}

// until waits for a condition, looking every 10 ms.
func until(t testing.TB, atMost time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(atMost)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %v: %s", atMost, what)
		}
	}
}

func steepest(pcm []int16) int {
	top := 0
	for i := 1; i < len(pcm); i++ {
		d := int(pcm[i]) - int(pcm[i-1])
		top = max(top, d, -d)
	}
	return top
}
