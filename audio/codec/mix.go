package codec

// Mix adds the sources into dst, sample by sample, saturating. dst is overwritten; sources shorter than dst
// count as silent at their end. dst may be one of the sources.
func Mix(dst []int16, srcs ...[]int16) {
	for i := range dst {
		sum := 0
		for _, s := range srcs {
			if i < len(s) {
				sum += int(s[i])
			}
		}
		dst[i] = int16(saturate(sum))
	}
}

// Ramp is a gain that moves to a new value in a straight line, so that no switch clicks.
// The zero value has gain 0; NewRamp starts anywhere.
type Ramp struct {
	gain, target float32
	step         float32
	left         int
}

// NewRamp makes a ramp that stands at gain.
func NewRamp(gain float64) Ramp {
	return Ramp{gain: float32(gain), target: float32(gain)}
}

// To moves the gain to target within the given number of samples, from wherever it stands now.
func (r *Ramp) To(target float64, samples int) {
	if float32(target) == r.target {
		return
	}
	r.target = float32(target)
	r.left = max(samples, 1)
	r.step = (r.target - r.gain) / float32(r.left)
}

// Still reports whether the gain stands, and where.
func (r *Ramp) Still() (gain float64, still bool) { return float64(r.gain), r.left == 0 }

// Apply scales pcm in place.
func (r *Ramp) Apply(pcm []int16) {
	i := 0
	for ; i < len(pcm) && r.left > 0; i++ {
		r.gain += r.step
		if r.left--; r.left == 0 {
			r.gain = r.target
		}
		pcm[i] = round(float32(pcm[i]) * r.gain)
	}
	if r.gain == 1 {
		return
	}
	if r.gain == 0 {
		clear(pcm[i:])
		return
	}
	for ; i < len(pcm); i++ {
		pcm[i] = round(float32(pcm[i]) * r.gain)
	}
}

// Peak is the largest magnitude in pcm, 0 to 32768.
func Peak(pcm []int16) int {
	top := 0
	for _, s := range pcm {
		top = max(top, int(s), -int(s))
	}
	return top
}

// Power is the mean square of pcm; a full-scale sine has 2^29.
func Power(pcm []int16) float64 {
	if len(pcm) == 0 {
		return 0
	}
	sum := 0
	for _, s := range pcm {
		sum += int(s) * int(s)
	}
	return float64(sum) / float64(len(pcm))
}
