package media

import "cordboard/audio/codec"

// historyBytes of G.722 are remembered: after half a second a decoder that begins anywhere in a stream stands
// where one does that has heard it all, because the codec forgets on purpose (ITU-T G.722 §3.6: leaking
// predictors and scale factors).
const historyBytes = 4000

// history remembers the last G.722 that went one way, so that a decoder can be made from it when one is
// needed, which is at a switch; running one along would cost more than all else that is done for a packet. Where we
// coded the stream ourselves a little before, the decoder goes on from there.
type history struct {
	ring  *[historyBytes]byte // made with the first of it: a party of G.711 needs none
	at    int
	count int
	known codec.G722Decoder // where a decoder stands that has heard all but the last since bytes; nothing when since is past historyBytes
	since int
}

func (h *history) add(payload []byte) {
	if len(payload) >= historyBytes {
		payload = payload[len(payload)-historyBytes:]
	}
	if h.ring == nil {
		h.ring, h.since = new([historyBytes]byte), historyBytes+1
	}
	n := copy(h.ring[h.at:], payload)
	copy(h.ring[:], payload[n:])
	h.at = (h.at + len(payload)) % historyBytes
	h.count = min(h.count+len(payload), historyBytes)
	h.since = min(h.since+len(payload), historyBytes+1)
}

// stands says where a decoder of all that was added stands, when an encoder has just made the last of it: so the next
// switch need not find that out again.
func (h *history) stands(e *codec.G722Encoder) { h.known, h.since = e.DecoderState(), 0 }

func (h *history) forget() { h.at, h.count, h.since = 0, 0, historyBytes+1 }

// decoder gives a decoder that stands where one does that has heard the stream.
func (h *history) decoder() *codec.G722Decoder {
	d, left := codec.NewG722Decoder(), h.count
	if h.count > 0 && h.since <= h.count {
		*d, left = h.known, h.since
	}
	for left > 0 {
		from := (h.at - left + historyBytes) % historyBytes
		n := min(left, historyBytes-from)
		d.Skip(h.ring[from : from+n])
		left -= n
	}
	return d
}
