package media

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"math"
	"testing"
	"time"

	"cordboard/audio/codec"
)

// discard is a log that nobody reads.
var discard = slog.New(slog.DiscardHandler)

var refTime = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// wavFile writes a file with any format.
func wavFile(tag, channels, rate, bits int, data []byte) []byte {
	var b bytes.Buffer
	le := binary.LittleEndian
	size := channels * bits / 8
	b.WriteString("RIFF")
	binary.Write(&b, le, uint32(36+len(data)))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(tag), uint16(channels), uint32(rate), uint32(rate * size), uint16(size), uint16(bits)} {
		binary.Write(&b, le, v)
	}
	b.WriteString("data")
	binary.Write(&b, le, uint32(len(data)))
	b.Write(data)
	return b.Bytes()
}

func TestRecordingsOfEveryKindSoundAlike(t *testing.T) {
	const seconds = 1.0
	cases := []struct {
		name                      string
		tag, channels, rate, bits int
	}{
		{"telephone, A-law", wavALaw, 1, 8000, 8}, {"telephone, µ-law", wavULaw, 1, 8000, 8}, {"8 bits", wavPCM, 1, 11025, 8}, {"16 bits stereo, 44.1 kHz", wavPCM, 2, 44100, 16},
		{"24 bits, 48 kHz", wavPCM, 1, 48000, 24}, {"32 bits, 22.05 kHz", wavPCM, 1, 22050, 32}, {"float", wavFloat, 2, 32000, 32}, {"long float, 96 kHz", wavFloat, 1, 96000, 64},
	}
	pl := newTestPlane(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var data bytes.Buffer
			for i := range int(seconds * float64(c.rate)) {
				v := 0.3 * math.Sin(2*math.Pi*1000*float64(i)/float64(c.rate))
				for range c.channels {
					writeSample(&data, c.tag, c.bits, v)
				}
			}
			clip, err := pl.LoadClip(bytes.NewReader(wavFile(c.tag, c.channels, c.rate, c.bits, data.Bytes())))
			if err != nil {
				t.Fatal(err)
			}
			if clip.Frames() < 49 || clip.Frames() > 51 {
				t.Errorf("%d frames, want 50", clip.Frames())
			}
			got := math.Sqrt(codec.Power(clip.pcm[3200:12800]))
			if want := 0.3 * 32767 / math.Sqrt2; math.Abs(20*math.Log10(got/want)) > 0.5 {
				t.Errorf("level %.0f, want %.0f", got, want)
			}
		})
	}
}

func writeSample(b *bytes.Buffer, tag, bits int, v float64) {
	le := binary.LittleEndian
	var one [1]byte
	switch {
	case tag == wavALaw:
		codec.EncodeALaw(one[:], []int16{int16(v * 32767)})
		b.Write(one[:])
	case tag == wavULaw:
		codec.EncodeULaw(one[:], []int16{int16(v * 32767)})
		b.Write(one[:])
	case tag == wavFloat && bits == 64:
		binary.Write(b, le, v)
	case tag == wavFloat:
		binary.Write(b, le, float32(v))
	case bits == 8:
		b.WriteByte(byte(128 + math.Round(v*127)))
	case bits == 24:
		n := int32(v * (1<<23 - 1))
		b.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	case bits == 32:
		binary.Write(b, le, int32(v*(1<<31-1)))
	default:
		binary.Write(b, le, int16(v*32767))
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	pl := newTestPlane(t)
	for name, b := range map[string][]byte{
		"empty": nil, "text": []byte("this is no sound at all"), "MP3 in a WAV": wavFile(0x55, 2, 44100, 16, make([]byte, 100)),
		"no channels": wavFile(1, 0, 8000, 16, make([]byte, 100)), "a million Hz": wavFile(1, 1, 1000000, 16, make([]byte, 100)), "header only": wavFile(1, 1, 8000, 16, nil)[:30],
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := pl.LoadClip(bytes.NewReader(b)); err == nil {
				t.Error("taken")
			}
		})
	}
}
