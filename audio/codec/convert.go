package codec

import "math"

// Convert changes the rate of a whole recording, from any rate to any other, by windowed-sinc interpolation of
// 48 taps. It is for files; streams use a Resampler.
func Convert(in []int16, from, to int) []int16 {
	if from == to || len(in) == 0 {
		return append([]int16(nil), in...)
	}
	const half, steps, beta = 24, 512, 7.0
	width := max(1, float64(from)/float64(to)) // input samples a tap is apart when the rate falls
	table := make([]float64, half*steps+2)
	for i := range table {
		x := float64(i) / steps
		w := min(x/half, 1)
		table[i] = sinc(x*0.95) * 0.95 * bessel(beta*math.Sqrt(1-w*w)) / bessel(beta)
	}
	out := make([]int16, int(int64(len(in))*int64(to)/int64(from)))
	for i := range out {
		at := float64(i) * float64(from) / float64(to)
		first, last := int(math.Ceil(at-half*width)), int(math.Floor(at+half*width))
		sum := 0.0
		for k := max(first, 0); k <= min(last, len(in)-1); k++ {
			x := math.Abs(float64(k)-at) / width * steps
			n := int(x)
			if n > half*steps {
				continue
			}
			tap := table[n] + (table[n+1]-table[n])*(x-float64(n))
			sum += tap * float64(in[k])
		}
		out[i] = round(float32(sum / width))
	}
	return out
}
