package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"cordboard/audio/codec"
)

const maxWAV = 256 << 20 // bytes

// readWAV reads a RIFF WAVE file of PCM (8 to 32 bits), float, A-law or µ-law, with any number of channels, which
// are mixed to one, at any rate.
func readWAV(r io.Reader) (samples []int16, rate int, err error) {
	b, err := io.ReadAll(io.LimitReader(r, maxWAV+1))
	if err != nil {
		return nil, 0, err
	}
	if len(b) > maxWAV {
		return nil, 0, errors.New("longer than 256 MiB")
	}
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, 0, errors.New("not a WAV file")
	}
	var f wavFormat
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		size = min(size, uint64(len(body))) // a stream's writer leaves the size open
		switch id {
		case "fmt ":
			if err = f.read(body[:size]); err != nil {
				return nil, 0, err
			}
		case "data":
			if f.channels == 0 {
				return nil, 0, errors.New("samples before their format")
			}
			return f.samples(body[:size]), f.rate, nil
		}
		rest = body[min(size+size&1, uint64(len(body))):]
	}
	return nil, 0, errors.New("no samples")
}

type wavFormat struct {
	tag, channels, bits int
	rate                int
}

const (
	wavPCM   = 1
	wavFloat = 3
	wavALaw  = 6
	wavULaw  = 7
	wavMore  = 0xfffe // the tag stands in the extension
)

func (f *wavFormat) read(b []byte) error {
	if len(b) < 16 {
		return errors.New("format too short")
	}
	f.tag = int(binary.LittleEndian.Uint16(b))
	channels := int(binary.LittleEndian.Uint16(b[2:]))
	f.rate = int(binary.LittleEndian.Uint32(b[4:]))
	f.bits = int(binary.LittleEndian.Uint16(b[14:]))
	if f.tag == wavMore && len(b) >= 26 {
		f.tag = int(binary.LittleEndian.Uint16(b[24:]))
	}
	fits := map[int][]int{wavPCM: {8, 16, 24, 32}, wavFloat: {32, 64}, wavALaw: {8}, wavULaw: {8}}
	known := false
	for _, bits := range fits[f.tag] {
		known = known || bits == f.bits
	}
	switch {
	case !known:
		return fmt.Errorf("WAV format %d with %d bits: wanted is PCM, float, A-law or µ-law", f.tag, f.bits)
	case channels < 1 || channels > 32:
		return fmt.Errorf("%d channels", channels)
	case f.rate < 4000 || f.rate > 384000:
		return fmt.Errorf("%d Hz", f.rate)
	}
	f.channels = channels
	return nil
}

func (f *wavFormat) samples(b []byte) []int16 {
	size := f.bits / 8
	n := len(b) / (size * f.channels)
	out := make([]int16, n)
	for i := range out {
		sum := 0.0
		for range f.channels {
			sum += f.sample(b)
			b = b[size:]
		}
		out[i] = int16(min(max(math.Round(sum/float64(f.channels)), -32768), 32767))
	}
	return out
}

// sample reads one value on the scale of 16 bits.
func (f *wavFormat) sample(b []byte) float64 {
	var one [1]int16
	switch {
	case f.tag == wavALaw:
		codec.DecodeALaw(one[:], b[:1])
		return float64(one[0])
	case f.tag == wavULaw:
		codec.DecodeULaw(one[:], b[:1])
		return float64(one[0])
	case f.tag == wavFloat && f.bits == 64:
		return finite(math.Float64frombits(binary.LittleEndian.Uint64(b)) * 32767)
	case f.tag == wavFloat:
		return finite(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) * 32767)
	case f.bits == 8:
		return (float64(b[0]) - 128) * 256
	case f.bits == 16:
		return float64(int16(binary.LittleEndian.Uint16(b)))
	case f.bits == 24:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / 65536
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / 65536
}

func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
