package softphone

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/session/wire"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

const (
	reportEvery = 2 * time.Second
	lookBack    = 5 // reports over which loss is counted: 10 s
)

// reports is the RTCP of a connection (RFC 3550 §6.4) and what follows from it.
type reports struct {
	remote atomic.Uint32 // SSRC of the peer; 0: not yet heard

	mu       sync.Mutex
	last     time.Time
	top      uint32 // highest sequence number with its cycles
	first    uint32
	begun    bool
	received uint32
	past     [lookBack]counted
	n        int
	lastSR   uint32 // middle of the NTP time of the peer's last sender report
	lastSRAt time.Time
	rtt      time.Duration
}

// counted is where the counters stood at a report.
type counted struct{ expected, received uint32 }

func (r *reports) arrived(seq uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received++
	if !r.begun {
		r.begun, r.first, r.top = true, uint32(seq), uint32(seq)
		return
	}
	if d := int16(seq - uint16(r.top)); d > 0 {
		r.top += uint32(d)
	}
}

// report sends our sender and receiver report when they are due, and renews the quality that the person sees.
func (c *connection) report(now time.Time) {
	r := &c.reports
	r.mu.Lock()
	if now.Sub(r.last) < reportEvery || r.remote.Load() == 0 {
		r.mu.Unlock()
		return
	}
	r.last = now
	block, loss := r.block(now, c.line.voice.stats().Jitter)
	rtt := r.rtt
	r.mu.Unlock()

	ssrc, ts, packets, octets := c.track.state()
	c.pc.WriteRTCP([]rtcp.Packet{&rtcp.SenderReport{
		SSRC: ssrc, NTPTime: ntp(now), RTPTime: ts, PacketCount: packets, OctetCount: octets, Reports: []rtcp.ReceptionReport{block},
	}})
	s := c.line.voice.stats()
	delay := rtt/2 + s.Delay + 20*time.Millisecond
	q := wire.Quality{
		Loss: loss, Jitter: milliseconds(s.Jitter), Delay: milliseconds(delay),
		MOS: mos(loss, delay+deviceDelay),
	}
	q.Worst = worst(c.line.known.Load(), q.MOS)
	c.line.known.Store(&q)
}

// worst is the lowest score of the line so far.
func worst(was *wire.Quality, mos float64) float64 {
	if was != nil && was.Worst > 0 {
		return min(was.Worst, mos)
	}
	return mos
}

// block makes the reception report; loss is in per cent over the last ten seconds.
func (r *reports) block(now time.Time, jitter time.Duration) (rtcp.ReceptionReport, float64) {
	at := counted{r.top - r.first + 1, r.received}
	before := r.past[(r.n+lookBack-1)%lookBack]
	oldest := r.past[r.n%lookBack]
	r.past[r.n%lookBack] = at
	r.n++
	b := rtcp.ReceptionReport{
		SSRC: r.remote.Load(), LastSequenceNumber: r.top, FractionLost: uint8(255 * lostShare(before, at)),
		TotalLost: uint32(min(max(int64(at.expected)-int64(at.received), 0), 1<<23-1)),
		Jitter:    uint32(jitter * 8000 / time.Second), LastSenderReport: r.lastSR,
	}
	if r.lastSR != 0 {
		b.Delay = uint32(now.Sub(r.lastSRAt) * 65536 / time.Second)
	}
	return b, 100 * lostShare(oldest, at)
}

func lostShare(from, to counted) float64 {
	expected := float64(to.expected) - float64(from.expected)
	lost := expected - (float64(to.received) - float64(from.received))
	if expected <= 0 || lost <= 0 {
		return 0
	}
	return min(lost/expected, 1)
}

// readReports reads the peer's RTCP until the connection ends.
func (c *connection) readReports(read func([]byte) (int, interceptor.Attributes, error)) {
	buf := make([]byte, 1500)
	for {
		n, _, err := read(buf)
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buf[:n])
		if err != nil {
			continue
		}
		now := c.line.now()
		for _, p := range packets {
			switch p := p.(type) {
			case *rtcp.SenderReport:
				c.reports.reported(p.NTPTime, p.Reports, now)
			case *rtcp.ReceiverReport:
				c.reports.reported(0, p.Reports, now)
			}
		}
	}
}

func (r *reports) reported(sent uint64, blocks []rtcp.ReceptionReport, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if sent != 0 {
		r.lastSR, r.lastSRAt = uint32(sent>>16), now
	}
	for _, b := range blocks {
		if b.LastSenderReport == 0 {
			continue
		}
		// RFC 3550 §6.4.1: round trip = arrival − LSR − DLSR, in units of 1/65536 s.
		units := int32(uint32(ntp(now)>>16) - b.LastSenderReport - b.Delay)
		if units >= 0 && units < 10*65536 {
			r.rtt = time.Duration(units) * time.Second / 65536
		}
	}
}

// ntp is the 64-bit time of RFC 3550 §4.
func ntp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/1e9
}

func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Millisecond)*10) / 10
}

const deviceDelay = 40 * time.Millisecond // sound card, guessed

// mos estimates the mean opinion score by the E-model (ITU-T G.107 §7, defaults; G.711 with concealment:
// Ie 0, Bpl 25.1 by G.113 Appendix I) from loss in per cent and one-way delay.
func mos(loss float64, delay time.Duration) float64 {
	d := float64(delay) / float64(time.Millisecond)
	id := 0.024 * d
	if d > 177.3 {
		id += 0.11 * (d - 177.3)
	}
	r := 93.2 - id - 95*loss/(loss+25.1)
	r = min(max(r, 0), 100)
	v := 1 + 0.035*r + r*(r-60)*(100-r)*7e-6
	return math.Round(min(max(v, 1), 4.5)*100) / 100
}
