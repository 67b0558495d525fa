package softphone

import (
	"math"
	"sync/atomic"

	"cordboard/audio"
	"cordboard/audio/codec"
)

// bell makes the sounds of the phone itself: the ring tone and the zip tone. They are not too loud, fade in and out,
// and are the same on every machine.
type bell struct {
	ringing atomic.Bool
	zips    atomic.Int32
	at      int // sample within the ring's pattern
	zipAt   int // sample within the zip tone; negative: none
	gain    codec.Ramp
	frame   audio.Frame
	silence audio.Frame // for a ringer of its own
}

const (
	ringPeriod = 3 * audio.Rate
	ringLevel  = 4000.0 // of 32767: −18 dBFS
	zipLevel   = 3000.0
	zipLength  = audio.Rate * 9 / 20
)

func (b *bell) init() {
	b.gain = codec.NewRamp(0)
	b.zipAt = -1
}

func (v *voice) ring(on bool) { v.bell.ringing.Store(on) }
func (v *voice) zip()         { v.bell.zips.Store(1) }

// again begins from the beginning, and softly: nobody has heard what was before.
func (b *bell) again() {
	b.at, b.gain, b.zipAt = 0, codec.NewRamp(0), min(b.zipAt, 0)
}

// still says that there is nothing to hear of it, nor will be at the next turn.
func (b *bell) still() bool {
	gain, still := b.gain.Still()
	return still && gain == 0 && b.zipAt < 0 && !b.ringing.Load() && b.zips.Load() == 0
}

// next gives the next 20 ms, nil when there is nothing to hear.
func (b *bell) next() *audio.Frame {
	on := b.ringing.Load()
	if on {
		b.gain.To(1, audio.FrameSamples)
	} else {
		b.gain.To(0, audio.FrameSamples)
	}
	if b.zips.Swap(0) > 0 {
		b.zipAt = 0
	}
	gain, still := b.gain.Still()
	if still && gain == 0 && b.zipAt < 0 {
		b.at = 0
		return nil
	}
	for i := range b.frame {
		b.frame[i] = int16(ringSample(b.at))
		b.at = (b.at + 1) % ringPeriod
	}
	b.gain.Apply(b.frame[:])
	b.addZip()
	return &b.frame
}

func (b *bell) addZip() {
	for i := range b.frame {
		if b.zipAt < 0 || b.zipAt >= zipLength {
			b.zipAt = -1
			return
		}
		b.frame[i] = int16(max(-32768, min(32767, float64(b.frame[i])+zipSample(b.zipAt))))
		b.zipAt++
	}
}

// ringSample is two pairs of soft strokes a period, a fifth apart: 523 and 784 Hz.
func ringSample(at int) float64 {
	const stroke = audio.Rate / 5
	beat := at / stroke
	if beat >= 6 || beat == 2 || beat == 5 {
		return 0
	}
	hz := 523.25
	if beat == 1 || beat == 4 {
		hz = 783.99
	}
	t := float64(at%stroke) / audio.Rate
	return ringLevel * edges(at%stroke, stroke) * math.Exp(-6*t) *
		(math.Sin(2*math.Pi*hz*t) + 0.3*math.Sin(4*math.Pi*hz*t)) / 1.3
}

// zipSample is two short beeps of 1 kHz.
func zipSample(at int) float64 {
	const beep = audio.Rate * 3 / 20
	if at/beep == 1 {
		return 0
	}
	return zipLevel * edges(at%beep, beep) * math.Sin(2*math.Pi*1000*float64(at)/audio.Rate)
}

// edges fades the first and the last 20 ms of a tone of n samples.
func edges(at, n int) float64 {
	return min(1, float64(min(at, n-at))/audio.FrameSamples)
}
