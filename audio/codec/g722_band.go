package codec

// band is the adaptive half of G.722 that encoder and decoder share: the predictor and the scale factor of
// one sub-band. Both ends run it on the same codes, which is why an encoder can go on from a decoder's state.
type band struct {
	s, sz int    // predictor output, and the part of its zeros
	r     [2]int // reconstructed signal, last two
	p     [2]int // partial reconstruction, last two
	a     [2]int // poles
	d     [6]int // quantised differences, last six, doubled
	b     [6]int // zeros
	nb    int    // logarithmic scale factor
	det   int    // linear scale factor
}

func newLower() band  { return band{det: 32} }
func newHigher() band { return band{det: 8} }

func negative(v int) int {
	if v < 0 {
		return 1
	}
	return 0
}

// scaleLower adapts the quantiser of the lower band to a 4-bit code (blocks LOGSCL and SCALEL).
func (b *band) scaleLower(code int) {
	b.nb = min(max(b.nb*127>>7+wl[code], 0), 18432)
	b.det = linear(b.nb, 8)
}

// scaleHigher does the same for the 2-bit code of the higher band (blocks LOGSCH and SCALEH).
func (b *band) scaleHigher(code int) {
	b.nb = min(max(b.nb*127>>7+wh[code], 0), 22528)
	b.det = linear(b.nb, 10)
}

func linear(nb, point int) int {
	v := il[nb>>6&31]
	if shift := point - nb>>11; shift >= 0 {
		v >>= shift
	} else {
		v <<= -shift
	}
	return v << 2
}

// predict takes the quantised difference of this sample and prepares the prediction of the next
// (blocks RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, DELAYA, FILTEP, FILTEZ and PREDIC).
func (b *band) predict(d int) {
	r := saturate(b.s + d)
	p := saturate(b.sz + d)
	b.adaptPoles(p)
	b.adaptZeros(d)

	sp := saturate(b.a[0]*saturate(2*r)>>15 + b.a[1]*saturate(2*b.r[0])>>15)
	b.r[1], b.r[0] = b.r[0], r
	b.p[1], b.p[0] = b.p[0], p

	b.d = [6]int{saturate(2 * d), b.d[0], b.d[1], b.d[2], b.d[3], b.d[4]}
	b.sz = saturate(b.b[0]*b.d[0]>>15 + b.b[1]*b.d[1]>>15 + b.b[2]*b.d[2]>>15 + b.b[3]*b.d[3]>>15 + b.b[4]*b.d[4]>>15 + b.b[5]*b.d[5]>>15)
	b.s = saturate(sp + b.sz)
}

func (b *band) adaptPoles(p int) {
	now, before, earlier := negative(p), negative(b.p[0]), negative(b.p[1])
	step := saturate(b.a[0] << 2)
	if now == before {
		step = -step
	}
	second := min(step, 32767)>>7 + b.a[1]*32512>>15
	if now == earlier {
		second += 128
	} else {
		second -= 128
	}
	second = min(max(second, -12288), 12288)

	first := b.a[0] * 32640 >> 15
	if now == before {
		first += 192
	} else {
		first -= 192
	}
	limit := saturate(15360 - second)
	b.a = [2]int{min(max(saturate(first), -limit), limit), second}
}

// adaptZeros moves each zero towards the difference that it predicts from. None can leave 16 bits: the leak takes
// more from a large one than a step adds.
func (b *band) adaptZeros(d int) {
	step := 128
	if d == 0 {
		step = 0
	}
	for i, v := range b.d {
		against := (v ^ d) >> 63 // −1 where the signs differ
		b.b[i] = b.b[i]*32640>>15 + (step ^ against - against)
	}
}
