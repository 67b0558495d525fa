package lab

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"cordboard/audio/codec"
)

// rtpSender numbers what one party sends.
type rtpSender struct {
	ssrc    uint32
	seq     uint16
	ts      uint32
	marker  bool
	encoder *codec.G722Encoder
	packets uint32
	octets  uint32
}

func (s *rtpSender) begin() {
	s.ssrc, s.seq, s.ts, s.marker = rand.Uint32(), uint16(rand.Uint32()), rand.Uint32(), true
	s.encoder = codec.NewG722Encoder()
}

// skip lets 20 ms go by unsent.
func (s *rtpSender) skip() {
	s.ts += 160
	s.marker = true
}

// packet is 20 ms of voice. G.722 too counts 160 per 20 ms (RFC 3551 §4.5.2).
func (s *rtpSender) packet(c SBCCodec, pcm []int16) *rtp.Packet {
	payload := make([]byte, 160)
	switch c {
	case SBCG722:
		s.encoder.Encode(payload, pcm)
	case SBCPCMA:
		codec.EncodeALaw(payload, pcm)
	default:
		codec.EncodeULaw(payload, pcm)
	}
	p := s.numbered(sbcPayload[c], s.ts, payload)
	s.ts += 160
	return p
}

func (s *rtpSender) numbered(pt uint8, ts uint32, payload []byte) *rtp.Packet {
	p := &rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: s.seq, Timestamp: ts, SSRC: s.ssrc, Marker: s.marker},
		Payload: payload,
	}
	s.seq++
	s.marker = false
	return p
}

func (s *rtpSender) count(octets int) {
	s.packets++
	s.octets += uint32(octets)
}

func (s *rtpSender) report(now time.Time, r *rtpReceiver) []byte {
	ntp := uint64(now.Unix()+2208988800)<<32 | uint64(now.Nanosecond())<<32/1e9
	sr := &rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp, RTPTime: s.ts, PacketCount: s.packets, OctetCount: s.octets}
	if r.started {
		sr.Reports = []rtcp.ReceptionReport{{SSRC: r.ssrc, LastSequenceNumber: uint32(r.seq)}}
	}
	raw, err := rtcp.Marshal([]rtcp.Packet{sr, &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: s.ssrc, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: "lab"}},
	}}}})
	if err != nil {
		return nil
	}
	return raw
}

// rtpReceiver puts what comes onto the time line of a recording.
type rtpReceiver struct {
	started bool
	ssrc    uint32
	seq     uint16
	ts      uint32
	pt      uint8
	last    time.Time
	g722    *codec.G722Decoder
	up      *codec.Resampler
	wasTone uint32
}

func (r *rtpReceiver) begin() {
	r.g722 = codec.NewG722Decoder()
	r.up = codec.NewResampler(8000, RecordingRate)
}

func (r *rtpReceiver) take(m *sbcMedia, p *rtp.Packet) {
	now := time.Now()
	s := &m.stats
	s.Received++
	if s.FirstHeard.IsZero() {
		s.FirstHeard = now
	} else {
		s.LongestGap = max(s.LongestGap, now.Sub(r.last))
	}
	r.last = now
	if m.tonesPT != 0 && p.PayloadType == m.tonesPT {
		r.follow(s, p)
		m.tonePacket(p)
		return
	}
	pcm := r.decode(p)
	if pcm == nil {
		if p.PayloadType != 13 { // comfort noise (RFC 3389) is heard as silence
			s.Unknown++
		}
		r.follow(s, p)
		return
	}
	if r.started && p.PayloadType != r.pt {
		s.Switches++
	}
	r.pt = p.PayloadType
	gap, fits := r.follow(s, p)
	if !fits {
		return
	}
	m.heard.add(gap, pcm)
}

// follow checks numbers and clock; gap is what is missing before this packet, in samples of a recording; fits is false when it
// came too late.
func (r *rtpReceiver) follow(s *SBCMediaStats, p *rtp.Packet) (gap int, fits bool) {
	defer func() {
		if fits {
			r.started, r.ssrc, r.seq, r.ts = true, p.SSRC, p.SequenceNumber, p.Timestamp
		}
	}()
	if !r.started || p.SSRC != r.ssrc {
		return 0, true
	}
	step := int16(p.SequenceNumber - r.seq)
	if step <= 0 {
		s.Late++
		return 0, false
	}
	s.Lost += int(step) - 1
	ticks := int32(p.Timestamp - r.ts)
	if p.PayloadType != r.pt || ticks < 0 || ticks > 5*8000 {
		if ticks < 0 || ticks > 60*8000 {
			s.BadClock++
		}
		return 0, true
	}
	if step == 1 && !p.Marker && ticks != 160 && ticks != 0 {
		s.BadClock++
	}
	return max(0, int(ticks)-160) * RecordingRate / 8000, true
}

func (r *rtpReceiver) decode(p *rtp.Packet) []int16 {
	n := len(p.Payload)
	if n == 0 || n > 1440 {
		return nil
	}
	switch p.PayloadType {
	case 9:
		pcm := make([]int16, 2*n)
		r.g722.Decode(pcm, p.Payload)
		return pcm
	case 0, 8:
		low := make([]int16, n)
		if p.PayloadType == 0 {
			codec.DecodeULaw(low, p.Payload)
		} else {
			codec.DecodeALaw(low, p.Payload)
		}
		pcm := make([]int16, 2*n)
		for done := 0; done < n; {
			k := min(160, n-done)
			r.up.Process(pcm[2*done:2*(done+k)], low[done:done+k])
			done += k
		}
		return pcm
	}
	return nil
}
