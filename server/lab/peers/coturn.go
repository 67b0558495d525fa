package peers

import (
	"net"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Coturn is a running TURN server.
type Coturn struct {
	*Process
	Addr           string // host:port, UDP and TCP
	User, Password string
}

// URLs are its addresses as ICE wants them (RFC 7065).
func (c *Coturn) URLs() []string {
	return []string{"turn:" + c.Addr + "?transport=udp", "turn:" + c.Addr + "?transport=tcp"}
}

// StartCoturn runs coturn until the test ends.
func StartCoturn(tb testing.TB) *Coturn {
	tb.Helper()
	dir := tb.TempDir()
	port, low := freePort(tb, 1), freePort(tb, 40)
	c := &Coturn{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), User: "agent", Password: "lab"}
	c.Process = start(tb, dir, "turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--listening-port="+strconv.Itoa(port),
		"--min-port="+strconv.Itoa(low), "--max-port="+strconv.Itoa(low+39), "--lt-cred-mech", "--user="+c.User+":"+c.Password, "--realm=lab",
		"--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers", "--log-file=stdout", "--simple-log",
		"--userdb="+filepath.Join(dir, "db"), "--pidfile="+filepath.Join(dir, "pid"))
	c.until(tb, "answering", func() bool { return binds(c.Addr) })
	return c
}

// binds asks by a STUN binding request (RFC 8489 §5).
func binds(addr string) bool {
	conn, err := net.DialTimeout("udp", addr, time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := conn.Write([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42cordboardlab")); err != nil {
		return false
	}
	buf := make([]byte, 200)
	n, err := conn.Read(buf)
	return err == nil && n >= 20 && buf[0] == 1 && buf[1] == 1
}
