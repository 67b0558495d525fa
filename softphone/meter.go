package softphone

import (
	"math"
	"sync/atomic"

	"cordboard/audio/codec"
)

// meter measures both directions and notices a person who speaks into a muted microphone.
type meter struct {
	mic, ear peakMeter

	floor   float64 // power of the room
	talking int     // frames of voice in the recent past
	told    bool
	hold    atomic.Int32 // frames for which the warning still stands
	zeros   int          // frames in a row without any sound at all
}

// peakMeter keeps the largest peak since it was read, as bits of a float so that nobody waits.
type peakMeter struct{ bits atomic.Uint64 }

func (m *peakMeter) note(peak int) {
	v := math.Float64bits(float64(peak) / 32768)
	for {
		was := m.bits.Load()
		if v <= was || m.bits.CompareAndSwap(was, v) { // positive floats are ordered as their bits are
			return
		}
	}
}

func (m *peakMeter) read() float64 { return math.Float64frombits(m.bits.Swap(0)) }

const (
	voiceOver  = 8.0       // power above the room that is a voice: 9 dB
	voiceLeast = 300 * 300 // and no less than this (−41 dBFS)
	enough     = 20        // frames of voice within the last second that are speech
	warnFor    = 100       // frames that the warning stands after the last word
)

// listen takes a frame of the microphone, as it is before it is muted, and reports the moment at which somebody is
// found speaking into it although it is muted.
func (m *meter) listen(pcm []int16, muted bool) (began bool) {
	m.mic.note(codec.Peak(pcm))
	power := codec.Power(pcm)
	if power < m.floor || m.floor == 0 {
		m.floor = power
	} else {
		m.floor = min(m.floor*1.005+1, power)
	}
	if power > voiceLeast && power > m.floor*voiceOver {
		m.talking = min(m.talking+2, 2*enough+20)
	} else {
		m.talking = max(m.talking-1, 0)
	}
	if !muted {
		m.talking, m.told = 0, false
		m.hold.Store(0)
		return false
	}
	if m.talking >= 2*enough {
		m.hold.Store(warnFor)
		began, m.told = !m.told, true
		return began
	}
	if h := m.hold.Load(); h > 0 {
		m.hold.Store(h - 1)
	} else {
		m.told = false
	}
	return false
}

func (m *meter) speakingMuted() bool { return m.hold.Load() > 0 }

const (
	zeroPeak   = 2   // an open microphone's own noise is above that
	zeroFrames = 250 // 5 s
)

// fellSilent reports, once a silence, that the microphone gives nothing, not even noise: it is muted at the headset,
// or the wrong one.
func (m *meter) fellSilent(pcm []int16) bool {
	if codec.Peak(pcm) > zeroPeak {
		m.zeros = 0
		return false
	}
	m.zeros++
	return m.zeros == zeroFrames
}
