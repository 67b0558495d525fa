package codec

// G722Encoder compresses 16 kHz samples to ITU-T G.722 at 64 kbit/s (mode 1), one byte for two samples.
// The zero value is not ready; use NewG722Encoder, or the state of a decoder.
type G722Encoder struct {
	low, high band
	x         [24]int // input of the transmit QMF, oldest first
}

// NewG722Encoder makes an encoder in the reset state.
func NewG722Encoder() *G722Encoder {
	return &G722Encoder{low: newLower(), high: newHigher()}
}

// Encode compresses pcm16k, an even number of 16 kHz samples, into dst, which must hold half as many bytes.
func (e *G722Encoder) Encode(dst []byte, pcm16k []int16) {
	dst = dst[:len(pcm16k)/2]
	for i := range dst {
		low, high := e.split(int(pcm16k[2*i]), int(pcm16k[2*i+1]))
		dst[i] = e.encodeLower(low) | e.encodeHigher(high)<<6
	}
}

// split is the transmit quadrature mirror filter: two samples in, one of each sub-band out, at half amplitude.
func (e *G722Encoder) split(first, second int) (low, high int) {
	copy(e.x[:22], e.x[2:])
	e.x[22], e.x[23] = first, second
	var even, odd int
	for i := 0; i < 24; i += 2 {
		odd += e.x[i] * qmfTaps[i]
		even += e.x[i+1] * qmfTaps[i+1]
	}
	return (even + odd) >> 14, (even - odd) >> 14
}

func (e *G722Encoder) encodeLower(x int) byte {
	b := &e.low
	diff := saturate(x - b.s)
	size := diff
	if diff < 0 {
		size = -diff - 1
	}
	i := 1
	for i < len(q6) && size >= q6[i]*b.det>>12 {
		i++
	}
	code := codePositive[i]
	if diff < 0 {
		code = codeNegative[i]
	}
	short := int(code >> 2)
	d := b.det * qm4[short] >> 15
	b.scaleLower(short)
	b.predict(d)
	return code
}

func (e *G722Encoder) encodeHigher(x int) byte {
	b := &e.high
	diff := saturate(x - b.s)
	code, size := 3, diff
	if diff < 0 {
		code, size = 1, -diff-1
	}
	if size >= 564*b.det>>12 {
		code--
	}
	d := b.det * qm2[code] >> 15
	b.scaleHigher(code)
	b.predict(d)
	return byte(code)
}

// G722Decoder expands ITU-T G.722 at 64 kbit/s to 16 kHz samples.
// The zero value is not ready; use NewG722Decoder.
type G722Decoder struct {
	low, high band
	x         [24]int // receive QMF, oldest first: difference and sum of the sub-bands by turns
}

// NewG722Decoder makes a decoder in the reset state.
func NewG722Decoder() *G722Decoder {
	return &G722Decoder{low: newLower(), high: newHigher()}
}

// Decode expands src into pcm16k, which must hold two samples a byte.
func (d *G722Decoder) Decode(pcm16k []int16, src []byte) {
	pcm16k = pcm16k[:2*len(src)]
	for i, c := range src {
		low := d.decodeLower(int(c & 63))
		high := d.decodeHigher(int(c >> 6))
		first, second := d.join(low, high)
		pcm16k[2*i], pcm16k[2*i+1] = int16(first), int16(second)
	}
}

func (d *G722Decoder) decodeLower(code int) int {
	b := &d.low
	out := limit15(b.s + b.det*qm6[code]>>15)
	short := code >> 2
	diff := b.det * qm4[short] >> 15
	b.scaleLower(short)
	b.predict(diff)
	return out
}

func (d *G722Decoder) decodeHigher(code int) int {
	b := &d.high
	diff := b.det * qm2[code] >> 15
	out := limit15(b.s + diff)
	b.scaleHigher(code)
	b.predict(diff)
	return out
}

// Skip moves the decoder on as Decode would, without making the sound; the filter that joins the sub-bands keeps
// what the last bytes left in it.
func (d *G722Decoder) Skip(src []byte) {
	for i, c := range src {
		low, high := d.decodeLower(int(c&63)), d.decodeHigher(int(c>>6))
		if i >= len(src)-len(d.x)/2 {
			copy(d.x[:22], d.x[2:])
			d.x[22], d.x[23] = low+high, low-high
		}
	}
}

// join is the receive quadrature mirror filter.
func (d *G722Decoder) join(low, high int) (first, second int) {
	copy(d.x[:22], d.x[2:])
	d.x[22], d.x[23] = low+high, low-high
	for i := 0; i < 24; i += 2 {
		second += d.x[i] * qmfTaps[i]
		first += d.x[i+1] * qmfTaps[i+1]
	}
	return saturate(first >> 11), saturate(second >> 11)
}

func limit15(v int) int { return min(max(v, -16384), 16383) }

// EncoderState gives an encoder that goes on where this decoder stands: what it makes next is right for a
// receiver that has decoded the same bytes. Splicing two G.722 streams without it is up to 30 dB too loud.
func (d *G722Decoder) EncoderState() G722Encoder {
	return G722Encoder{low: d.low, high: d.high}
}

// DecoderState gives a decoder that has heard all that this encoder made, but for the filter that joins the sub-bands.
func (e *G722Encoder) DecoderState() G722Decoder {
	return G722Decoder{low: e.low, high: e.high}
}
