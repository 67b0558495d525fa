package media

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// answered makes the answer to an offer without a socket.
func answered(r *rules, sdp string) (string, *agreement, error) {
	d, err := parseSDP([]byte(sdp))
	if err != nil {
		return "", nil, err
	}
	a, err := r.choose(d)
	if err != nil {
		return "", nil, err
	}
	if a.their != nil {
		a.ours = &cryptoLine{tag: a.their.tag, suite: a.their.suite, key: make([]byte, keySalt)}
	}
	us := &ourSide{id: 1, addr: netip.MustParseAddr("192.0.2.1"), port: 20000}
	return string(us.describe(us.answerBody(a, 20))), a, nil
}

const (
	top  = "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"
	key1 = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
	key2 = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYVd3d3d3d3d3"
)

func TestOddOffersGetTheAnswersTheyMustGet(t *testing.T) {
	m := func(line string, attrs ...string) string {
		s := "m=" + line + "\r\n"
		for _, a := range attrs {
			s += "a=" + a + "\r\n"
		}
		return s
	}
	cases := []struct {
		name    string
		sdp     string
		srtp    string
		err     error // errBad for *SDPError
		has     []string
		hasNot  []string
		codec   Codec
		theirs  Direction
		to      string // where we send
		control string
	}{
		{name: "static payload types need no rtpmap", sdp: top + m("audio 40000 RTP/AVP 0 8 9"), codec: G722, has: []string{"m=audio 20000 RTP/AVP 9\r\n", "a=rtpmap:9 G722/8000"}, to: "198.51.100.7:40000", control: "198.51.100.7:40001"},
		{name: "µ-law alone", sdp: top + m("audio 40000 RTP/AVP 0"), codec: PCMU, has: []string{"m=audio 20000 RTP/AVP 0\r\n", "a=sendrecv"}},
		{name: "A-law alone", sdp: top + m("audio 40000 RTP/AVP 8"), codec: PCMA, has: []string{"RTP/AVP 8\r\n"}},
		{name: "lower-case encoding names", sdp: top + m("audio 40000 RTP/AVP 96 97", "rtpmap:96 pcma/8000", "rtpmap:97 telephone-event/8000"), codec: PCMA, has: []string{"RTP/AVP 96 97\r\n", "a=rtpmap:96 PCMA/8000", "a=rtpmap:97 telephone-event/8000"}},
		{name: "one channel said aloud", sdp: top + m("audio 40000 RTP/AVP 0", "rtpmap:0 PCMU/8000/1"), codec: PCMU},
		{name: "two channels are none of ours", sdp: top + m("audio 40000 RTP/AVP 99 0", "rtpmap:99 PCMA/8000/2"), codec: PCMU, hasNot: []string{"99"}},
		{name: "a number that an rtpmap turns round", sdp: top + m("audio 40000 RTP/AVP 0", "rtpmap:0 PCMA/8000"), codec: PCMA, has: []string{"a=rtpmap:0 PCMA/8000"}},
		{name: "G.722 with its true rate", sdp: top + m("audio 40000 RTP/AVP 9", "rtpmap:9 G722/16000"), codec: G722, has: []string{"a=rtpmap:9 G722/8000"}},
		{name: "dynamic G.722", sdp: top + m("audio 40000 RTP/AVP 110", "rtpmap:110 G722/8000"), codec: G722, has: []string{"RTP/AVP 110\r\n"}},
		{name: "Teams without bypass", sdp: top + m("audio 50234 RTP/SAVP 104 9 103 111 18 0 8 97 101 13 118", "rtpmap:104 SILK/16000", "rtpmap:103 SILK/8000", "rtpmap:111 SIREN/16000", "rtpmap:18 G729/8000", "rtpmap:97 RED/8000", "rtpmap:101 telephone-event/8000", "fmtp:101 0-16", "rtpmap:13 CN/8000", "rtpmap:118 CN/16000", "ptime:20", "rtcp-mux", "crypto:2 AES_CM_128_HMAC_SHA1_80 "+key1+"|2^31|1:1", "crypto:3 AES_CM_128_HMAC_SHA1_80 "+key2+"|2^31"),
			codec: G722, has: []string{"m=audio 20000 RTP/SAVP 9 101\r\n", "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:", "a=rtcp-mux", "a=fmtp:101 0-15"}, hasNot: []string{" 13", "118", "crypto:2"}, control: "198.51.100.7:50234"},
		{name: "comfort noise goes with G.711", sdp: top + m("audio 40000 RTP/AVP 0 13"), codec: PCMU, has: []string{"RTP/AVP 0 13\r\n", "a=rtpmap:13 CN/8000"}},
		{name: "comfort noise does not go with G.722", sdp: top + m("audio 40000 RTP/AVP 9 13"), codec: G722, has: []string{"RTP/AVP 9\r\n"}},
		{name: "events at another rate only", sdp: top + m("audio 40000 RTP/AVP 0 100", "rtpmap:100 telephone-event/48000"), codec: PCMU, hasNot: []string{"telephone-event"}},
		{name: "events at two rates", sdp: top + m("audio 40000 RTP/AVP 0 100 101", "rtpmap:100 telephone-event/16000", "rtpmap:101 telephone-event/8000"), codec: PCMU, has: []string{"RTP/AVP 0 101\r\n"}},
		{name: "only codecs that we lack", sdp: top + m("audio 40000 RTP/AVP 18 96", "rtpmap:96 opus/48000/2"), err: ErrNoCodec},
		{name: "only events", sdp: top + m("audio 40000 RTP/AVP 101", "rtpmap:101 telephone-event/8000"), err: ErrNoCodec},
		{name: "no media at all", sdp: top, err: ErrNoCodec},
		{name: "audio refused by its own author", sdp: top + m("audio 0 RTP/AVP 0"), err: ErrNoCodec},
		{name: "video only", sdp: top + m("video 40000 RTP/AVP 96", "rtpmap:96 H264/90000"), err: ErrNoCodec},
		{name: "video after audio is refused in its place", sdp: top + m("audio 40000 RTP/AVP 0") + m("video 40002 RTP/AVP 96 97", "rtpmap:96 H264/90000"), codec: PCMU, has: []string{"m=audio 20000 RTP/AVP 0\r\n", "m=video 0 RTP/AVP 96 97\r\n"}},
		{name: "video before audio is refused in its place", sdp: top + m("video 40002 RTP/AVP 96") + m("audio 40000 RTP/AVP 0"), codec: PCMU, has: []string{"m=video 0 RTP/AVP 96\r\nm=audio 20000"}},
		{name: "a fax beside the voice", sdp: top + m("audio 40000 RTP/AVP 8") + m("image 40002 udptl t38"), codec: PCMA, has: []string{"m=image 0 udptl t38\r\n"}},
		{name: "plain and encrypted side by side", sdp: top + m("audio 40000 RTP/AVP 0") + m("audio 40002 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1), codec: PCMU, has: []string{"m=audio 0 RTP/AVP 0\r\nm=audio 20000 RTP/SAVP 0\r\n"}, to: "198.51.100.7:40002"},
		{name: "the same where encryption is off", srtp: "off", sdp: top + m("audio 40000 RTP/AVP 0") + m("audio 40002 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1), codec: PCMU, has: []string{"m=audio 20000 RTP/AVP 0\r\n", "m=audio 0 RTP/SAVP 0\r\n"}},
		{name: "plain where encryption is required", srtp: "require", sdp: top + m("audio 40000 RTP/AVP 0"), err: ErrCrypto},
		{name: "encrypted where it is off", srtp: "off", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1), err: ErrCrypto},
		{name: "a key in a plain profile is taken", sdp: top + m("audio 40000 RTP/AVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1), codec: PCMU, has: []string{"RTP/AVP 0\r\n", "a=crypto:1 "}},
		{name: "an encrypted profile without a key", sdp: top + m("audio 40000 RTP/SAVP 0"), err: ErrCrypto},
		{name: "only suites that we lack", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:1 AEAD_AES_256_GCM "+key1), err: ErrCrypto},
		{name: "a short key", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"), err: ErrCrypto},
		{name: "80 bits before 32, whatever the order", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_32 "+key1, "crypto:0 AES_CM_128_HMAC_SHA1_80 "+key2), codec: PCMU, has: []string{"a=crypto:0 AES_CM_128_HMAC_SHA1_80"}},
		{name: "32 bits where there is nothing else", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:5 AES_CM_128_HMAC_SHA1_32 "+key1), codec: PCMU, has: []string{"a=crypto:5 AES_CM_128_HMAC_SHA1_32"}},
		{name: "an encrypted stream that is not to be encrypted", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1+" UNENCRYPTED_SRTP"), err: ErrCrypto},
		{name: "DTLS alone", sdp: top + m("audio 40000 UDP/TLS/RTP/SAVP 0", "fingerprint:sha-256 00:11"), err: ErrCrypto},
		{name: "DTLS with a key beside it", sdp: top + m("audio 40000 UDP/TLS/RTP/SAVP 0", "fingerprint:sha-256 00:11", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1), codec: PCMU, has: []string{"UDP/TLS/RTP/SAVP 0", "a=crypto:1"}},
		{name: "a feedback profile", sdp: top + m("audio 40000 RTP/AVPF 0"), codec: PCMU, has: []string{"RTP/AVPF 0"}},
		{name: "an unknown transport", sdp: top + m("audio 40000 TCP/RTP/AVP 0"), err: ErrNoCodec},
		{name: "hold: sendonly", sdp: top + m("audio 40000 RTP/AVP 0", "sendonly"), codec: PCMU, theirs: SendOnly, has: []string{"a=recvonly"}},
		{name: "hold: inactive", sdp: top + m("audio 40000 RTP/AVP 0", "inactive"), codec: PCMU, theirs: Inactive, has: []string{"a=inactive"}},
		{name: "recvonly", sdp: top + m("audio 40000 RTP/AVP 0", "recvonly"), codec: PCMU, theirs: RecvOnly, has: []string{"a=sendonly"}},
		{name: "a direction for the whole session", sdp: top + "a=sendonly\r\n" + m("audio 40000 RTP/AVP 0"), codec: PCMU, theirs: SendOnly, has: []string{"a=recvonly"}},
		{name: "a section's direction before the session's", sdp: top + "a=sendonly\r\n" + m("audio 40000 RTP/AVP 0", "sendrecv"), codec: PCMU, theirs: SendRecv, has: []string{"a=sendrecv"}},
		{name: "the old hold: 0.0.0.0", sdp: strings.ReplaceAll(top, "c=IN IP4 198.51.100.7", "c=IN IP4 0.0.0.0") + m("audio 40000 RTP/AVP 0"), codec: PCMU, theirs: SendOnly, has: []string{"a=recvonly"}, to: "invalid AddrPort"},
		{name: "an address of its own for the section", sdp: top + "m=audio 40000 RTP/AVP 0\r\nc=IN IP4 203.0.113.9\r\n", codec: PCMU, to: "203.0.113.9:40000"},
		{name: "control on a port of its own", sdp: top + m("audio 40000 RTP/AVP 0", "rtcp:40777"), codec: PCMU, control: "198.51.100.7:40777"},
		{name: "control at an address of its own", sdp: top + m("audio 40000 RTP/AVP 0", "rtcp:40777 IN IP4 203.0.113.3"), codec: PCMU, control: "203.0.113.3:40777"},
		{name: "no address", sdp: "v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nt=0 0\r\n" + m("audio 40000 RTP/AVP 0"), err: ErrAddress},
		{name: "a name for an address", sdp: strings.ReplaceAll(top, "c=IN IP4 198.51.100.7", "c=IN IP4 sbc.example") + m("audio 40000 RTP/AVP 0"), err: ErrAddress},
		{name: "an IPv6 peer of an IPv4 leg", sdp: strings.ReplaceAll(top, "c=IN IP4 198.51.100.7", "c=IN IP6 2001:db8::7") + m("audio 40000 RTP/AVP 0"), err: ErrAddress},
		{name: "an IPv4 address in IPv6 clothes", sdp: strings.ReplaceAll(top, "c=IN IP4 198.51.100.7", "c=IN IP6 ::ffff:198.51.100.7") + m("audio 40000 RTP/AVP 0"), codec: PCMU, to: "198.51.100.7:40000"},
		{name: "many at once", sdp: strings.ReplaceAll(top, "c=IN IP4 198.51.100.7", "c=IN IP4 224.2.1.1/127") + m("audio 40000 RTP/AVP 0"), err: ErrAddress},
		{name: "bare line feeds", sdp: strings.ReplaceAll(top+m("audio 40000 RTP/AVP 0"), "\r\n", "\n"), codec: PCMU},
		{name: "blank lines and blanks at line ends", sdp: "v=0 \r\n\r\no=- 1 1 IN IP4 198.51.100.7\r\ns= \r\nc=IN IP4 198.51.100.7 \r\nt=0 0\r\n\r\nm=audio 40000 RTP/AVP 0 \r\n\r\n", codec: PCMU},
		{name: "no s= and no t=", sdp: "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\nc=IN IP4 198.51.100.7\r\nm=audio 40000 RTP/AVP 0\r\n", codec: PCMU},
		{name: "ICE, bundles and what else we do not use", sdp: top + "a=group:BUNDLE 0\r\na=ice-lite\r\n" + m("audio 40000/1 RTP/AVP 0 8", "ice-ufrag:x", "ice-pwd:y", "candidate:1 1 UDP 2130706431 198.51.100.7 40000 typ host", "mid:0", "ssrc:1 cname:x", "x-unknown", "ptime:30", "maxptime:40"), codec: PCMU},
		{name: "the session's audio refused, another taken", sdp: top + m("audio 0 RTP/AVP 0") + m("audio 40004 RTP/AVP 8"), codec: PCMA, has: []string{"m=audio 0 RTP/AVP 0\r\nm=audio 20000 RTP/AVP 8\r\n"}, to: "198.51.100.7:40004"},
		{name: "a fax alone", sdp: top + m("image 40002 udptl t38", "T38FaxVersion:0"), err: ErrNoCodec},
		{name: "an application beside the voice", sdp: top + m("audio 40000 RTP/AVP 0") + m("application 9 TCP/BFCP *"), codec: PCMU, has: []string{"m=application 0 TCP/BFCP *\r\n"}},
		{name: "two voices: the first", sdp: top + m("audio 40000 RTP/AVP 0") + m("audio 40002 RTP/AVP 8"), codec: PCMU, has: []string{"m=audio 20000 RTP/AVP 0\r\n", "m=audio 0 RTP/AVP 8\r\n"}},
		{name: "short packets wanted", sdp: top + m("audio 40000 RTP/AVP 0", "ptime:10", "maxptime:20"), codec: PCMU, has: []string{"a=ptime:20"}},
		{name: "packets too long for us", sdp: top + m("audio 40000 RTP/AVP 8", "ptime:100", "maxptime:200"), codec: PCMA, has: []string{"a=ptime:20\r\n", "a=maxptime:60\r\n"}},
		{name: "one port for both said twice", sdp: top + m("audio 40000 RTP/AVP 0", "rtcp:40000", "rtcp-mux"), codec: PCMU, has: []string{"a=rtcp-mux"}, hasNot: []string{"a=rtcp:"}, control: "198.51.100.7:40000"},
		{name: "the number of an event that has none", sdp: top + m("audio 40000 RTP/AVP 0 101"), codec: PCMU, hasNot: []string{"telephone-event"}},
		{name: "an rtpmap for a number that is not offered", sdp: top + m("audio 40000 RTP/AVP 8", "rtpmap:0 PCMU/8000", "rtpmap:8 PCMA/8000"), codec: PCMA, has: []string{"RTP/AVP 8\r\n"}},
		{name: "hold with a key", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1, "inactive"), codec: PCMU, theirs: Inactive, has: []string{"a=inactive", "a=crypto:1"}},
		{name: "several keys in one line, and one by itself", sdp: top + m("audio 40000 RTP/SAVP 0", "crypto:1 AES_CM_128_HMAC_SHA1_80 "+key1+";"+key2, "crypto:2 AES_CM_128_HMAC_SHA1_80 "+key2), codec: PCMU, has: []string{"a=crypto:2"}},
		{name: "not a description", sdp: "hello", err: errBad},
		{name: "nothing", sdp: "", err: errBad},
		{name: "another version", sdp: strings.Replace(top, "v=0", "v=1", 1), err: errBad},
		{name: "a port that is none", sdp: top + m("audio port RTP/AVP 0"), err: errBad},
		{name: "a port out of range", sdp: top + m("audio 70000 RTP/AVP 0"), err: errBad},
		{name: "an m= line cut short", sdp: top + "m=audio\r\n", err: errBad},
		{name: "an unknown address type", sdp: strings.ReplaceAll(top, "c=IN IP4", "c=IN IP9") + m("audio 40000 RTP/AVP 0"), err: errBad},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer, a, err := answered(&rules{codecs: AllCodecs(), srtp: c.srtp}, c.sdp)
			if errors.Is(c.err, errBad) {
				var bad *SDPError
				if !errors.As(err, &bad) {
					t.Fatalf("error %v, want an SDPError", err)
				}
				return
			}
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			if a.codec != c.codec || a.theirs != c.theirs {
				t.Errorf("%v, %v; want %v, %v", a.codec, a.theirs, c.codec, c.theirs)
			}
			if got := a.remote.String(); c.to != "" && got != c.to {
				t.Errorf("we send to %s, want %s", got, c.to)
			}
			if got := a.control.String(); c.control != "" && got != c.control {
				t.Errorf("control goes to %s, want %s", got, c.control)
			}
			for _, s := range c.has {
				if !strings.Contains(answer, s) {
					t.Errorf("no %q in\n%s", s, answer)
				}
			}
			for _, s := range c.hasNot {
				if strings.Contains(answer, s) {
					t.Errorf("%q in\n%s", s, answer)
				}
			}
			sameLines(t, c.sdp, answer)
		})
	}
}

var errBad = fmt.Errorf("not to be understood")

// sameLines checks that an answer has as many m= lines as its offer, and can be read.
func sameLines(t *testing.T, offer, answer string) {
	t.Helper()
	if got, want := strings.Count(answer, "\nm="), strings.Count(offer, "\nm="); got != want {
		t.Errorf("%d m= lines answer %d", got, want)
	}
	if _, err := parseSDP([]byte(answer)); err != nil {
		t.Errorf("our own answer: %v", err)
	}
}
