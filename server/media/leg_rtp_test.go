package media

import (
	"strings"
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

// Who has said that it does not send now is not heard, whatever comes: a party on hold must not be overheard.
func TestWhoSaysThatItSendsNothingIsNotHeard(t *testing.T) {
	pl := newTestPlane(t)
	a, b := newPhone(t), newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "0"))
	Join(la, lb)
	for i, way := range []string{"recvonly", "inactive", "sendonly", "sendrecv"} {
		if _, err := la.Answer(a.offer("RTP/AVP", "0", way)); err != nil {
			t.Fatal(err)
		}
		for k := range 3 {
			a.say(0, payloadOf(byte(0x20+8*i+k)))
		}
		heard := b.hear(200*time.Millisecond, func(p *rtp.Packet) bool { return p.Payload[0] >= byte(0x20+8*i) && p.Payload[0] < byte(0x28+8*i) }) != nil
		if want := i > 1; heard != want {
			t.Errorf("%s: heard %v, want %v", way, heard, want)
		}
	}
}

// A console answers in the codec that it hears: it is told which one is coming before the other party has said anything.
func TestANewCodecIsAnnouncedToAConsoleByAFrameOfSilence(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "8"))
	out, s := &tape{}, &Sender{}
	w := wideLine
	w.to = out
	s.open(w)
	f := &feed{to: s}
	s.hear(f, nil)
	From(la).connect(pl, f)
	if len(out.payloads) != 1 || out.heads[0].PayloadType != 8 {
		t.Fatalf("sent: %+v", out.heads)
	}
	for _, v := range out.payloads[0] {
		if v != 0xd5 {
			t.Fatalf("the frame is not silent: %x", out.payloads[0])
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

// TestPacketsAsLongAsTheTrunkWants are asked for in offers and answers.
func TestPacketsAsLongAsTheTrunkWants(t *testing.T) {
	pl := newTestPlane(t)
	l, err := pl.NewRTPLeg(RTPOptions{ID: "a", Ptime: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	answer, err := l.Answer([]byte(top + "m=audio 40000 RTP/AVP 8\r\na=ptime:20\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	offer, err := l.Offer()
	if err != nil {
		t.Fatal(err)
	}
	for name, sdp := range map[string][]byte{"answer": answer, "offer": offer} {
		if !strings.Contains(string(sdp), "\r\na=ptime:30\r\na=maxptime:60\r\n") {
			t.Errorf("%s:\n%s", name, sdp)
		}
	}
}
