package media

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
)

const reportEvery = 5 * time.Second

// control is a leg's RTCP (RFC 3550 §6.4): reports both ways and what they say.
type control struct {
	mu         sync.Mutex
	ssrc       uint32 // of our stream
	theirs     uint32 // middle of the NTP time in the party's last sender report
	theirsAt   time.Time
	rtt        time.Duration
	loss       float64 // percent of what we sent, over the party's last interval
	jitter     time.Duration
	toldAt     time.Time // last report about our stream
	next       time.Time
	packetsWas uint64 // at our last report
}

func (c *control) stats(s *Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.RTT, s.SentLossPercent, s.SentJitter = c.rtt, c.loss, c.jitter
}

func (c *control) identify(ssrc uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ssrc = ssrc
}

// received reads a compound packet; what it does not understand it passes over. It reports whether it was RTCP.
func (c *control) received(b []byte, now time.Time) bool {
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			c.theirs, c.theirsAt = uint32(p.NTPTime>>16), now
			c.about(p.Reports, now)
		case *rtcp.ReceiverReport:
			c.about(p.Reports, now)
		}
	}
	return true
}

func (c *control) about(reports []rtcp.ReceptionReport, now time.Time) {
	for _, r := range reports {
		if r.SSRC != c.ssrc {
			continue
		}
		c.loss = float64(r.FractionLost) * 100 / 256
		c.jitter = time.Duration(r.Jitter) * time.Second / clockRate
		c.toldAt = now
		if r.LastSenderReport == 0 {
			continue
		}
		if trip := int32(uint32(ntp(now)>>16) - r.LastSenderReport - r.Delay); trip >= 0 && trip < 10<<16 {
			c.rtt = time.Duration(trip) * time.Second >> 16
		}
	}
}

// due makes the leg's report when it is time for one: a sender report when something was sent since the last.
func (c *core) due(now time.Time) []byte {
	t := &c.control
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Before(t.next) {
		return nil
	}
	t.next = now.Add(reportEvery)
	blocks := c.blocks(now)
	packets, bytes, last, ts, _ := c.out.counts()
	var report rtcp.Packet = &rtcp.ReceiverReport{SSRC: t.ssrc, Reports: blocks}
	if packets > t.packetsWas {
		ts += uint32(now.Sub(last) * clockRate / time.Second)
		report = &rtcp.SenderReport{
			SSRC: t.ssrc, NTPTime: ntp(now), RTPTime: ts, PacketCount: uint32(packets), OctetCount: uint32(bytes), Reports: blocks,
		}
	}
	t.packetsWas = packets
	b, err := rtcp.Marshal([]rtcp.Packet{report, rtcp.NewCNAMESourceDescription(t.ssrc, c.plane.cname)})
	if err != nil {
		return nil
	}
	return b
}

// blocks says how the party's stream arrives.
func (c *core) blocks(now time.Time) []rtcp.ReceptionReport {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	r := &c.in.rx
	if !r.begun {
		return nil
	}
	expected, lost := r.sinceReport()
	b := rtcp.ReceptionReport{SSRC: r.ssrc, TotalLost: uint32(min(r.lost(), 1<<23-1)), LastSequenceNumber: r.high - 1<<16, Jitter: uint32(r.jitter)}
	if expected > 0 {
		b.FractionLost = uint8(min(lost*256/expected, 255))
	}
	if t := &c.control; !t.theirsAt.IsZero() {
		b.LastSenderReport = t.theirs
		b.Delay = uint32(now.Sub(t.theirsAt) * 65536 / time.Second)
	}
	return []rtcp.ReceptionReport{b}
}

// ntp is now as seconds since 1900 in 32.32 bits.
func ntp(now time.Time) uint64 {
	const from1900 = 2208988800
	ns := uint64(now.UnixNano())
	return (ns/1e9+from1900)<<32 | (ns%1e9)<<32/1e9
}
