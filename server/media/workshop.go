package media

import "cordboard/audio/codec"

const (
	maxPayload  = 480            // bytes of voice in a packet: 60 ms
	bridgeUnits = 5 * frameBytes // a new source towards G.722 is coded by us for 100 ms
	rampSamples = wideSamples    // and fades in over 20 ms
	maxSamples  = 2 * maxPayload // at 16 kHz
)

// workshop is what a Sender needs to code voice itself. It is made at the first need.
type workshop struct {
	anew    bool // a new source: nothing of the last one's state is of use but the receiver's
	from    Codec
	to      Codec
	enc     codec.G722Encoder
	encodes bool // enc stands where the receiver stands
	dec     *codec.G722Decoder
	up      *codec.Resampler // 8 → 16 kHz
	down    *codec.Resampler // 16 → 8 kHz
	ramp    codec.Ramp
	wide    [maxSamples]int16
	narrow  [maxPayload]int16
	out     [maxPayload]byte
}

func (w *workshop) begin() {
	w.anew, w.encodes = true, false
}

// passCoded decodes a packet and codes it as c. Towards G.722 the encoder goes on from where the receiver's decoder
// stands: two streams of it spliced are up to 30 dB too loud.
func (s *Sender) passCoded(p *packet, c Codec) {
	if s.shop == nil {
		s.shop = &workshop{anew: true}
	}
	w := s.shop
	if w.anew || w.from != p.codec || w.to != c {
		w.prepare(p, c)
	}
	n := p.units()
	if c == G722 {
		w.encode722(s, w.wideOf(p))
	} else {
		w.encode711(c, w.narrowOf(p))
	}
	sent := s.emitVoice(p, c, w.out[:n])
	switch {
	case c != G722:
	case sent:
		s.sent.stands(&w.enc)
	default: // the receiver does not have what the encoder goes on from
		w.encodes = false
	}
}

func (w *workshop) prepare(p *packet, c Codec) {
	if w.anew {
		w.ramp = codec.NewRamp(0)
		w.ramp.To(1, rampSamples)
	}
	w.anew, w.from, w.to = false, p.codec, c
	w.dec, w.up, w.down = nil, nil, nil
	if p.codec == G722 && p.pcm == nil {
		w.dec = codec.NewG722Decoder()
		if p.past != nil {
			w.dec = p.past.decoder()
		}
	}
}

// wideOf gives a packet's voice at 16 kHz, in a place where it may be changed.
func (w *workshop) wideOf(p *packet) []int16 {
	out := w.wide[:2*p.units()]
	switch {
	case p.pcm != nil:
		copy(out, p.pcm)
	case p.codec == G722:
		w.dec.Decode(out, p.payload)
	default:
		if w.up == nil {
			w.up = codec.NewResampler(8000, 16000)
		}
		w.up.Process(out, w.decode711(p))
	}
	return out
}

// narrowOf gives a packet's voice at 8 kHz.
func (w *workshop) narrowOf(p *packet) []int16 {
	if p.pcm == nil && p.codec != G722 {
		return w.decode711(p)
	}
	if w.down == nil {
		w.down = codec.NewResampler(16000, 8000)
	}
	out := w.narrow[:p.units()]
	w.down.Process(out, w.wideOf(p))
	return out
}

func (w *workshop) decode711(p *packet) []int16 {
	out := w.narrow[:len(p.payload)]
	if p.codec == PCMA {
		codec.DecodeALaw(out, p.payload)
	} else {
		codec.DecodeULaw(out, p.payload)
	}
	return out
}

func (w *workshop) encode711(c Codec, pcm []int16) {
	if c == PCMA {
		codec.EncodeALaw(w.out[:len(pcm)], pcm)
	} else {
		codec.EncodeULaw(w.out[:len(pcm)], pcm)
	}
}

func (w *workshop) encode722(s *Sender, pcm []int16) {
	if !w.encodes {
		w.enc = s.sent.decoder().EncoderState()
		w.encodes = true
	}
	w.ramp.Apply(pcm)
	w.enc.Encode(w.out[:len(pcm)/2], pcm)
}
