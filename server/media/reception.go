package media

import "time"

// reception counts one incoming stream as RFC 3550 A.1, A.3 and A.8 do.
type reception struct {
	begun     bool
	ssrc      uint32
	first     uint32 // extended number of the first packet
	high      uint32 // extended number of the highest
	window    uint64 // bit n: number high-n has come
	got       uint64 // of this stream
	doubled   uint64
	before    struct{ expected, got uint64 } // of earlier streams of the leg
	bytes     uint64
	jitter    float64 // units of the clock
	transit   int32
	last      time.Time
	lastEvent bool
	reported  struct{ expected, got uint64 } // at our last report block
}

// arrived counts a packet. fresh: it is newer than all before; restart: a new stream begins with it.
func (r *reception) arrived(h header, size int, now time.Time, event bool) (fresh, restart bool) {
	step := int16(h.seq - uint16(r.high))
	switch {
	case !r.begun || r.ssrc != h.ssrc || step > 3000 || step < -300:
		restart = r.begun
		r.begin(h)
		fresh = true
	case step > 0:
		r.high += uint32(step)
		r.window = r.window<<uint(step) | 1
		fresh = true
	case -step < 64 && r.window>>uint(-step)&1 == 0:
		r.window |= 1 << uint(-step)
	default:
		r.doubled++
		return false, false
	}
	r.got++
	r.bytes += uint64(size)
	r.measure(h, now, event, restart)
	r.last = now
	return fresh, restart
}

func (r *reception) begin(h header) {
	if r.begun {
		r.before.expected += uint64(r.high - r.first + 1)
		r.before.got += r.got
		r.reported.expected, r.reported.got = r.total()
	}
	r.begun, r.ssrc, r.got = true, h.ssrc, 0
	r.first = uint32(h.seq) | 1<<16
	r.high = r.first
	r.window = 1
	r.transit = 0
}

// measure is RFC 3550 A.8. Event packets share one timestamp, so they say nothing.
func (r *reception) measure(h header, now time.Time, event, restart bool) {
	if event {
		r.lastEvent = true
		return
	}
	transit := int32(uint32(now.UnixMicro()*clockRate/1e6) - h.ts)
	if r.got > 1 && !restart && !h.marker && !r.lastEvent {
		d := transit - r.transit
		if d < 0 {
			d = -d
		}
		if d < clockRate {
			r.jitter += (float64(d) - r.jitter) / 16
		}
	}
	r.transit, r.lastEvent = transit, false
}

// total gives packets expected and come, over all streams of the leg.
func (r *reception) total() (expected, got uint64) {
	if r.begun {
		expected = uint64(r.high - r.first + 1)
	}
	return r.before.expected + expected, r.before.got + r.got
}

// lost is how many never came.
func (r *reception) lost() uint64 {
	expected, got := r.total()
	return expected - min(got, expected)
}

func (r *reception) jitterTime() time.Duration {
	return time.Duration(r.jitter * float64(time.Second) / clockRate)
}

// since gives what was expected and lost since the last call, and goes on from here.
func (r *reception) sinceReport() (expected, lost uint64) {
	e, g := r.total()
	expected = e - r.reported.expected
	got := g - r.reported.got
	r.reported.expected, r.reported.got = e, g
	return expected, expected - min(got, expected)
}
