package media

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestAPacketReachesTheOtherLegUntouched(t *testing.T) {
	pl := newTestPlane(t)
	a, b := newPhone(t), newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "8 0 101", "rtpmap:101 telephone-event/8000"))
	_ = lb
	Join(la, lb)
	for i := range 5 {
		a.say(0, payloadOf(byte(0x20+i)))
		got := b.hear(time.Second, isFilledWith(byte(0x20+i)))
		if got == nil {
			t.Fatalf("packet %d did not come", i)
		}
		if got.PayloadType != 0 {
			t.Fatalf("payload type %d, want 0", got.PayloadType)
		}
		if got.Marker != (i == 0) {
			t.Fatalf("packet %d: marker %v", i, got.Marker)
		}
	}
}

func TestMusicIsHeardInEachCodec(t *testing.T) {
	pl := newTestPlane(t)
	for _, c := range []struct {
		formats string
		pt      uint8
	}{{"9", 9}, {"0", 0}, {"8", 8}} {
		t.Run(c.formats, func(t *testing.T) {
			a := newPhone(t)
			l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", c.formats))
			l.Hear(Music(pl.BuiltinMusic()))
			var last *rtp.Packet
			for range 10 {
				p := a.hear(time.Second, func(p *rtp.Packet) bool { return p.PayloadType == c.pt && len(p.Payload) == 160 })
				if p == nil {
					t.Fatal("no music")
				}
				if last != nil && (p.SequenceNumber != last.SequenceNumber+1) {
					t.Fatalf("number %d after %d", p.SequenceNumber, last.SequenceNumber)
				}
				last = p
			}
		})
	}
}
