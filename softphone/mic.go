package softphone

import (
	"sync/atomic"

	"cordboard/audio"
	"cordboard/audio/codec"
)

// micPath makes payloads of the microphone's frames.
type micPath struct {
	frame   audio.Frame
	wakes   bool // the device tells when it has a frame
	stood   int  // turns without a frame
	filled  bool // silence was sent in its place
	spare   spare
	follow  atomic.Uint32 // payload type that came last: the answer is in kind
	pt      uint8
	gain    codec.Ramp
	rumble  highPass
	down    *codec.Resampler
	g722    *codec.G722Encoder
	narrow  [320]int16
	payload [codec.FrameBytes]byte
}

func (m *micPath) init() {
	m.follow.Store(ptG722)
	m.pt = ptG722
	m.gain = codec.NewRamp(1)
	m.down = codec.NewResampler(audio.Rate, 16000)
	m.g722 = codec.NewG722Encoder()
}

// encode turns frame into payload. A muted microphone is silent before it is encoded: nothing of it leaves.
func (m *micPath) encode(muted bool) {
	if pt := uint8(m.follow.Load()); pt != m.pt {
		m.pt = pt
		m.down = codec.NewResampler(audio.Rate, rateOf(pt))
	}
	if muted {
		m.gain.To(0, audio.Rate/200)
	} else {
		m.gain.To(1, audio.Rate/100)
	}
	m.rumble.apply(m.frame[:])
	m.gain.Apply(m.frame[:])
	n := m.down.Process(m.narrow[:], m.frame[:])
	switch m.pt {
	case ptPCMU:
		codec.EncodeULaw(m.payload[:], m.narrow[:n])
	case ptPCMA:
		codec.EncodeALaw(m.payload[:], m.narrow[:n])
	default:
		m.g722.Encode(m.payload[:], m.narrow[:n])
	}
}

func rateOf(pt uint8) int {
	if pt == ptG722 {
		return 16000
	}
	return 8000
}

// highPass takes rumble and breath below 100 Hz out of the microphone: a Butterworth filter of the second order at
// 48 kHz (bilinear transform).
type highPass struct{ x1, x2, y1, y2 float64 }

func (h *highPass) apply(pcm []int16) {
	const (
		w  = 0.006545 // tan(π·100/48000)
		q  = 1.414213562
		n  = 1 / (1 + q*w + w*w)
		a1 = 2 * (w*w - 1) * n
		a2 = (1 - q*w + w*w) * n
	)
	for i, s := range pcm {
		x := float64(s)
		y := n*(x-2*h.x1+h.x2) - a1*h.y1 - a2*h.y2
		h.x2, h.x1, h.y2, h.y1 = h.x1, x, h.y1, y
		if y >= 0 {
			pcm[i] = int16(min(y+0.5, 32767))
		} else {
			pcm[i] = int16(max(y-0.5, -32768))
		}
	}
}
