package media

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/pion/stun"
)

// TestAStrangersConnectionToTheLinePortDoesNotStay: whoever says nothing is let go after 5 s, whoever asks for a line that is not there after 10 s.
func TestAStrangersConnectionToTheLinePortDoesNotStay(t *testing.T) {
	pl, err := NewPlane(Options{WebRTCListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pl.Close() })
	ask, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername("nobody:stranger"), stun.NewShortTermIntegrity("guessed"), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		says []byte
		stay time.Duration
	}{"silent": {nil, 5 * time.Second}, "asking": {append(binary.BigEndian.AppendUint16(nil, uint16(len(ask.Raw))), ask.Raw...), 10 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", pl.lines.addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			began := time.Now()
			conn.Write(c.says)
			conn.SetReadDeadline(began.Add(c.stay + 4*time.Second))
			if n, err := io.Copy(io.Discard, conn); err != nil {
				t.Fatalf("still there after %v, %d bytes came: %v", time.Since(began), n, err)
			}
			if took := time.Since(began); took < c.stay-time.Second {
				t.Errorf("let go after %v already", took)
			}
		})
	}
}
