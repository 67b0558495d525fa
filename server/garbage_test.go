package server_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// garbage is what comes to an open port sooner or later: nothing, too much, half of a protocol, another one.
func garbage() [][]byte {
	r := rand.New(rand.NewPCG(4, 75))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	with := func(begin string, n int) []byte { return append([]byte(begin), random(n)...) }
	all := [][]byte{
		{}, {0}, []byte("\r\n\r\n"), []byte(strings.Repeat("A", 9000)), make([]byte, 1200),
		with("\x80\x09\x00\x01", 0), with("\x80\x89\x00\x01", 168), with("\x9f\x09\xff\xff", 60), with("\x90\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\xbe\xde\xff\xff", 20), // RTP: short, marked, 15 sources that are not there, an extension that goes on
		with("\x80\xc8\xff\xff", 24), with("\x81\xc9\x00\x07", 3), with("\x8f\xcb\x00\x01", 4), // RTCP: lengths that lie
		with("\x00\x01\x00\x08\x21\x12\xa4\x42", 20), with("\x00\x01\xff\xfc\x21\x12\xa4\x42", 12), with("\x01\x01\x00\x00\x21\x12\xa4\x42", 12), // STUN: a request, one that lies, an answer to nothing
		with("\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x20", 32), with("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 500), with("\x15\x03\x03\x00\x02", 2), // DTLS and TLS records
		with("\x00\x14", 20), with("\xff\xff", 300), // RFC 4571 frames of ICE over TCP
		[]byte("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n"),
		[]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), []byte("SSH-2.0-x\r\n"),
		[]byte("INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP x\r\n"), []byte("SIP/2.0 200 OK\r\n\r\n"), []byte("OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999\r\n\r\n"),
		[]byte("REGISTER sip:x SIP/2.0\r\n" + strings.Repeat("X: y\r\n", 3000)),
	}
	for _, n := range []int{1, 11, 12, 13, 40, 172, 600, 1472, 8000} {
		all = append(all, random(n))
	}
	return all
}

// throwUDP sends all of it to a port, from an address.
func throwUDP(t *testing.T, from net.IP, to string, all [][]byte) {
	t.Helper()
	a, err := net.ResolveUDPAddr("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.DialUDP("udp", &net.UDPAddr{IP: from}, a)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, b := range all {
		c.Write(b) // refused where nobody listens any more
	}
}

// throwTCP sends each on a connection of its own, as it is and within TLS, and waits a moment for what becomes of it.
func throwTCP(t *testing.T, to string, secure bool, all [][]byte) {
	t.Helper()
	for i, b := range all {
		var c net.Conn
		var err error
		if secure && i%2 == 0 {
			c, err = tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", to, &tls.Config{InsecureSkipVerify: true})
		} else {
			c, err = net.DialTimeout("tcp", to, 5*time.Second)
		}
		if err != nil {
			t.Fatalf("%s takes no connection any more: %v", to, err)
		}
		c.Write(b)
		c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		io.CopyN(io.Discard, c, 4096)
		c.Close()
	}
}

// TestGarbageOnEveryPort: a call that is up goes on, another comes, and nothing stays of what was thrown.
func TestGarbageOnEveryPort(t *testing.T) {
	h := newHouse(t, houseOptions{agents: []string{adele, isaiah}, trunk: ", srtp: allow"})
	s := h.agents(lab.AgentsOptions{Users: []string{adele, isaiah}, AnswerAfter: 20 * time.Millisecond, Say: speaks(agentChirp)})
	talks := func(from string) *lab.Caller {
		t.Helper()
		c, err := h.sbc.Call(within(t, 10*time.Second), lab.CallOptions{From: from, To: supportNumber, Say: speaks(callerChirp), Repeat: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Heard().Wait(within(t, 10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, 0)) > 0 }); err != nil {
			t.Fatalf("%s does not hear the agent: %v", from, err)
		}
		return c
	}
	first := talks("+442079460042")
	before := runtime.NumGoroutine()
	at, all := h.server.Addresses(), garbage()
	for _, from := range []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(127, 0, 0, 66)} { // a peer's address and a stranger's
		throwUDP(t, from, at["sip_udp"], all)
		throwUDP(t, from, at["webrtc"], all)
		for port := 32000; port < 32012; port++ { // RTP and RTCP of the call, and who is beside
			throwUDP(t, from, fmt.Sprint("127.0.0.1:", port), all)
		}
	}
	for _, name := range []string{"sip_tcp", "sip_tls", "webrtc", "https"} {
		throwTCP(t, at[name], name == "sip_tls" || name == "https", all)
	}
	heard := first.Media().Received
	select {
	case <-first.Ended():
		t.Fatalf("the call ended: %+v", first.End())
	case <-time.After(300 * time.Millisecond):
	}
	if now := first.Media().Received; now < heard+5 {
		t.Errorf("the caller got %d packets in 300 ms", now-heard)
	}
	second := talks("+442079460043")
	for _, c := range []*lab.Caller{first, second} {
		if err := c.Hangup(within(t, 5*time.Second)); err != nil {
			t.Error(err)
		}
	}
	h.contacts(2)
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.TLSClientConfig = &tls.Config{RootCAs: h.roots()}
	defer tr.CloseIdleConnections()
	res, err := (&http.Client{Transport: tr, Timeout: 5 * time.Second}).Get(h.url() + "/healthz")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("health: %v, %v", res, err)
	} else {
		res.Body.Close()
	}
	tr.CloseIdleConnections()
	if n := s.agents.Count("lost") + s.agents.Count("failed"); n > 0 {
		t.Errorf("%d consoles or lines were lost", n)
	}
	limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for tick := time.Tick(50 * time.Millisecond); runtime.NumGoroutine() > before+20; {
		select {
		case <-tick:
		case <-limit.Done():
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
	}
}
