package lab

import "github.com/pion/rtp"

// agentTape decodes what an agent hears onto a recording.
type agentTape struct {
	to    *Recording
	rx    rtpReceiver
	stats SBCMediaStats
}

func newAgentTape(to *Recording) *agentTape {
	t := &agentTape{to: to}
	t.rx.begin()
	return t
}

func (t *agentTape) take(p *rtp.Packet) {
	pcm := t.rx.decode(p)
	if pcm == nil {
		return
	}
	if gap, fits := t.rx.follow(&t.stats, p); fits {
		t.rx.pt = p.PayloadType
		t.to.add(gap, pcm)
	}
}
