package codec

import (
	"fmt"
	"math"
	"testing"
)

// The hashes are of another implementation's answers; it differs in µ-law encoding on the borders of
// negative steps only, which the next test settles by the standard's own measure.
func TestG711AgreesWithAnIndependentImplementation(t *testing.T) {
	all, codes := everySample(), make([]byte, 256)
	for i := range codes {
		codes[i] = byte(i)
	}
	bytes, pcm := make([]byte, len(all)), make([]int16, len(codes))
	EncodeALaw(bytes, all)
	if got, want := hashBytes(bytes), uint64(0xf030666eb780cf25); got != want {
		t.Errorf("A-law encoded %#x, want %#x", got, want)
	}
	DecodeALaw(pcm, codes)
	if got, want := hashSamples(pcm), uint64(0x693a40ca62a3d2a5); got != want {
		t.Errorf("A-law decoded %#x, want %#x", got, want)
	}
	DecodeULaw(pcm, codes)
	if got, want := hashSamples(pcm), uint64(0xb91e65d68481a1a8); got != want {
		t.Errorf("µ-law decoded %#x, want %#x", got, want)
	}
}

func everySample() []int16 {
	all := make([]int16, 65536)
	for i := range all {
		all[i] = int16(i - 32768)
	}
	return all
}

func TestG711IsNeverFurtherThanHalfAStepAndNeverFallsBack(t *testing.T) {
	laws := []struct {
		name   string
		encode func([]byte, []int16)
		decode func([]int16, []byte)
		unit   int // the law's smallest step
	}{{"µ-law", EncodeULaw, DecodeULaw, 8}, {"A-law", EncodeALaw, DecodeALaw, 16}}
	for _, law := range laws {
		t.Run(law.name, func(t *testing.T) {
			all, codes, back := everySample(), make([]byte, 65536), make([]int16, 65536)
			law.encode(codes, all)
			law.decode(back, codes)
			for i, s := range all {
				if got, most := distance(s, back[i]), max(int(back[i]), -int(back[i]))/32+law.unit; got > most {
					t.Fatalf("%d became %d, %d away; half a step is %d", s, back[i], got, most)
				}
				if i > 0 && back[i] < back[i-1] {
					t.Fatalf("%d became %d, but one less became %d", s, back[i], back[i-1])
				}
			}
		})
	}
}

func distance(a, b int16) int {
	return max(int(a)-int(b), int(b)-int(a))
}

func TestEveryG711CodeComesBackAsItself(t *testing.T) {
	for code := range 256 {
		in, pcm, out := []byte{byte(code)}, make([]int16, 1), make([]byte, 1)
		DecodeALaw(pcm, in)
		if EncodeALaw(out, pcm); out[0] != in[0] {
			t.Errorf("A-law %#x came back as %#x by %d", in[0], out[0], pcm[0])
		}
		DecodeULaw(pcm, in)
		EncodeULaw(out, pcm)
		if out[0] != in[0] && code != 0x7f { // 0x7f is minus zero
			t.Errorf("µ-law %#x came back as %#x by %d", in[0], out[0], pcm[0])
		}
	}
}

func TestG711ToneIsCleanAtEveryLevelOfSpeech(t *testing.T) {
	for _, amplitude := range []float64{1000, 3162, 10000} {
		for _, law := range []struct {
			name   string
			encode func([]byte, []int16)
			decode func([]int16, []byte)
		}{{"µ-law", EncodeULaw, DecodeULaw}, {"A-law", EncodeALaw, DecodeALaw}} {
			t.Run(fmt.Sprintf("%s at %.0f", law.name, amplitude), func(t *testing.T) {
				in := sine(8000, 1000.3, amplitude, 8000)
				bytes, out := make([]byte, len(in)), make([]int16, len(in))
				law.encode(bytes, in)
				law.decode(out, bytes)
				level, snr := fit(out, 8000, 1000.3)
				if snr < 33 {
					t.Errorf("SNR %.1f dB, want at least 33", snr)
				}
				if change := 20 * math.Log10(level/amplitude); math.Abs(change) > 0.5 {
					t.Errorf("level changed by %.2f dB", change)
				}
			})
		}
	}
}

func BenchmarkEncodeALaw20ms(b *testing.B) {
	in, out := sine(8000, 700, 8000, 160), make([]byte, 160)
	b.ReportAllocs()
	for b.Loop() {
		EncodeALaw(out, in)
	}
}
