package lab

import (
	"slices"
	"sync"
	"time"

	"cordboard/audio/codec"
)

// agentClock sends for all agents: one ticker, and payloads that were encoded once, so that 200 agents cost little more than their packets.
type agentClock struct {
	speech, silence map[uint8][][]byte // by payload type, 20 ms each

	mu    sync.Mutex
	lines [agentTurns][]*agentLine
}

// agentTurns spreads the agents over the 20 ms.
const agentTurns = 4

func newAgentClock(say Speech) *agentClock {
	c := &agentClock{speech: map[uint8][][]byte{}, silence: map[uint8][][]byte{}}
	for _, k := range []SBCCodec{SBCG722, SBCPCMU, SBCPCMA} {
		pt := sbcPayload[k]
		c.speech[pt] = encodeFrames(k, say.PCM(k.rate()), 0)
		c.silence[pt] = encodeFrames(k, make([]int16, k.rate()), 49)
	}
	return c
}

// encodeFrames cuts into frames of 20 ms and encodes them, without the first skip.
func encodeFrames(k SBCCodec, pcm []int16, skip int) [][]byte {
	var s rtpSender
	s.begin()
	n := k.rate() / 50
	var out [][]byte
	for i := 0; i+n <= len(pcm); i += n {
		out = append(out, s.packet(k, pcm[i:i+n]).Payload)
	}
	return out[skip:]
}

func (c *agentClock) run(ended <-chan struct{}) {
	turn := 0
	keepPace(20*time.Millisecond/agentTurns, ended, func() {
		c.mu.Lock()
		lines := c.lines[turn]
		c.mu.Unlock()
		for _, l := range lines {
			l.send(c)
		}
		turn = (turn + 1) % agentTurns
	})
}

// add and remove replace the slice, which run reads without the lock.
func (c *agentClock) add(l *agentLine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	turn := 0
	for i := range c.lines {
		if len(c.lines[i]) < len(c.lines[turn]) {
			turn = i
		}
	}
	c.lines[turn] = append(slices.Clone(c.lines[turn]), l)
}

func (c *agentClock) remove(l *agentLine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.lines {
		if k := slices.Index(c.lines[i], l); k >= 0 {
			c.lines[i] = slices.Delete(slices.Clone(c.lines[i]), k, k+1)
		}
	}
}

// voiced reports whether a packet carries sound; the decoder is for one call, and used only until something is heard.
type voiceDetector struct{ g722 *codec.G722Decoder }

func (v *voiceDetector) voiced(pt uint8, payload []byte) bool {
	n := min(len(payload), 320)
	pcm := make([]int16, 2*n)
	switch pt {
	case 9:
		if v.g722 == nil {
			v.g722 = codec.NewG722Decoder()
		}
		v.g722.Decode(pcm, payload[:n])
	case 0:
		pcm = pcm[:n]
		codec.DecodeULaw(pcm, payload[:n])
	case 8:
		pcm = pcm[:n]
		codec.DecodeALaw(pcm, payload[:n])
	default:
		return false
	}
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return sum > quiet*quiet*float64(len(pcm))
}
