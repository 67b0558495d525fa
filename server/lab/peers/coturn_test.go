package peers

import (
	"net"
	"testing"
	"time"
)

func TestCoturnAsksForAPassword(t *testing.T) {
	t.Parallel()
	c := StartCoturn(t)
	conn, err := net.Dial("udp", c.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	// An allocation without credentials (RFC 8656 §7.1): refused with 401.
	if _, err := conn.Write([]byte("\x00\x03\x00\x08\x21\x12\xa4\x42cordboardlab\x00\x19\x00\x04\x11\x00\x00\x00")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 500)
	n, err := conn.Read(buf)
	if err != nil || n < 20 || buf[0] != 1 || buf[1] != 0x13 {
		t.Errorf("answer % x, %v; want an allocate error", buf[:n], err)
	}
	if len(c.URLs()) != 2 {
		t.Errorf("addresses %v", c.URLs())
	}
}
