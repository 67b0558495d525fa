package media

import (
	"strings"
	"testing"
)

func FuzzSDP(f *testing.F) {
	f.Add([]byte(top + "m=audio 40000 RTP/SAVP 0 8 9 101\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 " + key1 + "|2^31|1:1\r\na=rtcp:4 IN IP4 1.2.3.4\r\na=sendonly\r\n"))
	f.Add([]byte("v=0\nm=audio 1/2 x\nc=IN IP6 ::/3\na=rtpmap:999 a/b/c\na=crypto:1 2 3\n"))
	f.Add([]byte(top + "m=image 0 udptl t38\r\nm=audio 9 RTP/AVP 0\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseSDP(b)
		if err != nil {
			return
		}
		for _, srtp := range []string{"off", "allow", "require"} {
			answer, _, err := answered(&rules{codecs: AllCodecs(), srtp: srtp}, string(b))
			if err != nil {
				continue
			}
			again, err := parseSDP([]byte(answer))
			if err != nil {
				t.Fatalf("our answer cannot be read: %v\n%s", err, answer)
			}
			if len(again.media) != len(d.media) {
				t.Fatalf("%d m= lines answer %d:\n%s", len(again.media), len(d.media), answer)
			}
			if strings.Contains(strings.ReplaceAll(answer, "\r\n", ""), "\n") {
				t.Fatalf("a line broken within:\n%q", answer)
			}
		}
		(&rules{codecs: AllCodecs()}).settle(&offer{types: wideTypes()}, d)
	})
}

func FuzzRTP(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 0xff})
	f.Add([]byte{0xbf, 0x80, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 0xbe, 0xde, 0, 1, 0, 0, 0, 4})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, payload, ok := parseRTP(b); ok && len(payload) > len(b)-12 {
			t.Fatal("more payload than packet")
		}
		var c control
		c.received(b, refTime)
	})
}

func FuzzWAV(f *testing.F) {
	f.Add(wavFile(1, 1, 8000, 16, []byte{1, 2, 3, 4}))
	f.Add(wavFile(3, 2, 44100, 32, make([]byte, 64)))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		samples, rate, err := readWAV(strings.NewReader(string(b)))
		if err == nil && (rate < 4000 || len(samples) > len(b)) {
			t.Fatalf("%d samples at %d Hz of %d bytes", len(samples), rate, len(b))
		}
	})
}
