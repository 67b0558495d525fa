package softphone

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

func FuzzTheVoiceTakesAnyPackets(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 160, 9, 160, 0, 2, 0, 0, 1, 64, 13, 1, 0, 3, 0, 0, 1, 224, 8, 80})
	f.Fuzz(func(t *testing.T, in []byte) {
		d := newDesk(0, 0)
		v := newVoice(d, nil)
		for n := 0; len(in) >= 8 && n < 200; n++ {
			at := epoch.Add(time.Duration(n) * 20 * time.Millisecond)
			payload := make([]byte, int(in[7])*2)
			for i := range payload {
				payload[i] = in[i%8]
			}
			v.received(binary.BigEndian.Uint16(in), binary.BigEndian.Uint32(in[2:]), in[6]&128 != 0, payload, in[6]&127, at)
			v.turn(at, func(pt uint8, p []byte) {
				if len(p) != 160 || pt != ptG722 && pt != ptPCMU && pt != ptPCMA {
					t.Fatalf("sent %d bytes of type %d", len(p), pt)
				}
			})
			in = in[8:]
		}
		for _, s := range d.heard {
			if s > 23300 || s < -23300 {
				t.Fatalf("the ear got %d", s)
			}
		}
	})
}

func FuzzSessionOf(f *testing.F) {
	f.Add("v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\n")
	f.Add("o=\no= \r")
	f.Fuzz(func(t *testing.T, sdp string) {
		if id := sessionOf(sdp); strings.ContainsAny(id, " \r\n") {
			t.Fatalf("session id %q", id)
		}
	})
}
