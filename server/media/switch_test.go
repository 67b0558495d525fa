package media

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"cordboard/audio/codec"

	"github.com/pion/rtp"
)

// tape is an outlet that keeps what is sent.
type tape struct {
	heads    []rtp.Header
	payloads [][]byte
}

func (o *tape) send(h *rtp.Header, payload []byte) error {
	o.heads = append(o.heads, *h)
	o.payloads = append(o.payloads, append([]byte(nil), payload...))
	return nil
}

// wideTypes is what a line that understands all takes.
func wideTypes() payloads {
	return payloads{codec: [codecs]uint8{noType, 9, 0, 8}, cn: 13, events: 101}
}

// speechLike is a voice that says nothing: pulses through moving formants in syllables, with hisses between.
func speechLike(seconds float64, seed uint64) []int16 {
	r := rand.New(rand.NewPCG(seed, 7))
	n := int(seconds * clipRate)
	out := make([]int16, n)
	var y1, y2, z1, z2 float64
	phase, pitch := 0.0, 110+40*r.Float64()
	for i := range out {
		s := float64(i) / clipRate
		syllable := math.Pow(max(0, math.Sin(2*math.Pi*3.1*s+float64(seed))), 0.5)
		phase += pitch * (1 + 0.1*math.Sin(2*math.Pi*0.7*s)) / clipRate
		x := 0.02 * r.NormFloat64()
		if phase >= 1 {
			phase--
			x += 1
		}
		if math.Sin(2*math.Pi*1.3*s) > 0.85 {
			x = 0.25 * r.NormFloat64()
		}
		f1, f2 := 500+200*math.Sin(2*math.Pi*1.7*s), 1500+600*math.Sin(2*math.Pi*2.3*s)
		y := resonate(x, f1, 90, &y1, &y2)
		z := resonate(x, f2, 120, &z1, &z2)
		out[i] = int16(min(max((y+0.6*z)*syllable*3800, -24000), 24000))
	}
	return out
}

func resonate(x, f, width float64, a, b *float64) float64 {
	r := math.Exp(-math.Pi * width / clipRate)
	v := x + 2*r*math.Cos(2*math.Pi*f/clipRate)**a - r*r**b
	*b, *a = *a, v
	return v
}

func toneLike(hz, amplitude, seconds float64) []int16 {
	out := make([]int16, int(seconds*clipRate))
	for i := range out {
		out[i] = int16(amplitude * math.Sin(2*math.Pi*hz*float64(i)/clipRate))
	}
	return out
}

// stream is a party's, as if it had been coded since long before.
type stream struct {
	codec    Codec
	payloads [][]byte
	heard    []int16 // what its own decoder makes of it
}

func streamOf(pcm []int16) *stream {
	e, d := codec.NewG722Encoder(), codec.NewG722Decoder()
	s := &stream{codec: G722, heard: make([]int16, len(pcm))}
	for at := 0; at+wideSamples <= len(pcm); at += wideSamples {
		b := make([]byte, frameBytes)
		e.Encode(b, pcm[at:at+wideSamples])
		s.payloads = append(s.payloads, b)
		d.Decode(s.heard[at:at+wideSamples], b)
	}
	return s
}

func narrowStreamOf(pcm []int16) *stream {
	down, up := codec.NewResampler(16000, 8000), codec.NewResampler(8000, 16000)
	s := &stream{codec: PCMA, heard: make([]int16, len(pcm))}
	narrow := make([]int16, narrowSample)
	for at := 0; at+wideSamples <= len(pcm); at += wideSamples {
		down.Process(narrow, pcm[at:at+wideSamples])
		b := make([]byte, frameBytes)
		codec.EncodeALaw(b, narrow)
		s.payloads = append(s.payloads, b)
		codec.DecodeALaw(narrow, b)
		up.Process(s.heard[at:at+wideSamples], narrow)
	}
	return s
}

// party is a source for tests: feeds one stream frame by frame.
type party struct {
	stream *stream
	past   history // of G.722
	at     int
	p      packet
}

// mouth is who speaks in these tests: a party, or a player of a clip.
type mouth interface {
	start(at int)
	next(to *Sender, f *feed, now time.Time)
}

// playing is a clip that is played, coded only when it is needed, as in a call.
type playing struct {
	clip *Clip
	pl   *player
	at   int
}

func (m *playing) start(at int) { m.at, m.pl = at, nil }

func (m *playing) next(to *Sender, f *feed, now time.Time) {
	if m.pl == nil {
		m.pl = &player{f: f, to: to, clip: m.clip, began: true, last: uint64(m.at) - 1}
	}
	m.pl.tick(now, uint64(m.at))
	m.at++
}

// start is at a place in the stream, with what was before it heard.
func (s *party) start(at int) {
	s.past.forget()
	for i := max(0, at-40); i < at && s.stream.codec == G722; i++ {
		s.past.add(s.stream.payloads[i])
	}
	s.at = at
}

func (s *party) next(to *Sender, f *feed, now time.Time) {
	b := s.stream.payloads[s.at]
	s.p = packet{header: header{seq: uint16(s.at), ts: uint32(s.at) * 160}, codec: s.stream.codec, payload: b, past: &s.past, now: now}
	to.take(f, &s.p)
	if s.stream.codec == G722 {
		s.past.add(b)
	}
	s.at++
}

func peakOf(pcm []int16) float64 {
	return float64(codec.Peak(pcm))
}

// loudest is how many dB the ear hears above the true signal's peak in the 40 ms around, at worst.
func loudest(heard, truth []int16) float64 {
	const block, around = 80, 320 // 5 ms; ±20 ms
	worst := math.Inf(-1)
	for at := 0; at+block <= len(heard); at += block {
		from, to := max(0, at+block/2-around), min(len(truth), at+block/2+around)
		real := max(peakOf(truth[from:to]), 150)
		worst = max(worst, 20*math.Log10(max(peakOf(heard[at:at+block]), 1)/real))
	}
	return worst
}

func TestASwitchTowardsG722IsNeverMuchLouderThanWhatIsSaid(t *testing.T) {
	music := streamOf(testMusic().pcm[:12*clipRate])
	speech := streamOf(speechLike(12, 3))
	tone := streamOf(toneLike(1000, 10000, 4))
	silence := streamOf(make([]int16, 4*clipRate))
	comfort := streamOf(append(append([]int16(nil), silenceClip().pcm...), silenceClip().pcm...))
	loud := streamOf(toneLike(440, 20000, 4))
	song, story := NewClip("song", testMusic().pcm[:12*clipRate], clipRate), NewClip("story", speechLike(12, 3), clipRate)
	cases := []struct {
		name     string
		from, to *stream
		a, b     mouth // nil: parties
	}{
		{name: "music from a file to speech of a party", from: music, to: speech, a: &playing{clip: song}},
		{name: "speech of a party to music from a file", from: speech, to: music, b: &playing{clip: song}},
		{name: "music to a prompt, both from files", from: music, to: speech, a: &playing{clip: song}, b: &playing{clip: story}},
		{name: "tone to speech", from: tone, to: speech}, {name: "music to speech", from: music, to: speech}, {name: "music to silence", from: music, to: silence},
		{name: "speech to silence", from: speech, to: silence}, {name: "speech to comfort noise", from: speech, to: comfort}, {name: "loud tone to speech", from: loud, to: speech}, {name: "silence to music", from: silence, to: music},
		{name: "speech to tone", from: speech, to: tone},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			worst := math.Inf(-1)
			for range switches {
				a, b := c.a, c.b
				if a == nil {
					a = &party{stream: c.from}
				}
				if b == nil {
					b = &party{stream: c.to}
				}
				worst = max(worst, switchOnce(c.from, c.to, a, b, wideLine, r))
			}
			t.Logf("at worst %.1f dB above", worst)
			if worst > 8 {
				t.Errorf("%.1f dB above the true signal's peak, want at most 8", worst)
			}
		})
	}
}

func TestASwitchTowardsG711OrBetweenCodecsIsNeverMuchLouderThanWhatIsSaid(t *testing.T) {
	sounds := map[string][]int16{
		"tone": toneLike(1000, 10000, 4), "music": testMusic().pcm[:12*clipRate], "speech": speechLike(12, 3), "silence": make([]int16, 4*clipRate),
	}
	wide, narrow := map[string]*stream{}, map[string]*stream{}
	for name, pcm := range sounds {
		wide[name], narrow[name] = streamOf(pcm), narrowStreamOf(pcm)
	}
	song := NewClip("song", testMusic().pcm[:12*clipRate], clipRate)
	narrowLine := way{types: payloads{codec: [codecs]uint8{noType, noType, noType, 8}, cn: 13, events: 101}, codec: PCMA}
	for _, kind := range []struct {
		name     string
		from, to map[string]*stream
		way      way
	}{
		{"PCMA to PCMA", narrow, narrow, narrowLine},
		{"PCMA to PCMA on a line that takes all", narrow, narrow, wideLine},
		{"G.722 to PCMA on a line that takes all", wide, narrow, wideLine},
		{"PCMA to G.722 on a line that takes all", narrow, wide, wideLine},
		{"G.722 to G.722, turned into PCMA", wide, wide, narrowLine},
	} {
		for _, c := range [][2]string{{"tone", "speech"}, {"music", "speech"}, {"music", "silence"}, {"speech", "silence"}} {
			t.Run(kind.name+", "+c[0]+" to "+c[1], func(t *testing.T) {
				r := rand.New(rand.NewPCG(3, 4))
				worst := math.Inf(-1)
				for i := range switches {
					from, to := kind.from[c[0]], kind.to[c[1]]
					var a mouth = &party{stream: from}
					if c[0] == "music" && i%2 == 1 && kind.way.codec == from.codec {
						a = &playing{clip: song}
					}
					worst = max(worst, switchOnce(from, to, a, &party{stream: to}, kind.way, r))
				}
				t.Logf("at worst %.1f dB above", worst)
				if worst > 8 {
					t.Errorf("%.1f dB above the true signal's peak, want at most 8", worst)
				}
			})
		}
	}
}

// wideLine is the way to a console: it takes all, and has what is coded by us in G.722.
var wideLine = way{types: wideTypes(), codec: G722}

// switchOnce plays one stream for a while and then another, and gives how much too loud that was.
func switchOnce(from, to *stream, a, b mouth, w way, r *rand.Rand) float64 {
	const before, after = 40, 25
	out := &tape{}
	s := &Sender{}
	w.to = out
	s.open(w)
	now := time.Unix(1000, 0)
	fa, fb := &feed{to: s}, &feed{to: s}
	atA, atB := r.IntN(len(from.payloads)-before), r.IntN(len(to.payloads)-after)
	a.start(atA)
	b.start(atB)
	s.hear(fa, nil)
	for range before {
		a.next(s, fa, now)
		now = now.Add(frameTime)
	}
	s.hear(fb, nil)
	for range after {
		b.next(s, fb, now)
		now = now.Add(frameTime)
	}
	heard := out.heard()
	truth := append(append([]int16(nil), from.heard[atA*wideSamples:(atA+before)*wideSamples]...), to.heard[atB*wideSamples:(atB+after)*wideSamples]...)
	const skip = 10 * wideSamples // the beginning is a switch of its own
	return loudest(heard[skip:], truth[skip:])
}

// heard is what a party's decoders make of what was sent; each keeps its state while the other is used.
func (o *tape) heard() []int16 {
	d, up := codec.NewG722Decoder(), codec.NewResampler(8000, 16000)
	narrow := make([]int16, narrowSample)
	out := make([]int16, len(o.payloads)*wideSamples)
	for i, p := range o.payloads {
		if pcm := out[i*wideSamples : (i+1)*wideSamples]; o.heads[i].PayloadType == 9 {
			d.Decode(pcm, p)
		} else {
			codec.DecodeALaw(narrow, p)
			up.Process(pcm, narrow)
		}
	}
	return out
}

func TestANewSourceTowardsG722ComesWithinTwentyMilliseconds(t *testing.T) {
	silence, tone := streamOf(make([]int16, 4*clipRate)), streamOf(toneLike(1000, 10000, 4))
	out := &tape{}
	s := &Sender{}
	s.open(way{to: out, types: wideTypes(), codec: G722})
	now := time.Unix(1000, 0)
	fa, fb := &feed{to: s}, &feed{to: s}
	a, b := &party{stream: silence}, &party{stream: tone}
	a.start(50)
	b.start(50)
	s.hear(fa, nil)
	for range 20 {
		a.next(s, fa, now)
		now = now.Add(frameTime)
	}
	s.hear(fb, nil)
	for range 10 {
		b.next(s, fb, now)
		now = now.Add(frameTime)
	}
	heard := out.heard()[20*wideSamples:]
	for at := 0; at < wideSamples; at += 80 { // a ramp: 5 ms after the other, and the codec's own delay
		most, least := 10000*float64(at+80)/wideSamples+600, 10000*(float64(at)-80)/wideSamples
		if top := peakOf(heard[at : at+80]); top > most || top < least {
			t.Errorf("from %d ms the level is %.0f, want %.0f to %.0f", at/16, top, least, most)
		}
	}
	if top := peakOf(heard[2*wideSamples:]); top < 9000 {
		t.Errorf("afterwards the level is %.0f", top)
	}
}

func TestHistoryLeadsToTheStateOfADecoderThatHeardAll(t *testing.T) {
	for name, pcm := range map[string][]int16{"speech": speechLike(4, 5), "tone": toneLike(1000, 10000, 4), "music": testMusic().pcm[:4*clipRate]} {
		t.Run(name, func(t *testing.T) {
			s := streamOf(pcm)
			var h history
			full := codec.NewG722Decoder()
			var x, y [wideSamples]int16
			half := len(s.payloads) / 2
			for _, p := range s.payloads[:half] {
				h.add(p)
				full.Decode(x[:], p)
			}
			d := h.decoder()
			worst := 0
			for _, p := range s.payloads[half:] {
				full.Decode(x[:], p)
				d.Decode(y[:], p)
				for i := range x {
					worst = max(worst, max(int(x[i])-int(y[i]), int(y[i])-int(x[i])))
				}
			}
			t.Logf("largest difference %d", worst)
			if worst > 64 {
				t.Errorf("samples differ by %d", worst)
			}
		})
	}
}
