package softphone

import (
	"sync/atomic"
	"time"

	"cordboard/audio"
	"cordboard/audio/codec"
)

// hush is when the line carries signs of life only: nobody is there to listen most of the day, and fifty packets a
// second of every agent's silence would keep the server busy. It ends with the first frame after a ring, a call or a
// voice.
type hush struct {
	told   atomic.Bool  // somebody says whether the agent is busy
	busy   atomic.Bool  // with a call or an offer
	voice  atomic.Int64 // when voice last came, Unix nanoseconds
	agreed bool         // the server takes comfort noise; of the clock alone, as are:
	on     bool
	turns  int
}

const (
	hushAfter = 100 * time.Millisecond
	hushEvery = 20 // turns between two signs of life; a line counts as down after five of them
)

// comfort is a frame of comfort noise at −70 dBov (RFC 3389 §3).
var comfort = [1]byte{70}

// Busy says whether the agent has a call or an offer. Until it is said for the first time the phone sends at full
// rate; when there is neither, and nothing but silence comes, only signs of life.
func (p *Phone) Busy(on bool) {
	p.voice.hush.busy.Store(on)
	p.voice.hush.told.Store(true)
	if on {
		p.hasten()
	}
}

// due reports whether the line rests at this turn.
func (h *hush) due(now time.Time, ringing bool) bool {
	if last := h.voice.Load(); last == 0 {
		h.voice.CompareAndSwap(0, now.UnixNano())
	}
	return h.agreed && h.told.Load() && !h.busy.Load() && !ringing && now.Sub(time.Unix(0, h.voice.Load())) > hushAfter
}

// rest sends what a resting line sends in place of a frame.
func (v *voice) rest(send func(pt uint8, payload []byte)) {
	h := &v.hush
	h.on = true
	if h.turns++; h.turns%hushEvery == 1 {
		send(ptCN, comfort[:])
	} else {
		send(ptCN, nil)
	}
}

// wake lets the voice begin softly after a rest: the coder stands where it stopped, the microphone does not.
func (v *voice) wake() {
	if !v.hush.on {
		return
	}
	m := &v.mic
	v.hush.on, v.hush.turns = false, 0
	m.gain = codec.NewRamp(0)
	m.down = codec.NewResampler(audio.Rate, rateOf(m.pt))
}
