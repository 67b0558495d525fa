package trunk

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

type full struct{ calls atomic.Int64 }

func (f *full) PeerHealth(string, string, bool, string) {}
func (f *full) Invite(d *Dialog) {
	f.calls.Add(1)
	d.Reject(486, "", 0)
}

// TestABurstOfCallsIsReadWhileTheMachineIsBusy: 2,000 INVITEs within a second, each sent once, while everything else wants the processors
// too and the system keeps next to nothing of what is not read at once.
func TestABurstOfCallsIsReadWhileTheMachineIsBusy(t *testing.T) {
	h := &full{}
	e, err := New(Options{UDP: "127.0.0.1:0", Handler: h, Load: func() (bool, time.Duration) { return h.calls.Load() >= 500, time.Second }})
	if err != nil {
		t.Fatal(err)
	}
	defer e.shut()
	e.Configure([]Trunk{loopback()})
	e.udp.udp.SetReadBuffer(256 << 10) // of the default of most systems
	c, err := net.DialUDP("udp", nil, e.Addr("udp").(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetReadBuffer(8 << 20)
	const calls = 2000
	answered := make(chan string, 4*calls)
	go func() {
		defer close(answered)
		b := make([]byte, 65535)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			if line, rest, _ := bytes.Cut(b[:n], []byte("\r\n")); !bytes.HasPrefix(line, []byte("SIP/2.0 1")) {
				_, id, _ := bytes.Cut(rest, []byte("Call-ID: "))
				id, _, _ = bytes.Cut(id, []byte("\r\n"))
				if bytes.HasPrefix(line, []byte("SIP/2.0 503")) && !bytes.Contains(rest, []byte("\r\nRetry-After: 1\r\n")) {
					line = []byte("no Retry-After")
				}
				answered <- string(line) + "|" + string(id)
			}
		}
	}()
	var stop atomic.Bool
	defer stop.Store(true)
	for range 4 * runtime.GOMAXPROCS(0) {
		go func() {
			for x := 0; !stop.Load(); x++ {
				if x%100_000 == 0 {
					runtime.Gosched()
				}
			}
		}()
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	s := &sbc{tag: "t", at: c.LocalAddr().String()}
	invites := make([][]byte, calls)
	for i := range invites {
		s.id = fmt.Sprint("burst", i)
		head, body, _ := strings.Cut(s.request("INVITE", 1, "", "", offer), "\n\n")
		invites[i] = []byte(crlf(fmt.Sprintf("%s\nContent-Length: %d\n\n%s", head, len(crlf(body)), body)))
	}
	for i, m := range invites {
		if i%10 == 0 {
			<-tick.C
		}
		c.Write(m)
	}
	stop.Store(true)
	got := map[string]string{}
	gather := func(enough int, within time.Duration) {
		for limit := time.After(within); len(got) < enough; {
			select {
			case a := <-answered:
				line, id, _ := strings.Cut(a, "|")
				got[id] = line
			case <-limit:
				t.Fatalf("%d of %d calls were answered; %+v", len(got), calls, e.Counts())
			}
		}
	}
	gather(calls*98/100, 20*time.Second) // the test's own socket and the machine may lose some
	for i, m := range invites {
		if got[fmt.Sprint("burst", i)] == "" {
			c.Write(m)
		}
	}
	gather(calls, 20*time.Second)
	for limit := time.Now().Add(20 * time.Second); e.udp.bytes.Load() != 0; <-tick.C { // what was repeated is read as well
		if time.Now().After(limit) {
			t.Fatalf("%d bytes are counted as waiting when nothing waits", e.udp.bytes.Load())
		}
	}
	kinds := map[string]int{}
	for _, line := range got {
		kinds[line]++
	}
	if kinds["SIP/2.0 486 Busy Here"]+kinds["SIP/2.0 503 Service Unavailable"] != calls || kinds["SIP/2.0 503 Service Unavailable"] == 0 {
		t.Errorf("answered %v", kinds)
	}
}

// TestNobodyButUsAnswersARequestThatWaits: the library's own 100 would read the request's headers while we write to them.
func TestNobodyButUsAnswersARequestThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *Options) {
			o.Load = func() (bool, time.Duration) { time.Sleep(450 * time.Millisecond); return false, 0 } // a busy machine
		})
		s := h.sbc(theirs)
		began := time.Now()
		s.send(s.request("INVITE", 1, "", "", offer))
		if p := s.expect("SIP/2.0 "); p.start != "SIP/2.0 100 Trying" || time.Since(began) != 450*time.Millisecond {
			t.Errorf("%s after %v", p.start, time.Since(began))
		}
		h.call().Reject(486, "", 0)
		s.expect("SIP/2.0 486")
	})
}
