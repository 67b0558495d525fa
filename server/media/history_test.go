package media

import (
	"testing"

	"cordboard/audio/codec"
)

// However a stream came about, the decoder made from what is remembered sounds as one that has heard it all.
func TestAHistoryGivesTheDecoderThatHasHeardAll(t *testing.T) {
	voice := speechLike(4, 1)
	for _, passed := range []int{0, 1, 10, 24, 25, 26, 60} { // frames that went through after we had coded some
		var h history
		whole, source, at := codec.NewG722Decoder(), codec.NewG722Encoder(), 0
		next := func(e *codec.G722Encoder) []byte {
			out := make([]byte, frameBytes)
			e.Encode(out, voice[at:at+2*frameBytes])
			at += 2 * frameBytes
			return out
		}
		heard := make([]int16, 2*frameBytes)
		hear := func(payload []byte) {
			h.add(payload)
			whole.Decode(heard, payload)
		}
		for range 30 {
			hear(next(source))
		}
		for range 2 {
			enc := h.decoder().EncoderState()
			for range 5 {
				hear(next(&enc))
				h.stands(&enc)
			}
			through := whole.EncoderState()
			for range passed {
				hear(next(&through))
			}
			made, got := h.decoder(), make([]int16, 2*frameBytes)
			for i := range 3 {
				payload := next(&through)
				made.Decode(got, payload)
				hear(payload)
				if i == 0 { // the filter that joins the sub-bands is filled by a frame
					continue
				}
				for k := range got {
					if d := int(got[k]) - int(heard[k]); d < -100 || d > 100 {
						t.Fatalf("%d frames after our own, frame %d: %d instead of %d", passed, i, got[k], heard[k])
					}
				}
			}
		}
	}
}

func TestAHistoryThatForgetsBeginsAnew(t *testing.T) {
	var h history
	if got := h.decoder(); *got != *codec.NewG722Decoder() {
		t.Error("a history of nothing gives a decoder that stands elsewhere than a new one")
	}
	enc := codec.NewG722Encoder()
	enc.Encode(make([]byte, frameBytes), speechLike(0.02, 1))
	h.add(make([]byte, frameBytes))
	h.stands(enc)
	h.forget()
	if got := h.decoder(); *got != *codec.NewG722Decoder() {
		t.Error("a history that forgot gives a decoder that stands elsewhere than a new one")
	}
	fresh := codec.NewG722Decoder()
	h.add(make([]byte, frameBytes))
	fresh.Skip(make([]byte, frameBytes))
	if got := h.decoder(); *got != *fresh {
		t.Error("a history that forgot remembers where it stood")
	}
}

// TestAStreamThatBeginsAnewIsNotDecodedFromTheOldOne: another device stands at the other end.
func TestAStreamThatBeginsAnewIsNotDecodedFromTheOldOne(t *testing.T) {
	in := &inlet{tell: func(Event) {}}
	types := wideTypes()
	for i := range 5 {
		in.receive(header{pt: types.codec[G722], seq: uint16(i), ts: uint32(i) * 160, ssrc: 1}, payloadOf(byte(i)), &types, refTime)
	}
	in.receive(header{pt: types.codec[G722], seq: 9000, ts: 77, ssrc: 2}, payloadOf(9), &types, refTime)
	if in.past.count != frameBytes {
		t.Errorf("%d bytes are remembered after one frame of the new stream", in.past.count)
	}
}
