package audiotest

import (
	"encoding/binary"
	"io"
	"math"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// Rate of everything that is spoken and recorded here.
const Rate = 48000

// Speak plays samples (48 kHz mono) into the headset's microphone. It returns at once; stop ends it early.
func (h *Headset) Speak(samples []int16) (stop func()) {
	h.t.Helper()
	c := exec.Command("pacat", "--playback", "--raw", "-d", Mic, "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=200")
	in, err := c.StdinPipe()
	must(h.t, err)
	if err := c.Start(); err != nil {
		h.t.Fatalf("start pacat (package pulseaudio-utils): %v", err)
	}
	raw := make([]byte, 0, 2*len(samples))
	for _, s := range samples {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(s))
	}
	go func() { in.Write(raw); in.Close() }()
	return endOf(h.t, c)
}

// endOf ends a command once, at the latest with the test.
func endOf(t testing.TB, c *exec.Cmd) func() {
	var once sync.Once
	end := func() { once.Do(func() { c.Process.Kill(); c.Wait() }) }
	t.Cleanup(end)
	return end
}

// Recording is what a monitor has heard so far.
type Recording struct {
	mu      sync.Mutex
	samples []int16
	zero    time.Time // when sample 0 was heard, by the earliest arrivals
	stop    func()
}

// Listen records from the monitor of a sink, Ear or Mic.
func (h *Headset) Listen(sink string) *Recording {
	h.t.Helper()
	c := exec.Command("parec", "--raw", "-d", sink+".monitor", "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=20")
	out, err := c.StdoutPipe()
	must(h.t, err)
	if err := c.Start(); err != nil {
		h.t.Fatalf("start parec (package pulseaudio-utils): %v", err)
	}
	r := &Recording{}
	r.stop = endOf(h.t, c)
	go r.read(out)
	Until(h.t, 5*time.Second, "the recording has begun", func() bool { return r.Len() > 0 })
	return r
}

// Recorded makes a recording of samples of which the first was heard at zero.
func Recorded(zero time.Time, samples []int16) *Recording {
	return &Recording{zero: zero, samples: samples, stop: func() {}}
}

func (r *Recording) read(out io.Reader) {
	buf := make([]byte, 1920)
	for {
		n, err := io.ReadFull(out, buf)
		now := time.Now()
		r.mu.Lock()
		for i := 0; i+1 < n; i += 2 {
			r.samples = append(r.samples, int16(binary.LittleEndian.Uint16(buf[i:])))
		}
		// Arrivals are late by chance; the earliest of them, after the start has settled, tell the true time.
		if at := now.Add(-time.Duration(len(r.samples)) * time.Second / Rate); len(r.samples) < Rate/2 || at.Before(r.zero) {
			r.zero = at
		}
		r.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Len is the number of samples so far.
func (r *Recording) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.samples)
}

// FirstOver is when the first sample louder than level was heard, from sample n on; zero: there is none.
func (r *Recording) FirstOver(level int16, n int) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := n; i < len(r.samples); i++ {
		if v := r.samples[i]; v > level || v < -level {
			return r.zero.Add(time.Duration(i) * time.Second / Rate)
		}
	}
	return time.Time{}
}

// From gives what was recorded since sample n.
func (r *Recording) From(n int) []int16 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]int16(nil), r.samples[min(n, len(r.samples)):]...)
}

// Stop ends the recording and gives all of it.
func (r *Recording) Stop() []int16 {
	r.stop()
	return r.From(0)
}

// Tone is a sine of the given frequency, amplitude (of 32767) and length.
func Tone(hz, amplitude float64, length time.Duration) []int16 {
	out := make([]int16, int(length.Seconds()*Rate))
	for i := range out {
		out[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*hz*float64(i)/Rate)))
	}
	return out
}
