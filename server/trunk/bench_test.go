package trunk

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// answering every call at once
type ready struct{ came chan time.Time }

func (r ready) PeerHealth(string, string, bool, string) {}
func (r ready) Invite(d *Dialog) {
	r.came <- time.Now()
	d.Progress(180, nil)
	d.Answer([]byte("v=0\r\n"))
}

// BenchmarkCall is a whole incoming call over UDP on loopback: INVITE, 180, 200, ACK, BYE. The far side is part of it.
func BenchmarkCall(b *testing.B) {
	r := ready{make(chan time.Time, 1)}
	e, err := New(Options{UDP: "127.0.0.1:0", Handler: r})
	if err != nil {
		b.Fatal(err)
	}
	e.Configure([]Trunk{loopback()})
	c, err := net.Dial("udp", e.Addr("udp").String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 65535)
	read := func(start string) []byte {
		for {
			c.SetReadDeadline(time.Now().Add(5 * time.Second))
			n, err := c.Read(buf)
			if err != nil {
				b.Fatalf("no %s: %v", start, err)
			}
			if bytes.HasPrefix(buf[:n], []byte(start)) {
				return buf[:n]
			}
		}
	}
	var toHandler time.Duration
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		msg := func(method string, seq int, tag, body string) []byte {
			return []byte(fmt.Sprintf("%s sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d-%s;rport\r\nMax-Forwards: 70\r\nFrom: \"Nestor\" <sip:+14255550100@127.0.0.1>;tag=t\r\nTo: <sip:100@127.0.0.1>%s\r\nCall-ID: c%d\r\nCSeq: %d %s\r\nContact: <sip:a@%s>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
				method, c.LocalAddr(), i, method, tag, i, seq, method, c.LocalAddr(), len(body), body))
		}
		began := time.Now()
		c.Write(msg("INVITE", 1, "", offer))
		toHandler += (<-r.came).Sub(began)
		ok := read("SIP/2.0 200")
		_, after, _ := bytes.Cut(ok, []byte("\r\nTo: "))
		line, _, _ := bytes.Cut(after, []byte("\r\n"))
		_, tag, _ := strings.Cut(string(line), ";tag=")
		c.Write(msg("ACK", 1, ";tag="+tag, ""))
		c.Write(msg("BYE", 2, ";tag="+tag, ""))
		read("SIP/2.0 200")
	}
	b.ReportMetric(float64(toHandler.Microseconds())/float64(b.N), "µs-to-handler")
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	e.Close(ctx)
}

// BenchmarkStranger is one packet of somebody who may not send, from its sending to its being dropped.
func BenchmarkStranger(b *testing.B) {
	e := newEdge(Options{Handler: faulty{}})
	e.Configure([]Trunk{london(), {ID: "x", Allow: prefixes("52.112.0.0/14", "52.122.0.0/15", "10.0.0.0/8")}})
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	c.SetReadBuffer(4 << 20)
	e.serveUDP(c)
	far, err := net.Dial("udp", c.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	inv := []byte(crlf(plain))
	b.ReportAllocs()
	sent := uint64(0)
	for b.Loop() {
		far.Write(inv)
		for sent++; sent-e.count.strangers.Load() > 1000; {
			runtime.Gosched()
		}
	}
	e.shut()
}

// BenchmarkInspect is the judging of one INVITE.
func BenchmarkInspect(b *testing.B) {
	s := &sbc{tag: "t", id: "x", at: theirs}
	head, body, _ := strings.Cut(s.request("INVITE", 1, "", "", offer), "\n\n")
	m := []byte(crlf(fmt.Sprintf("%s\nContent-Length: %d\n\n%s", head, len(crlf(body)), body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, bad := inspect(m, origin{}); bad != nil {
			b.Fatal(bad)
		}
	}
}

// Calls of every kind leave nothing behind once their transactions are over.
func TestCallsLeaveNothingBehind(t *testing.T) {
	r := ready{make(chan time.Time, 1000)}
	far, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	n := loopback()
	n.Peers = []Peer{{Host: "127.0.0.1", Port: far.LocalAddr().(*net.UDPAddr).Port, Transport: "udp"}}
	e, err := New(Options{UDP: "127.0.0.1:0", Handler: r})
	if err != nil {
		t.Fatal(err)
	}
	e.Configure([]Trunk{n})
	before := runtime.NumGoroutine()
	var busy atomic.Int64
	go func() { // the far side answers: 486 to INVITE, 200 to all else
		buf := make([]byte, 65535)
		for {
			k, from, err := far.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			text := string(buf[:k])
			start, _, _ := strings.Cut(text, "\r\n")
			p := packet{text, start}
			if strings.HasPrefix(start, "ACK") || strings.HasPrefix(start, "SIP/2.0") {
				continue
			}
			status := "200 OK"
			if strings.HasPrefix(start, "INVITE") {
				busy.Add(1)
				status = "486 Busy Here"
			}
			a := (&sbc{at: "127.0.0.1"}).answer(p, status, "b", "", "")
			far.WriteToUDPAddrPort([]byte(strings.ReplaceAll(strings.TrimSpace(a), "\n", "\r\n")+"\r\nContent-Length: 0\r\n\r\n"), from)
		}
	}()
	ended := make(chan struct{}, 1000)
	for range 300 {
		e.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(ev Event) {
			switch ev.(type) {
			case Rejected, Unreachable, Ended:
				ended <- struct{}{}
			}
		})
	}
	for range 300 {
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("a call does not end")
		}
	}
	deadline := time.After(10 * time.Second)
	for tick := time.Tick(10 * time.Millisecond); e.Dialogs() > 0 || runtime.NumGoroutine() > before+20; {
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("%d dialogs, %d goroutines after %d", e.Dialogs(), runtime.NumGoroutine(), before)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := e.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
