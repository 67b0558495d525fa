package media

import (
	"fmt"
	"math"
	"testing"

	"cordboard/audio/codec"
)

// fit is the signal to noise ratio in dB of a sine of known frequency in samples.
func fit(pcm []int16, hz, rate float64) float64 {
	var re, im, all float64
	for i, s := range pcm {
		w := 2 * math.Pi * hz * float64(i) / rate
		re += float64(s) * math.Cos(w)
		im += float64(s) * math.Sin(w)
		all += float64(s) * float64(s)
	}
	n := float64(len(pcm))
	signal := 2 * (re*re + im*im) / n
	return 10 * math.Log10(signal/max(all-signal, 1e-9))
}

// decodeAs makes 16 kHz samples of payloads.
func decodeAs(c Codec, payloads [][]byte) []int16 {
	w := &workshop{dec: codec.NewG722Decoder()}
	var out []int16
	for _, b := range payloads {
		out = append(out, w.wideOf(&packet{codec: c, payload: b})...)
	}
	return out
}

func TestWhatAPartyDoesNotUnderstandIsTurnedIntoWhatItDoes(t *testing.T) {
	tone := NewClip("tone", toneLike(1000, 10000, 2), clipRate)
	for _, from := range AllCodecs() {
		for _, to := range AllCodecs() {
			t.Run(fmt.Sprintf("%v to %v", from, to), func(t *testing.T) {
				out := &tape{}
				s := &Sender{}
				s.open(way{to: out, types: wideTypes(), codec: to, fixed: true})
				f := &feed{to: s}
				s.hear(f, nil)
				for i := range 100 {
					b, _ := tone.frame(from, i)
					s.take(f, &packet{header: header{seq: uint16(i), ts: uint32(i) * 160}, codec: from, payload: b, now: refTime.Add(frameTime)})
				}
				if len(out.payloads) != 100 {
					t.Fatalf("%d packets", len(out.payloads))
				}
				for i, h := range out.heads {
					if want := wideTypes().codec[to]; h.PayloadType != want || i > 0 && h.Timestamp-out.heads[i-1].Timestamp != 160 {
						t.Fatalf("packet %d: type %d, want %d; timestamp %d", i, h.PayloadType, want, h.Timestamp)
					}
				}
				if snr := fit(decodeAs(to, out.payloads)[16000:], 1000, 16000); snr < 30 {
					t.Errorf("%.1f dB", snr)
				}
			})
		}
	}
}

func TestPacketsOfAnyLengthAreTurnedToo(t *testing.T) {
	pcm := toneLike(1000, 10000, 2)
	for _, units := range []int{80, 240, 320, 480} {
		out := &tape{}
		s := &Sender{}
		s.open(way{to: out, types: wideTypes(), codec: PCMU, fixed: true})
		f := &feed{to: s}
		s.hear(f, nil)
		e := codec.NewG722Encoder()
		for at, i := 0, 0; at+2*units <= len(pcm); at, i = at+2*units, i+1 {
			b := make([]byte, units)
			e.Encode(b, pcm[at:at+2*units])
			s.take(f, &packet{header: header{seq: uint16(i), ts: uint32(i * units)}, codec: G722, payload: b, now: refTime})
		}
		if snr := fit(decodeAs(PCMU, out.payloads)[16000:], 1000, 16000); snr < 30 {
			t.Errorf("%d units a packet: %.1f dB", units, snr)
		}
	}
}

func TestAnotherDeviceBeginsWithAnotherState(t *testing.T) {
	music := streamOf(testMusic().pcm[:4*clipRate])
	s := &Sender{}
	first, second := &tape{}, &tape{}
	s.open(way{to: first, types: wideTypes(), codec: G722})
	p, f := &party{stream: music}, &feed{to: s}
	s.hear(f, nil)
	for range 60 {
		p.next(s, f, refTime)
	}
	s.open(way{to: second, types: wideTypes(), codec: G722, anew: true})
	for range 60 {
		p.next(s, f, refTime)
	}
	heard := decodeAs(G722, second.payloads)
	if worst := loudest(heard, music.heard[60*wideSamples:120*wideSamples]); worst > 8 {
		t.Errorf("%.1f dB too loud for a fresh decoder", worst)
	}
}
