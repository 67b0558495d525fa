package media

import (
	"math"
	"time"
)

// Impairment of a codec as ITU-T G.113 Appendix I has it: equipment factor and robustness against loss. For G.722
// there is none on the narrow-band scale; it counts as G.711, so its figure is an estimate from below.
const (
	equipment    = 0.0
	robustPlain  = 4.3  // G.711 without concealment
	robustHidden = 25.1 // with it
)

// Rating is the E-model's R (ITU-T G.107, 03/2005) of a way with the given loss in percent, one-way delay,
// equipment factor Ie and packet-loss robustness Bpl; losses are taken as random (BurstR 1). 93.2 is the best.
func Rating(loss float64, delay time.Duration, ie, bpl float64) float64 {
	return 93.2 - delayImpairment(delay) - (ie + (95-ie)*loss/(loss+bpl))
}

func delayImpairment(delay time.Duration) float64 {
	ms := float64(delay) / float64(time.Millisecond)
	if ms <= 100 {
		return 0
	}
	x := math.Log2(ms / 100)
	return 25 * (math.Pow(1+math.Pow(x, 6), 1./6) - 3*math.Pow(1+math.Pow(x/3, 6), 1./6) + 2)
}

// MOS is the mean opinion score that belongs to a rating (ITU-T G.107 Annex B): 1 to 4.5.
func MOS(r float64) float64 {
	switch {
	case r < 0:
		return 1
	case r > 100:
		return 4.5
	}
	return 1 + 0.035*r + 7e-6*r*(r-60)*(100-r)
}

// opinion rates one way over an interval.
func opinion(expected, lost uint64, jitter, rtt time.Duration) float64 {
	if expected == 0 {
		return 0
	}
	return MOS(Rating(100*float64(lost)/float64(expected), wayDelay(jitter, rtt), equipment, robustHidden))
}

// wayDelay is half the round trip, the buffer that such jitter needs, and one packet.
func wayDelay(jitter, rtt time.Duration) time.Duration {
	return rtt/2 + frameTime + max(frameTime, 3*jitter)
}
