package peers

import (
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"
)

// RTPEngine is a running media relay, in user space.
type RTPEngine struct {
	*Process
	Control string // ng control address, host:port
}

// StartRTPEngine runs rtpengine until the test ends.
func StartRTPEngine(tb testing.TB) *RTPEngine {
	tb.Helper()
	dir := tb.TempDir()
	control := net.JoinHostPort("127.0.0.1", strconv.Itoa(freePort(tb, 1)))
	low := freePort(tb, 64)
	e := &RTPEngine{Control: control, Process: start(tb, dir, "rtpengine", "--table=-1", "-i", "127.0.0.1", "-n", control,
		"-m", strconv.Itoa(low), "-M", strconv.Itoa(low+63), "-f", "-E", "--log-level=5", "--num-threads=2", "--config-file=none")}
	e.until(tb, "answering", func() bool { return pings(control) })
	return e
}

// pings asks rtpengine by its ng protocol (bencoding over UDP).
func pings(control string) bool {
	c, err := net.DialTimeout("udp", control, time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := fmt.Fprint(c, "1 d7:command4:pinge"); err != nil {
		return false
	}
	buf := make([]byte, 200)
	n, err := c.Read(buf)
	return err == nil && n > 0
}
