package codec

import (
	"fmt"
	"math"
	"testing"
)

// testSignals are what the hashes of the independent implementation were made from: two seconds at 16 kHz.
func testSignals() map[string][]int16 {
	out := map[string][]int16{}
	n := noise(1)
	quiet, loud, saw := make([]int16, 32000), make([]int16, 32000), make([]int16, 32000)
	for i := range quiet {
		v := n.next()
		quiet[i], loud[i], saw[i] = v/4, v, int16(i%37*500-9000+i%11*40)
	}
	out["noise"], out["loud noise"], out["saw"], out["silence"] = quiet, loud, saw, make([]int16, 32000)
	return out
}

func TestG722AgreesWithAnIndependentImplementation(t *testing.T) {
	signals := testSignals()
	cases := []struct {
		name           string
		encoded, plain uint64
	}{
		{"noise", 0x4d75592624dfdba7, 0x67bdae2bc6f2abca},
		{"loud noise", 0x9568699b6e1ad321, 0},
		{"saw", 0x4a916bb7eeb920ea, 0x40454685ccdc733f},
		{"silence", 0x0f155ef46a8e4f61, 0x7ef76a54e8751716},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := signals[c.name]
			e, d := NewG722Encoder(), NewG722Decoder()
			bytes, out := make([]byte, len(in)/2), make([]int16, len(in))
			for i := 0; i < len(in); i += 320 {
				e.Encode(bytes[i/2:i/2+160], in[i:i+320])
				d.Decode(out[i:i+320], bytes[i/2:i/2+160])
			}
			if got := hashBytes(bytes); got != c.encoded {
				t.Errorf("encoded %#x, want %#x", got, c.encoded)
			}
			// Full-scale noise is left out: past full scale this decoder saturates and others wrap.
			if got := hashSamples(out); c.plain != 0 && got != c.plain {
				t.Errorf("decoded %#x, want %#x", got, c.plain)
			}
		})
	}
}

func TestG722ToneIsClean(t *testing.T) {
	cases := []struct {
		hz, amplitude, snr float64
	}{
		{1000.3, 10362, 40}, {400, 10362, 40}, {1000.3, 1000, 38}, {5000, 10362, 20},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%.0f Hz at %.0f", c.hz, c.amplitude), func(t *testing.T) {
			in := sine(16000, c.hz, c.amplitude, 32000)
			out := throughG722(NewG722Encoder(), NewG722Decoder(), in)
			level, snr := fit(out[8000:], 16000, c.hz)
			if snr < c.snr {
				t.Errorf("SNR %.1f dB, want at least %.0f", snr, c.snr)
			}
			if change := 20 * math.Log10(level/c.amplitude); math.Abs(change) > 0.5 {
				t.Errorf("level changed by %.2f dB", change)
			}
		})
	}
}

func throughG722(e *G722Encoder, d *G722Decoder, in []int16) []int16 {
	bytes, out := make([]byte, len(in)/2), make([]int16, len(in))
	e.Encode(bytes, in)
	d.Decode(out, bytes)
	return out
}

func TestAnEncoderGoesOnFromADecodersState(t *testing.T) {
	sending, receiving := NewG722Encoder(), NewG722Decoder()
	throughG722(sending, receiving, sine(16000, 440, 12000, 16000))

	next := receiving.EncoderState()
	if next.low != sending.low || next.high != sending.high {
		t.Fatal("the decoder's adaptive state is not that of the encoder which fed it")
	}
	quiet := sine(16000, 1000, 1000, 4800)
	joined := throughG722(&next, receiving, quiet)
	if top := peak(joined[800:]); top > 1300 {
		t.Errorf("50 ms after the change of source the peak is %d, want near 1000", top)
	}

	// The same without the state: the receiver is left with another encoder's codes.
	receiving = NewG722Decoder()
	throughG722(NewG722Encoder(), receiving, sine(16000, 440, 12000, 16000))
	spliced := throughG722(NewG722Encoder(), receiving, quiet)
	if peak(spliced) <= peak(joined) {
		t.Errorf("a plain splice peaks at %d, the continued stream at %d: the bridge gains nothing", peak(spliced), peak(joined))
	}
}

func TestSkippingLeavesADecoderWhereDecodingDoes(t *testing.T) {
	bytes := make([]byte, 800)
	NewG722Encoder().Encode(bytes, sine(16000, 700, 9000, 1600))
	heard, skipped := NewG722Decoder(), NewG722Decoder()
	heard.Decode(make([]int16, 1600), bytes)
	skipped.Skip(bytes)
	if *heard != *skipped {
		t.Error("a decoder that skipped stands elsewhere than one that decoded the same")
	}
}

func peak(pcm []int16) int {
	top := 0
	for _, s := range pcm {
		top = max(top, int(s), -int(s))
	}
	return top
}

func TestVoiceArithmeticAllocatesNothing(t *testing.T) {
	pcm, bytes := sine(16000, 700, 9000, 320), make([]byte, 160)
	e, d := NewG722Encoder(), NewG722Decoder()
	if n := testing.AllocsPerRun(100, func() {
		e.Encode(bytes, pcm)
		d.Decode(pcm, bytes)
		EncodeULaw(bytes, pcm[:160])
		DecodeULaw(pcm, bytes)
		EncodeALaw(bytes, pcm[:160])
		DecodeALaw(pcm, bytes)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func FuzzG722DecodesAnything(f *testing.F) {
	f.Add([]byte{0, 255, 63, 64, 128})
	f.Fuzz(func(t *testing.T, in []byte) {
		d := NewG722Decoder()
		pcm := make([]int16, 2*len(in))
		d.Decode(pcm, in)
		e := d.EncoderState()
		e.Encode(make([]byte, len(in)), pcm)
		for _, b := range []band{d.low, d.high, e.low, e.high} {
			if b.det < 4 || b.det > 32767 || b.a[1] < -12288 || b.a[1] > 12288 {
				t.Fatalf("the predictor left its range: %+v", b)
			}
		}
	})
}

func BenchmarkG722Encode20ms(b *testing.B) {
	e, in, out := NewG722Encoder(), sine(16000, 700, 8000, 320), make([]byte, 160)
	for b.Loop() {
		e.Encode(out, in)
	}
}

func BenchmarkG722Decode20ms(b *testing.B) {
	e, d, pcm, bytes := NewG722Encoder(), NewG722Decoder(), sine(16000, 700, 8000, 320), make([]byte, 160)
	e.Encode(bytes, pcm)
	for b.Loop() {
		d.Decode(pcm, bytes)
	}
}
