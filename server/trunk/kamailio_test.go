package trunk

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kamailio starts the proxy of testdata between callee and edge, waits until it answers, and ends it with the test.
// It gives the ports that it serves.
func kamailio(t *testing.T, ca *authority, udp, tls, edge, callee int) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert := ca.issue(t, "kamailio.example")
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write("cert.pem", "CERTIFICATE", cert.Certificate[0])
	write("key.pem", "PRIVATE KEY", key)
	write("ca.pem", "CERTIFICATE", ca.cert.Raw)
	text, err := os.ReadFile("testdata/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer("@UDP@", strconv.Itoa(udp), "@TLS@", strconv.Itoa(tls), "@EDGE@", strconv.Itoa(edge), "@CALLEE@", strconv.Itoa(callee), "@DIR@", dir).Replace(string(text))
	file := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, "kamailio", "-f", file, "-DD", "-E", "-m", "64", "-M", "8", "-Y", dir, "-P", filepath.Join(dir, "pid"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		cmd.Wait()
		if t.Failed() {
			t.Logf("kamailio: %s", tail(out.String(), 4000))
		}
	})
	deadline := time.After(20 * time.Second)
	for tick := time.Tick(50 * time.Millisecond); ; {
		c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(tls))
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("kamailio does not start: %s", tail(out.String(), 4000))
		}
	}
}

func freeTCP(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestThroughKamailioByTLS(t *testing.T) {
	ca := newAuthority(t)
	udp, tls, callee := freeUDP(t), freeTCP(t), freeUDP(t)
	n := loopback()
	n.RootCAs = ca.pool
	n.Peers = []Peer{{Host: "127.0.0.1", Port: tls, Transport: "tls"}}
	a := autoAnswer{tones: make(chan byte, 4)}
	both := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} // Kamailio wants it to the letter
	h := realHouse(t, Options{TLS: "127.0.0.1:0", Certificate: certificate(ca.issueFor(t, both, "cordboard.example")), ClientCAs: ca.pool, Handler: a, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}, n)
	kamailio(t, ca, udp, tls, h.edge.Addr("tls").(*net.TCPAddr).Port, callee)
	for _, scenario := range []string{"plain", "late", "cancel", "hold", "update", "hungup", "rejected"} {
		sipp(t, "caller_"+scenario, "-s", scenario, "-t", "u1", "-p", strconv.Itoa(freeUDP(t)), "127.0.0.1:"+strconv.Itoa(udp))
		if t.Failed() {
			return
		}
	}
	for _, c := range []struct{ scenario, last string }{{"answers", "Ended"}, {"busy", "Rejected"}, {"rings", "Ended"}} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			sipp(t, "callee_"+c.scenario, "-t", "u1", "-p", strconv.Itoa(callee))
		}()
		events := make(news, 64)
		d := h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte(crlf(offer))}, func(e Event) { events <- e })
		for over := false; !over; {
			switch v := (<-events).(type) {
			case Ringing:
				if c.scenario == "rings" {
					d.Hangup(Reason{})
				}
			case Answered:
				d.Hangup(Reason{})
			case Rejected:
				over = true
				if c.last != "Rejected" {
					t.Errorf("%s: %+v", c.scenario, v)
				}
			case Ended:
				over = true
			case Unreachable:
				t.Fatal(v.Err)
			}
		}
		<-done
	}
}
