package server_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// finalAnswer places a call by UDP and gives the first final answer; it acknowledges a refusal.
func (h *house) finalAnswer(to, id string) string {
	h.t.Helper()
	c, err := net.Dial("udp", h.addresses["sip_udp"])
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	message := func(method, tag string) string {
		return fmt.Sprintf("%s sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\nFrom: <sip:+442079460042@127.0.0.1>;tag=t\r\nTo: <sip:%s@127.0.0.1>%s\r\nCall-ID: %s\r\nCSeq: 1 %s\r\nContact: <sip:a@%s>\r\nContent-Length: 0\r\n\r\n",
			method, to, c.LocalAddr(), id, to, tag, id, method, c.LocalAddr())
	}
	if _, err := c.Write([]byte(message("INVITE", ""))); err != nil {
		h.t.Fatal(err)
	}
	buf := make([]byte, 65535)
	for {
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := c.Read(buf)
		if err != nil {
			h.t.Fatalf("no final answer: %v", err)
		}
		if text := string(buf[:n]); !strings.HasPrefix(text, "SIP/2.0 1") {
			_, tag, _ := strings.Cut(text, "\r\nTo: ")
			tag, _, _ = strings.Cut(tag, "\r\n")
			_, tag, _ = strings.Cut(tag, ">")
			c.Write([]byte(message("ACK", tag)))
			return text
		}
	}
}

// TestAFullServerRefusesNewCallsAndKeepsTheOldOnes: at the limit of open calls, and while it drains.
func TestAFullServerRefusesNewCallsAndKeepsTheOldOnes(t *testing.T) {
	h := newHouse(t, houseOptions{limits: "open_calls: 1"})
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber})
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.WaitAnswered(within(t, 5*time.Second)); err != nil {
		t.Fatal(err)
	}
	refused := func(what, wait string) {
		t.Helper()
		got := h.finalAnswer(supportNumber, "full-"+wait)
		if !strings.HasPrefix(got, "SIP/2.0 503 ") || !strings.Contains(got, "\r\nRetry-After: "+wait+"\r\n") {
			t.Errorf("%s: answered\n%s", what, got)
		}
	}
	refused("at the limit", "5")
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		h.server.Drain(context.Background())
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(5 * time.Second); ; <-tick.C {
		if got := h.finalAnswer(supportNumber, fmt.Sprint("drain-", time.Now().UnixNano())); strings.Contains(got, "\r\nRetry-After: 30\r\n") {
			break
		} else if time.Now().After(limit) {
			t.Fatalf("while draining:\n%s", got)
		}
	}
	if err := caller.Hold(within(t, 5*time.Second), "sendonly"); err != nil { // who is there is served to the end
		t.Errorf("the call that is up: %v", err)
	}
	if err := caller.Hangup(within(t, 5*time.Second)); err != nil {
		t.Error(err)
	}
	select {
	case <-drained:
	case <-time.After(5 * time.Second):
		t.Error("it drains for ever")
	}
	if got := h.contacts(1); len(got) != 1 {
		t.Errorf("%d contacts in the ledger", len(got))
	}
}
