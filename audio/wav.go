package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"cordboard/audio/codec"
)

// Formats of a WAV file's samples (RFC 2361; WAVE_FORMAT_EXTENSIBLE names one of the others inside).
const (
	wavPCM        = 1
	wavFloat      = 3
	wavALaw       = 6
	wavULaw       = 7
	wavExtensible = 0xfffe
	wavMost       = 1 << 30 // bytes of samples that are read at most
)

// ErrNotWAV says that a stream is no RIFF WAVE file.
var ErrNotWAV = errors.New("not a WAV file")

type wavFormat struct {
	tag, channels, bits int
	rate                int
}

// ReadWAV reads a whole WAV file: PCM of 8 to 32 bits, float, A-law or µ-law, any rate, any number of
// channels, which are averaged to one. A file that was cut off gives what there is.
func ReadWAV(r io.Reader) (samples []int16, rate int, err error) {
	var riff [12]byte
	if _, err := io.ReadFull(r, riff[:]); err != nil || string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return nil, 0, ErrNotWAV
	}
	var f wavFormat
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return nil, 0, fmt.Errorf("%w: no samples in it", ErrNotWAV)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			if f, err = readFormat(r, size); err != nil {
				return nil, 0, err
			}
		case "data":
			if f.rate == 0 {
				return nil, 0, fmt.Errorf("%w: samples before their format", ErrNotWAV)
			}
			data, err := io.ReadAll(io.LimitReader(r, min(size, wavMost)))
			if err != nil {
				return nil, 0, fmt.Errorf("read samples: %w", err)
			}
			return f.mono(data), f.rate, nil
		default:
			if _, err := io.CopyN(io.Discard, r, size+size&1); err != nil {
				return nil, 0, fmt.Errorf("%w: no samples in it", ErrNotWAV)
			}
		}
	}
}

func readFormat(r io.Reader, size int64) (wavFormat, error) {
	if size < 16 || size > 4096 {
		return wavFormat{}, fmt.Errorf("%w: odd format chunk", ErrNotWAV)
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(r, b); err != nil {
		return wavFormat{}, fmt.Errorf("%w: cut off", ErrNotWAV)
	}
	f := wavFormat{
		tag:      int(binary.LittleEndian.Uint16(b)),
		channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate:     int(binary.LittleEndian.Uint32(b[4:])),
		bits:     int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.tag == wavExtensible && size >= 26 {
		f.tag = int(binary.LittleEndian.Uint16(b[24:]))
	}
	known := f.tag == wavPCM && f.bits%8 == 0 && f.bits >= 8 && f.bits <= 32 ||
		f.tag == wavFloat && f.bits == 32 || (f.tag == wavALaw || f.tag == wavULaw) && f.bits == 8
	if !known || f.channels < 1 || f.channels > 64 || f.rate < 1000 || f.rate > 768000 {
		return wavFormat{}, fmt.Errorf("WAV format %d with %d bits, %d channels, %d Hz is not supported", f.tag, f.bits, f.channels, f.rate)
	}
	return f, nil
}

func (f wavFormat) mono(data []byte) []int16 {
	width := f.bits / 8
	out := make([]int16, len(data)/(width*f.channels))
	for i := range out {
		sum := 0
		for c := range f.channels {
			sum += f.sample(data[(i*f.channels+c)*width:])
		}
		out[i] = int16(sum / f.channels)
	}
	return out
}

func (f wavFormat) sample(b []byte) int {
	var one [1]int16
	switch {
	case f.tag == wavALaw:
		codec.DecodeALaw(one[:], b[:1])
		return int(one[0])
	case f.tag == wavULaw:
		codec.DecodeULaw(one[:], b[:1])
		return int(one[0])
	case f.tag == wavFloat:
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		if v != v {
			return 0
		}
		return int(min(max(v*32768, -32768), 32767))
	case f.bits == 8: // unsigned, unlike the others
		return (int(b[0]) - 128) << 8
	}
	hi := b[f.bits/8-2 : f.bits/8]
	return int(int16(binary.LittleEndian.Uint16(hi)))
}

// WAVWriter writes 16-bit mono. The header is right at every moment of a second's age, so that the file can
// be heard even if the program was killed.
type WAVWriter struct {
	w       io.WriteSeeker
	rate    int
	bytes   int64
	said    int64 // bytes that the header speaks of
	buf     []byte
	err     error
	started bool
}

// NewWAVWriter writes a WAV file of 16-bit mono samples to w.
func NewWAVWriter(w io.WriteSeeker, rate int) *WAVWriter {
	return &WAVWriter{w: w, rate: rate}
}

// Write appends samples.
func (w *WAVWriter) Write(samples []int16) error {
	if w.err != nil {
		return w.err
	}
	if !w.started {
		w.started = true
		w.header()
	}
	w.buf = w.buf[:0]
	for _, s := range samples {
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
	}
	if _, err := w.w.Write(w.buf); err != nil && w.err == nil {
		w.err = fmt.Errorf("write samples: %w", err)
	}
	w.bytes += int64(len(w.buf))
	if w.bytes-w.said >= int64(2*w.rate) {
		w.header()
	}
	return w.err
}

func (w *WAVWriter) header() {
	if w.err != nil {
		return
	}
	h := make([]byte, 0, 44)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(min(w.bytes+36, math.MaxUint32)))
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, wavPCM)
	h = binary.LittleEndian.AppendUint16(h, 1)
	h = binary.LittleEndian.AppendUint32(h, uint32(w.rate))
	h = binary.LittleEndian.AppendUint32(h, uint32(2*w.rate))
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(min(w.bytes, math.MaxUint32)))
	_, err := w.w.Seek(0, io.SeekStart)
	if err == nil {
		_, err = w.w.Write(h)
	}
	if err == nil {
		_, err = w.w.Seek(0, io.SeekEnd)
	}
	if err != nil {
		w.err = fmt.Errorf("write WAV header: %w", err)
	}
	w.said = w.bytes
}

// Close brings the header up to date. It does not close what is below.
func (w *WAVWriter) Close() error {
	w.started = true
	w.header()
	return w.err
}
