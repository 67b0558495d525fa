package media

import (
	"bytes"
	"crypto/aes"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

func TestSessionKeysAreThoseOfRFC3711(t *testing.T) {
	hexed := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	master, err := aes.NewCipher(hexed("E1F97A0D3E018BE0D64FA32C06DE4139"))
	if err != nil {
		t.Fatal(err)
	}
	for label, want := range [][]byte{ // appendix B.3
		labelCipher: hexed("C61E7A93744F39EE10734AFE3FF7A087"),
		labelMAC:    hexed("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
		labelSalt:   hexed("30CBBC08863D8C85D49DB34A9AE1"),
	} {
		got := make([]byte, len(want))
		derive(master, hexed("0EC675AD498AFEEBB6960B3AABE6"), byte(label), got)
		if !bytes.Equal(got, want) {
			t.Errorf("label %d: %X, want %X", label, got, want)
		}
	}
}

// srtpPair is our half and another implementation of the same key.
func srtpPair(t testing.TB, suite string, mki []byte) (*srtpKeys, *srtp.Context) {
	t.Helper()
	c := newCrypto("1", suite)
	c.mki = mki
	ours, err := newSRTP(&c)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := c.context(true)
	if err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

func rtpPacket(t testing.TB, h rtp.Header, n int) []byte {
	t.Helper()
	h.Version = 2
	p := rtp.Packet{Header: h, Payload: make([]byte, n)}
	for i := range p.Payload {
		p.Payload[i] = byte(i*7) ^ byte(h.SequenceNumber)
	}
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSRTPIsUnderstoodByAnotherImplementationAndBack(t *testing.T) {
	for name, c := range map[string]struct {
		suite string
		mki   []byte
	}{"80 bits": {suite: suite80}, "32 bits": {suite: suite32}, "with a key's name": {suite80, []byte{0, 1}}} {
		t.Run(name, func(t *testing.T) {
			seals, opens := srtpPair(t, c.suite, c.mki)
			order := rand.New(rand.NewPCG(1, 2))
			var lag int
			for i := 0; i < 200_000; i += 1 + order.IntN(400) { // three times round the sequence numbers
				if lag = 0; i > 100 && order.IntN(4) == 0 {
					lag = 1 + order.IntN(20)
				}
				h := rtp.Header{SequenceNumber: uint16(30_000 + i - lag), Timestamp: uint32(i) * 160, SSRC: 77, PayloadType: 9}
				plain := rtpPacket(t, h, 160)
				b := seals.seal(append(make([]byte, 0, 600), plain...), 12)
				got, err := opens.DecryptRTP(nil, b, nil)
				if err != nil && lag == 0 {
					t.Fatalf("packet %d: %v", i, err)
				}
				if err == nil && !bytes.Equal(got, plain) {
					t.Fatalf("packet %d is another one", i)
				}
			}
			opensOurs, sealsTheirs := srtpPair(t, c.suite, c.mki)
			for i := range 140_000 {
				if i%300 > 3 {
					continue
				}
				h := rtp.Header{SequenceNumber: uint16(60_000 + i), SSRC: 5 + uint32(i%2), CSRC: []uint32{1, 2}[:i%3], Extension: i%2 == 0, ExtensionProfile: 0x1000}
				if h.Extension {
					h.Extensions = nil
					if err := h.SetExtension(1, []byte{1, 2, 3}); err != nil {
						h.Extension = false
					}
				}
				plain := rtpPacket(t, h, i%200)
				b, err := sealsTheirs.EncryptRTP(nil, plain, nil)
				if err != nil {
					t.Fatal(err)
				}
				again := bytes.Clone(b)
				got, ok := opensOurs.open(b)
				if !ok || !bytes.Equal(got, plain) {
					t.Fatalf("packet %d: ok %v", i, ok)
				}
				if _, ok := opensOurs.open(again); ok {
					t.Fatalf("packet %d was taken twice", i)
				}
			}
		})
	}
}

func TestAChangedSRTPPacketIsRefusedAndChangesNothing(t *testing.T) {
	opens, seals := srtpPair(t, suite80, nil)
	b, err := seals.EncryptRTP(nil, rtpPacket(t, rtp.Header{SequenceNumber: 9, SSRC: 5}, 160), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 0x10
		if _, ok := opens.open(bad); ok {
			t.Fatalf("byte %d changed, and the packet is taken", i)
		}
	}
	for n := range len(b) {
		if _, ok := opens.open(bytes.Clone(b[:n])); ok {
			t.Fatalf("%d bytes are taken for a packet", n)
		}
	}
	if len(opens.streams) != 0 {
		t.Error("what could not be proved is remembered")
	}
	if _, ok := opens.open(b); !ok {
		t.Error("the true packet is refused")
	}
}

func TestNothingIsAllocatedForAnEncryptedPacket(t *testing.T) {
	c := newCrypto("1", suite80)
	seals, err := newSRTP(&c)
	if err != nil {
		t.Fatal(err)
	}
	opens, _ := newSRTP(&c)
	var wire [400]byte
	h := header{pt: 9, ssrc: 3}
	next := func() {
		h.seq++
		putRTP(wire[:], h)
		b := seals.seal(wire[:172], 12)
		if _, ok := opens.open(b); !ok {
			t.Fatal("refused")
		}
	}
	next()
	if n := testing.AllocsPerRun(1000, next); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzSRTPOpen(f *testing.F) {
	c := cryptoLine{suite: suite80, key: make([]byte, keySalt)}
	k, err := newSRTP(&c)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k.seal(append(make([]byte, 0, 400), rtpPacket(f, rtp.Header{SequenceNumber: 1}, 160)...), 12))
	f.Add([]byte{0x9f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, mki := range [][]byte{nil, {1}} {
			c := cryptoLine{suite: suite80, key: make([]byte, keySalt), mki: mki}
			k, _ := newSRTP(&c)
			if got, ok := k.open(bytes.Clone(b)); ok && len(got) > len(b)-k.tag {
				t.Fatal("more than came")
			}
		}
	})
}

// BenchmarkSRTP is a packet of 20 ms sealed and opened.
func BenchmarkSRTP(b *testing.B) {
	c := newCrypto("1", suite80)
	seals, _ := newSRTP(&c)
	opens, _ := newSRTP(&c)
	var wire [400]byte
	h := header{pt: 9, ssrc: 3}
	for b.Loop() {
		h.seq++
		putRTP(wire[:], h)
		if _, ok := opens.open(seals.seal(wire[:172], 12)); !ok {
			b.Fatal("refused")
		}
	}
}

// TestAnAnswerHasTheTagOfTheKeyThatItTakes (RFC 4568 §5.1.2), and keeps our key for as long as the peer keeps its own.
func TestAnAnswerHasTheTagOfTheKeyThatItTakes(t *testing.T) {
	pl := newTestPlane(t)
	l, err := pl.NewRTPLeg(RTPOptions{ID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	a := newPhone(t)
	ours := map[string]bool{}
	for i, c := range []struct {
		tag string
		key byte
		new bool
	}{{"5", 'a', true}, {"2", 'a', false}, {"0", 'b', true}, {"2147483647", 'b', false}} {
		key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{c.key}, 30))
		answer, err := l.Answer(a.offer("RTP/SAVP", "0", "crypto:"+c.tag+" AES_CM_128_HMAC_SHA1_80 inline:"+key))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, ok := strings.Cut(string(answer), "a=crypto:"+c.tag+" AES_CM_128_HMAC_SHA1_80 inline:")
		if !ok {
			t.Fatalf("offer %d with tag %s:\n%s", i, c.tag, answer)
		}
		mine, _, _ := strings.Cut(rest, "\r\n")
		if mine == key || ours[mine] == c.new {
			t.Errorf("offer %d: our key %q is new: %v, want %v", i, mine, !ours[mine], c.new)
		}
		ours[mine] = true
	}
}

// TestNoneOfTheLastPacketsIsTakenTwice, whatever came in between.
func TestNoneOfTheLastPacketsIsTakenTwice(t *testing.T) {
	c := newCrypto("1", suite80)
	ours, err := newSRTP(&c)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := newSRTP(&c)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for seq := range uint16(100) { // more than the last that are remembered: older ones are refused unseen
		b := rtpPacket(t, rtp.Header{SequenceNumber: 65530 + seq, SSRC: 9}, 20)
		all = append(all, theirs.seal(append(make([]byte, 0, 200), b...), 12))
	}
	for round, want := range []bool{true, false} {
		for i, b := range all {
			if _, ok := ours.open(bytes.Clone(b)); ok != want {
				t.Errorf("packet %d the %d. time: taken %v", i, round+1, ok)
			}
		}
	}
}

// TestNotMoreStreamsAreRememberedThanALegCanHave: who has the key could begin one with each packet.
func TestNotMoreStreamsAreRememberedThanALegCanHave(t *testing.T) {
	opens, seals := srtpPair(t, suite80, nil)
	for ssrc := range uint32(maxStreams + 50) {
		b, err := seals.EncryptRTP(nil, rtpPacket(t, rtp.Header{SequenceNumber: 1, SSRC: ssrc}, 160), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := opens.open(b); ok != (ssrc < maxStreams) {
			t.Fatalf("stream %d is taken: %v", ssrc, ok)
		}
	}
}
