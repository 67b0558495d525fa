package codec

// G.711 with flat tables: µ-law has 14 significant bits of a sample and A-law 12 (with the sign), so the
// compression tables are indexed by the sample without the bits that do not matter.
var (
	ulawOf [1 << 14]byte
	alawOf [1 << 12]byte
	ofULaw [256]int16
	ofALaw [256]int16
)

func init() {
	for code := range 256 {
		ofULaw[code] = expandULaw(byte(code))
		ofALaw[code] = expandALaw(byte(code))
	}
	for i := range ulawOf {
		ulawOf[i] = compressULaw(int(int16(i<<2)) >> 2)
	}
	for i := range alawOf {
		alawOf[i] = compressALaw(int(int16(i<<4)) >> 4)
	}
}

// expandULaw gives the middle of a µ-law step (ITU-T G.711 table 2, all bits inverted on the line).
func expandULaw(code byte) int16 {
	c := ^code
	segment, step := int(c>>4&7), int(c&15)
	v := ((step<<1 + 33) << segment) - 33
	if c&0x80 != 0 {
		v = -v
	}
	return int16(v << 2)
}

// compressULaw takes a 14-bit sample. The steps of segment s are 2<<s wide and begin at 33·2^s − 33.
func compressULaw(v int) byte {
	sign := byte(0)
	if v < 0 {
		sign, v = 0x80, -v-1
	}
	v = min(v+33, 1<<13-1)
	segment := 0
	for v>>segment > 63 {
		segment++
	}
	return ^(sign | byte(segment<<4) | byte(v>>(segment+1)&15))
}

// expandALaw gives the middle of an A-law step (ITU-T G.711 table 1, even bits inverted on the line).
func expandALaw(code byte) int16 {
	c := code ^ 0x55
	segment, step := int(c>>4&7), int(c&15)
	v := step<<1 + 1
	if segment > 0 {
		v = (v + 32) << (segment - 1)
	}
	if c&0x80 == 0 {
		v = -v
	}
	return int16(v << 3)
}

// compressALaw takes a 12-bit sample.
func compressALaw(v int) byte {
	sign := byte(0x80)
	if v < 0 {
		sign, v = 0, -v-1
	}
	segment := 0
	for v > 31 {
		v >>= 1
		segment++
	}
	if v > 15 {
		segment++
	}
	return (sign | byte(segment<<4) | byte(v&15)) ^ 0x55
}

// EncodeULaw compresses 8 kHz samples to µ-law (ITU-T G.711), one byte a sample. dst must hold len(src) bytes.
func EncodeULaw(dst []byte, src []int16) {
	dst = dst[:len(src)]
	for i, s := range src {
		dst[i] = ulawOf[uint16(s)>>2]
	}
}

// EncodeALaw compresses 8 kHz samples to A-law (ITU-T G.711), one byte a sample. dst must hold len(src) bytes.
func EncodeALaw(dst []byte, src []int16) {
	dst = dst[:len(src)]
	for i, s := range src {
		dst[i] = alawOf[uint16(s)>>4]
	}
}

// DecodeULaw expands µ-law to 8 kHz samples. dst must hold len(src) samples.
func DecodeULaw(dst []int16, src []byte) {
	dst = dst[:len(src)]
	for i, c := range src {
		dst[i] = ofULaw[c]
	}
}

// DecodeALaw expands A-law to 8 kHz samples. dst must hold len(src) samples.
func DecodeALaw(dst []int16, src []byte) {
	dst = dst[:len(src)]
	for i, c := range src {
		dst[i] = ofALaw[c]
	}
}
