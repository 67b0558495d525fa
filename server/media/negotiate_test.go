package media

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

var sdpVersion = regexp.MustCompile(`o=- \d+ (\d+) `)

func versionOf(t *testing.T, sdp []byte) string {
	t.Helper()
	m := sdpVersion.FindSubmatch(sdp)
	if m == nil {
		t.Fatalf("no o= line in %s", sdp)
	}
	return string(m[1])
}

func TestTheVersionGoesUpOnlyOnChange(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	first, _ := l.Answer(a.offer("RTP/AVP", "0"))
	again, _ := l.Answer(a.offer("RTP/AVP", "0"))
	held, _ := l.Answer(a.offer("RTP/AVP", "0", "sendonly"))
	back, _ := l.Answer(a.offer("RTP/AVP", "0"))
	v := []string{versionOf(t, first), versionOf(t, again), versionOf(t, held), versionOf(t, back)}
	if fmt.Sprint(v) != "[1 1 2 3]" {
		t.Errorf("versions %v", v)
	}
	o1, _ := l.Offer()
	o2, _ := l.Offer()
	if versionOf(t, o1) != "4" || versionOf(t, o2) != "4" {
		t.Errorf("offers %s, %s", versionOf(t, o1), versionOf(t, o2))
	}
}

func TestHoldStopsOurVoiceAndResumeBringsItBack(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	l.Hear(Music(pl.BuiltinMusic()))
	any := func(*rtp.Packet) bool { return true }
	if a.hear(time.Second, any) == nil {
		t.Fatal("no music")
	}
	for _, held := range []string{"sendonly", "inactive"} {
		if _, err := l.Answer(a.offer("RTP/AVP", "0", held)); err != nil {
			t.Fatal(err)
		}
		if got := l.Direction().String(); got != held {
			t.Errorf("direction %s, want %s", got, held)
		}
		for a.hear(30*time.Millisecond, any) != nil { // what was under way
		}
		if a.hear(100*time.Millisecond, any) != nil {
			t.Errorf("%s: still heard", held)
		}
		if _, err := l.Answer(a.offer("RTP/AVP", "0")); err != nil {
			t.Fatal(err)
		}
		if p := a.hear(time.Second, any); p == nil || !p.Marker {
			t.Errorf("after %s: %v", held, p)
		}
	}
}

func TestAnAnswerMayNumberItsPayloadsItself(t *testing.T) {
	pl := newTestPlane(t)
	l, err := pl.NewRTPLeg(RTPOptions{ID: "a", Codecs: []Codec{PCMA, PCMU}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Accept([]byte(top)); !errors.Is(err, ErrNoOffer) {
		t.Errorf("answer without offer: %v", err)
	}
	o, err := l.Offer()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(o), "RTP/AVP 8 0 13 101\r\n") {
		t.Errorf("offer\n%s", o)
	}
	a := newPhone(t)
	a.reads(o)
	if err := l.Accept(a.offer("RTP/AVP", "100 97", "rtpmap:100 PCMU/8000", "rtpmap:97 telephone-event/8000")); err != nil {
		t.Fatal(err)
	}
	l.Hear(Music(pl.BuiltinMusic()))
	if a.hear(time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 100 }) == nil {
		t.Fatal("the peer's number is not used")
	}
	a.say(0, payloadOf(1)) // and ours towards us
	until(t, "a packet under our number counts", func() bool { wait(time.Millisecond); return l.Stats().PacketsReceived == 1 })
	for name, bad := range map[string][]byte{
		"refused":         a.offer("RTP/AVP", "8"),
		"foreign codec":   a.offer("RTP/AVP", "9"),
		"encrypted":       a.offer("RTP/SAVP", "8", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1),
		"without m= line": []byte(top),
	} {
		if name == "refused" {
			bad = []byte(strings.Replace(string(bad), fmt.Sprintf("audio %d", a.port()), "audio 0", 1))
		}
		if err := l.Accept(bad); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// seal gives the phone its own key and the leg's, from an answer or offer.
func (p *phone) seal(own string, sdp []byte) {
	p.t.Helper()
	m := regexp.MustCompile(`a=crypto:\d+ (\S+) inline:(\S+)`).FindSubmatch(sdp)
	if m == nil {
		p.t.Fatalf("no key in\n%s", sdp)
	}
	profile := srtp.ProtectionProfileAes128CmHmacSha1_80
	if string(m[1]) == suite32 {
		profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	}
	open := func(s string) *srtp.Context {
		k, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "inline:"))
		if err != nil {
			p.t.Fatal(err)
		}
		c, err := srtp.CreateContext(k[:16], k[16:], profile)
		if err != nil {
			p.t.Fatal(err)
		}
		return c
	}
	p.seals, p.opens = open(own), open(string(m[2]))
}

func TestEncryptedLegs(t *testing.T) {
	pl := newTestPlane(t)
	for _, suite := range []string{suite80, suite32} {
		t.Run(suite, func(t *testing.T) {
			a, b := newPhone(t), newPhone(t)
			offer := a.offer("RTP/SAVP", "9", "crypto:3 "+suite+" "+key1+"|2^31")
			la := a.call(pl, RTPOptions{ID: "a", SRTP: "require"}, offer)
			answer, err := la.Answer(offer)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(answer), "a=crypto:3 "+suite) {
				t.Fatalf("answer\n%s", answer)
			}
			a.seal(key1, answer)
			lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "9"))
			Join(la, lb)
			b.say(9, payloadOf(7))
			until(t, "the plain side hears the encrypted one", func() bool {
				a.say(9, payloadOf(0x61))
				return b.hear(50*time.Millisecond, isFilledWith(0x61)) != nil
			})
			until(t, "the encrypted side hears the plain one", func() bool {
				b.say(9, payloadOf(0x62))
				return a.hear(50*time.Millisecond, isFilledWith(0x62)) != nil
			})
			if !la.Stats().SRTP || lb.Stats().SRTP {
				t.Error("who is encrypted?")
			}
			before := la.Stats().PacketsReceived
			plain := a.seals
			a.seals = nil
			a.say(9, payloadOf(0x63))
			a.seals = plain
			until(t, "the next one counts", func() bool { a.say(9, payloadOf(0x61)); return la.Stats().PacketsReceived > before })
			for p := b.hear(30*time.Millisecond, isFilledWith(0x63)); p != nil; {
				t.Fatal("a plain packet came through an encrypted leg")
			}
		})
	}
}

func TestOurOfferIsEncryptedWhereItMustBe(t *testing.T) {
	pl := newTestPlane(t)
	l, err := pl.NewRTPLeg(RTPOptions{ID: "a", SRTP: "require"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o, _ := l.Offer()
	if !strings.Contains(string(o), "RTP/SAVP 9 0 8 13 101") {
		t.Fatalf("offer\n%s", o)
	}
	a := newPhone(t)
	a.reads(o)
	if err := l.Accept(a.offer("RTP/SAVP", "0")); !errors.Is(err, ErrCrypto) {
		t.Errorf("answer without a key: %v", err)
	}
	if err := l.Accept(a.offer("RTP/SAVP", "0", "crypto:2 "+suite80+" "+key1)); !errors.Is(err, ErrCrypto) {
		t.Errorf("answer to another tag: %v", err)
	}
	if err := l.Accept(a.offer("RTP/SAVP", "0", "crypto:1 "+suite80+" "+key1)); err != nil {
		t.Fatal(err)
	}
	a.seal(key1, o)
	l.Hear(Music(pl.BuiltinMusic()))
	if a.hear(time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 0 }) == nil {
		t.Fatal("no music")
	}
	again, _ := l.Offer()
	if versionOf(t, o) != versionOf(t, again) {
		t.Errorf("the same offer has another version:\n%s\n%s", o, again)
	}
}

func TestThePeersNewKeyGetsANewOneOfOurs(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	offer := func(key string) []byte { return a.offer("RTP/SAVP", "0", "crypto:1 "+suite80+" "+key) }
	l := a.call(pl, RTPOptions{ID: "a"}, offer(key1))
	first, _ := l.Answer(offer(key1))
	same, _ := l.Answer(offer(key1))
	other, err := l.Answer(offer(key2))
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(same) {
		t.Error("the same offer is answered otherwise")
	}
	if string(other) == string(same) {
		t.Error("our key stayed")
	}
	a.seal(key2, other)
	until(t, "the new key is heard", func() bool { a.say(0, payloadOf(1)); wait(time.Millisecond); return l.Stats().PacketsReceived > 0 })
}
