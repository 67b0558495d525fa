package media

import "strings"

// Codec is a way to code the voice. All of ours have an RTP clock of 8000 Hz and one byte a unit of it.
type Codec uint8

// The codecs. NoCodec stands where none has been agreed.
const (
	NoCodec Codec = iota
	G722          // ITU-T G.722 at 64 kbit/s, 16 kHz of samples
	PCMU          // ITU-T G.711 µ-law
	PCMA          // ITU-T G.711 A-law
	codecs        // how many there are
)

const (
	frameBytes   = 160 // 20 ms of any codec, and of the RTP clock
	clockRate    = 8000
	wideSamples  = 320 // 20 ms at 16 kHz
	narrowSample = 160 // 20 ms at 8 kHz
)

// Static payload types (RFC 3551 §6) and the numbers that we offer for what has none.
const (
	typePCMU   = 0
	typePCMA   = 8
	typeG722   = 9
	typeCN     = 13
	typeEvents = 101
	noType     = 0xff
)

// String is the codec's name in SDP.
func (c Codec) String() string {
	switch c {
	case G722:
		return "G722"
	case PCMU:
		return "PCMU"
	case PCMA:
		return "PCMA"
	}
	return "none"
}

// ParseCodec finds a codec by its name in SDP, in any case; ok is false for others.
func ParseCodec(name string) (c Codec, ok bool) {
	for c = G722; c < codecs; c++ {
		if strings.EqualFold(name, c.String()) {
			return c, true
		}
	}
	return NoCodec, false
}

// AllCodecs is every codec in the order we prefer.
func AllCodecs() []Codec { return []Codec{G722, PCMU, PCMA} }

func (c Codec) staticType() uint8 {
	switch c {
	case G722:
		return typeG722
	case PCMA:
		return typePCMA
	}
	return typePCMU
}

// payloads is one direction's payload types: by codec, and for comfort noise and events. noType where there is none.
type payloads struct {
	codec      [codecs]uint8
	cn, events uint8
}

func noPayloads() payloads {
	p := payloads{cn: noType, events: noType}
	for i := range p.codec {
		p.codec[i] = noType
	}
	return p
}

// find tells what a payload type stands for: a codec, or NoCodec with the rest saying what else.
func (p *payloads) find(pt uint8) (c Codec, cn, event bool) {
	for c := G722; c < codecs; c++ {
		if p.codec[c] == pt {
			return c, false, false
		}
	}
	return NoCodec, p.cn == pt, p.events == pt
}
