package codec

// band is the adaptive half of G.722 that encoder and decoder share: the predictor and the scale factor of
// one sub-band. Both ends run it on the same codes, which is why an encoder can go on from a decoder's state.
type band struct {
	s, sz int    // predictor output, and the part of its zeros
	r     int    // reconstructed signal, the last
	p     [2]int // partial reconstruction, last two
	a     [2]int // poles
	d     [6]int // quantised differences, last six, doubled
	b     [6]int // zeros
	nb    int    // logarithmic scale factor
	det   int    // linear scale factor
}

func newLower() band  { return band{det: 32} }
func newHigher() band { return band{det: 8} }

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
// (blocks RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, DELAYA, FILTEP, FILTEZ and PREDIC). It runs 16,000 times a second of
// sound in each direction, so the delay lines are moved while they are read.
func (b *band) predict(d int) {
	r := saturate(b.s + d)
	b.adaptPoles(saturate(b.sz + d))
	sp := saturate(b.a[0]*saturate(2*r)>>15 + b.a[1]*saturate(2*b.r)>>15)
	b.r = r
	b.adaptZeros(d)
	b.s = saturate(sp + b.sz)
}

// adaptPoles takes the partial reconstruction of this sample.
func (b *band) adaptPoles(p int) {
	// All ones where the signs differ, else zero.
	before, earlier := (p^b.p[0])>>63, (p^b.p[1])>>63
	b.p[1], b.p[0] = b.p[0], p

	step := saturate(b.a[0] << 2)
	step = min((step^^before)-^before, 32767) >> 7 // towards the other sign where they agree
	second := step + b.a[1]*32512>>15 + (128 ^ earlier - earlier)
	second = min(max(second, -12288), 12288)
	first := b.a[0]*32640>>15 + (192 ^ before - before)
	limit := 15360 - second
	b.a[0], b.a[1] = min(max(first, -limit), limit), second
}

// adaptZeros moves each zero towards the difference that it predicts from, and gives the zeros' part of the next
// prediction. None can leave 16 bits: the leak takes more from a large one than a step adds.
func (b *band) adaptZeros(d int) {
	step := 128
	if d == 0 {
		step = 0
	}
	// Written out: a loop, or arrays assigned whole, take twice the time.
	newer, sum := saturate(2*d), 0
	older := b.d[0]
	b.b[0] = leak(b.b[0], step, older^d)
	sum += b.b[0] * newer >> 15
	b.d[0], newer, older = newer, older, b.d[1]
	b.b[1] = leak(b.b[1], step, older^d)
	sum += b.b[1] * newer >> 15
	b.d[1], newer, older = newer, older, b.d[2]
	b.b[2] = leak(b.b[2], step, older^d)
	sum += b.b[2] * newer >> 15
	b.d[2], newer, older = newer, older, b.d[3]
	b.b[3] = leak(b.b[3], step, older^d)
	sum += b.b[3] * newer >> 15
	b.d[3], newer, older = newer, older, b.d[4]
	b.b[4] = leak(b.b[4], step, older^d)
	sum += b.b[4] * newer >> 15
	b.d[4], newer, older = newer, older, b.d[5]
	b.b[5] = leak(b.b[5], step, older^d)
	sum += b.b[5] * newer >> 15
	b.d[5] = newer
	b.sz = saturate(sum)
}

// leak takes 1/256 from a zero and adds a step, or takes it away where signs, an exclusive or, says that they differ.
func leak(zero, step, signs int) int {
	against := signs >> 63
	return zero*32640>>15 + (step ^ against - against)
}
