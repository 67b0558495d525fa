package media

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// quiet is an outlet that leads nowhere.
type quiet struct{}

func (quiet) send(*rtp.Header, []byte) error { return nil }

func TestDigitsLeaveAsEvents(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0 97", "rtpmap:97 telephone-event/8000"))
	if a.hear(time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 0 }) == nil {
		t.Fatal("no voice before")
	}
	if err := l.Tones("1#d"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []byte{1, 11, 15} {
		var first, last *rtp.Packet
		ends := 0
		for ends < 3 {
			p := a.hear(time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 97 })
			if p == nil {
				t.Fatalf("event %d: nothing", want)
			}
			if p.Payload[0] != want {
				t.Fatalf("event %d, want %d", p.Payload[0], want)
			}
			if first == nil {
				first = p
			}
			if p.Marker != (p == first) || p.Timestamp != first.Timestamp {
				t.Fatalf("event %d: marker %v, timestamp moved %d", want, p.Marker, p.Timestamp-first.Timestamp)
			}
			if last != nil && p.SequenceNumber != last.SequenceNumber+1 {
				t.Fatalf("number %d after %d", p.SequenceNumber, last.SequenceNumber)
			}
			if p.Payload[1]&0x80 != 0 {
				ends++
				if n := binary.BigEndian.Uint16(p.Payload[2:]); n != 800 {
					t.Fatalf("length %d, want 800", n)
				}
			}
			last = p
		}
	}
	back := a.hear(time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 0 })
	if back == nil || !back.Marker {
		t.Fatalf("no marked voice after the digits: %v", back)
	}
}

func TestDigitsAreHeardOnceHoweverOftenTheyAreSent(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0 101", "rtpmap:101 telephone-event/8000"))
	got := make(chan byte, 20)
	l.Sink(func(e Event) {
		if tone, ok := e.(Tone); ok {
			got <- tone.Digit
		}
	})
	for i, code := range []byte{5, 5, 10, 15, 200} {
		for k := range 6 {
			end := byte(0)
			if k > 2 {
				end = 0x80
			}
			a.seq++
			a.write(rtp.Header{Version: 2, Marker: k == 0, PayloadType: 101, SequenceNumber: a.seq, Timestamp: uint32(1000 * i), SSRC: a.ssrc}, []byte{code, end | 10, 0, byte(k * 160 / 4)})
		}
	}
	for _, want := range "55*D" {
		select {
		case d := <-got:
			if d != byte(want) {
				t.Fatalf("digit %c, want %c", d, want)
			}
		case <-time.After(2 * time.Second):
			t.Fatalf("digit %c did not come", want)
		}
	}
	select {
	case d := <-got:
		t.Fatalf("one more digit: %c", d)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestOnlyKeypadDigitsAreTaken(t *testing.T) {
	pl := newTestPlane(t)
	l, err := pl.NewRTPLeg(RTPOptions{ID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]error{"": nil, "0123456789*#abcD": nil, "1 2": ErrDigit, "x": ErrDigit, "ü": ErrDigit} {
		if err := l.Tones(s); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", s, err, want)
		}
	}
	l.Close()
	if err := l.Tones("1"); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestWithoutEventsDigitsAreAudible(t *testing.T) {
	out := &tape{}
	s := &Sender{}
	types := wideTypes()
	types.events = noType
	s.open(way{to: out, types: types, codec: PCMU, fixed: true})
	q := &toneQueue{s: s, queue: []byte("5"), active: true}
	s.tones = q
	for i := range toneFrames + pauseFrames + 1 {
		q.tick(refTime.Add(time.Duration(i)*frameTime), 0)
	}
	if len(out.payloads) != toneFrames+pauseFrames {
		t.Fatalf("%d packets", len(out.payloads))
	}
	pcm := make([]int16, 160)
	w := &workshop{}
	w.from = PCMU
	copy(pcm, w.decode711(&packet{codec: PCMU, payload: out.payloads[2]}))
	if p, q := power(pcm, 770), power(pcm, 1336); p < 1500 || q < 1500 {
		t.Errorf("770 Hz %.0f, 1336 Hz %.0f", p, q)
	}
	if p := power(pcm, 941); p > 500 {
		t.Errorf("941 Hz %.0f", p)
	}
}

// power is the amplitude of a frequency in samples at 8 kHz.
func power(pcm []int16, hz float64) float64 {
	var re, im float64
	for i, s := range pcm {
		w := 2 * math.Pi * hz * float64(i) / 8000
		re += float64(s) * math.Cos(w)
		im += float64(s) * math.Sin(w)
	}
	return 2 * math.Hypot(re, im) / float64(len(pcm))
}

// TestTheSameDigitTwiceIsTwoDigits: each lasts 100 ms, and 80 ms of nothing lie between two; many listeners want 40 of each.
func TestTheSameDigitTwiceIsTwoDigits(t *testing.T) {
	out, types := &tape{}, noPayloads()
	types.codec[PCMU], types.events = 0, 101
	s := &Sender{}
	s.open(way{to: out, types: types, codec: PCMU})
	s.tones = &toneQueue{s: s, queue: []byte("55"), active: true}
	var began, quiet []int // frames
	for frame := range 30 {
		was := len(out.heads)
		if !s.tones.tick(refTime.Add(time.Duration(frame)*20*time.Millisecond), 0) {
			break
		}
		switch {
		case len(out.heads) == was:
			quiet = append(quiet, frame)
		case out.heads[was].Marker:
			began = append(began, frame)
		}
	}
	if !slices.Equal(began, []int{0, 9}) || !slices.Equal(quiet, []int{6, 7, 8, 15, 16, 17}) {
		t.Errorf("begun in frames %v, quiet in %v", began, quiet)
	}
	if d := out.heads[len(out.heads)-1].Timestamp - out.heads[0].Timestamp; d != 9*160 {
		t.Errorf("the second is %d units after the first", d)
	}
}

// TestNobodySpeaksIntoAKey: while a digit is being sent its time stands still for everybody else.
func TestNobodySpeaksIntoAKey(t *testing.T) {
	out, f := &tape{}, &feed{}
	types := noPayloads()
	types.codec[PCMU], types.events = 0, 101
	var s Sender
	s.open(way{to: out, types: types, codec: PCMU})
	s.hear(f, nil)
	s.tones = &toneQueue{s: &s, queue: []byte("5"), active: true}
	p := packet{codec: PCMU, payload: payloadOf(1), now: refTime}
	if s.take(f, &p); len(out.heads) > 0 {
		t.Error("voice is sent in the middle of a key")
	}
	s.tones.active = false
	if s.take(f, &p); len(out.heads) != 1 {
		t.Errorf("%d packets after the key", len(out.heads))
	}
}

// TestADigitIsTakenOnceWhateverTheNetworkDoes: its packets may be lost, but for one, come twice, or after those of the next digit.
func TestADigitIsTakenOnceWhateverTheNetworkDoes(t *testing.T) {
	begin := uint32(0xffff_f000) // the clock comes round meanwhile
	packet := func(code byte, end bool, length uint16) []byte {
		b := []byte{code, 10, byte(length >> 8), byte(length)}
		if end {
			b[1] |= 0x80
		}
		return b
	}
	for name, c := range map[string]struct {
		came func(k *keyEar) []byte
		want string
	}{
		"the end alone": {func(k *keyEar) []byte { return []byte{k.digit(begin, packet(3, true, 800))} }, "3"},
		"no end": {func(k *keyEar) []byte {
			return []byte{k.digit(begin, packet(3, false, 160)), k.digit(begin, packet(3, false, 320)), k.digit(begin+2000, packet(4, false, 160))}
		}, "34"},
		"the same key twice": {func(k *keyEar) []byte {
			return []byte{k.digit(begin, packet(11, true, 800)), k.digit(begin+1600, packet(11, true, 800)), k.digit(begin+1600, packet(11, true, 800))}
		}, "##"},
		"the end after the next digit": {func(k *keyEar) []byte {
			return []byte{k.digit(begin, packet(1, false, 160)), k.digit(begin+1440, packet(2, false, 160)), k.digit(begin, packet(1, true, 800)), k.digit(begin+1440, packet(2, true, 800)), k.digit(begin+9000, packet(9, false, 160))}
		}, "129"},
		"a stream of another clock": {func(k *keyEar) []byte {
			out := []byte{k.digit(begin, packet(1, true, 800))}
			k.forget()
			return append(out, k.digit(begin-4000, packet(2, true, 800)))
		}, "12"},
		"no digit": {func(k *keyEar) []byte {
			return []byte{k.digit(begin, packet(16, true, 800)), k.digit(begin, []byte{1, 2, 3}), k.digit(begin, packet(1, true, 800))}
		}, "1"},
	} {
		if got := strings.ReplaceAll(string(c.came(&keyEar{})), "\x00", ""); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestADigitOfANewStreamIsTakenWhateverItsClockSays: another device, or the SBC's other half, speaks from now on.
func TestADigitOfANewStreamIsTakenWhateverItsClockSays(t *testing.T) {
	var keys []byte
	in := &inlet{tell: func(e Event) {
		if k, is := e.(Tone); is {
			keys = append(keys, k.Digit)
		}
	}}
	types := noPayloads()
	types.codec[PCMU], types.events = 0, 101
	event := func(code byte, seq uint16, ts, ssrc uint32) {
		in.receive(header{pt: 101, seq: seq, ts: ts, ssrc: ssrc}, []byte{code, 10, 0, 160}, &types, refTime)
	}
	event(1, 10, 50_000, 1)
	event(2, 11, 49_000, 1) // late
	event(3, 700, 48_500, 2)
	if string(keys) != "13" {
		t.Errorf("keys %q, want 13", keys)
	}
}
