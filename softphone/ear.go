package softphone

import (
	"sync"
	"time"

	"cordboard/audio"
	"cordboard/audio/codec"
	"cordboard/audio/jitter"
)

// earPath makes the ear's frames of the packets of the line. Everything is brought to 16 kHz first, so that
// concealment and switches between codecs are at home in one place.
type earPath struct {
	mu      sync.Mutex // the clock waits for the device, which never finds it locked but when one takes over from the other
	asked   time.Time  // when the device last pulled a frame
	jitter  *jitter.Buffer
	g722    *codec.G722Decoder
	widen   *codec.Resampler // 8 to 16 kHz
	up      *codec.Resampler // 16 to 48 kHz
	conceal *codec.Concealer
	limiter *codec.Limiter
	narrow  [160]int16
	wide    [320]int16
	other   [320]int16
	out     audio.Frame
	pt      uint8
	begun   bool   // something has been played
	dry     uint64 // underruns of the device so far
	spare   spare
}

func (e *earPath) init() {
	e.jitter = jitter.New(jitter.Config{ClockRate: 8000, Min: 20 * time.Millisecond, Max: 240 * time.Millisecond})
	e.g722 = codec.NewG722Decoder()
	e.widen = codec.NewResampler(8000, 16000)
	e.up = codec.NewResampler(16000, audio.Rate)
	e.conceal = codec.NewConcealer(16000)
	e.limiter = codec.NewLimiter(audio.Rate)
	e.pt = ptG722
}

// next makes 20 ms for the ear in out. When nobody hears it, it is made only of sound: false is for silence.
func (e *earPath) next(now time.Time, unheard bool) (sounds bool) {
	p, kind := e.jitter.Next(now)
	if unheard && (kind != jitter.Play || p.PT == ptCN && !p.Skip) {
		e.begun = false
		return false
	}
	skipped := false
	for kind == jitter.Play && p.Skip { // what is heard goes on from the first of these
		to := &e.other
		if skipped {
			to = &e.wide
		}
		e.play(p, to[:])
		skipped = true
		p, kind = e.jitter.Next(now)
	}
	if kind == jitter.Play && p.PT != ptCN {
		e.play(p, e.wide[:])
	} else if e.begun {
		// Lost, a silence of the sender, or nothing comes any more: what was heard fades into a breath of noise.
		e.conceal.Conceal(e.wide[:])
	}
	if skipped {
		codec.Splice(e.wide[:], e.other[:])
	}
	e.jitter.Quiet(codec.Power(e.wide[:]) < 100*100)
	e.up.Process(e.out[:], e.wide[:])
	return true
}

// play decodes a packet into 20 ms at 16 kHz. What a short one lacks is made up.
func (e *earPath) play(p jitter.Packet, dst []int16) {
	n := 0
	payload := p.Payload[:min(len(p.Payload), codec.FrameBytes)]
	switch p.PT {
	case ptG722:
		e.g722.Decode(dst, payload)
		n = 2 * len(payload)
	case ptPCMU:
		codec.DecodeULaw(e.narrow[:], payload)
		n = e.widen.Process(dst, e.narrow[:len(payload)])
	case ptPCMA:
		codec.DecodeALaw(e.narrow[:], payload)
		n = e.widen.Process(dst, e.narrow[:len(payload)])
	}
	// The marker tells of another source under the same codec; a switch in G.722 is bridged by the server already.
	if e.begun && (p.PT != e.pt || p.Marker && p.PT != ptG722) {
		e.conceal.Join(dst[:n])
	} else {
		e.conceal.Good(dst[:n])
	}
	e.pt, e.begun = p.PT, true
	if n < len(dst) {
		e.conceal.Conceal(dst[n:])
	}
}
