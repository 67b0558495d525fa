package media

import (
	"net"
	"testing"
	"time"
)

func TestALegThatIsSilentIsToldOfUnlessItIsHeld(t *testing.T) {
	for attr, dead := range map[string]bool{"sendrecv": true, "sendonly": false, "inactive": false, "recvonly": false} {
		t.Run(attr, func(t *testing.T) {
			pl := newTestPlane(t)
			a := newPhone(t)
			l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0", attr))
			told := make(chan Event, 10)
			l.Sink(func(e Event) {
				if d, ok := e.(Dead); ok {
					told <- d
				}
			})
			l.beat(time.Now().Add(deadAfter + time.Second))
			if got := len(told) == 1; got != dead {
				t.Errorf("told %v, want %v", got, dead)
			}
		})
	}
}

func TestAHeldLegStillReports(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	control, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer control.Close()
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0", "rtcp:"+itoa(portOf(control)), "inactive"))
	l.beat(time.Now().Add(reportEvery))
	buf := make([]byte, 1500)
	control.SetReadDeadline(time.Now().Add(5 * time.Second))
	if n, err := control.Read(buf); err != nil || !isRTCP(buf[:n]) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestReportsOnTheVoicesOwnPortAreReadWhenSoAgreed(t *testing.T) {
	for _, mux := range []bool{true, false} {
		pl := newTestPlane(t)
		a := newPhone(t)
		attrs := []string{"sendrecv"}
		if mux {
			attrs = append(attrs, "rtcp-mux")
		}
		l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0", attrs...))
		a.conn.WriteToUDPAddrPort([]byte{0x80, 201, 0, 1, 0, 0, 0, 9}, a.to)
		a.say(0, payloadOf(1)) // behind it
		until(t, "the voice came", func() bool { wait(time.Millisecond); return l.Stats().PacketsReceived == 1 })
		if got := !l.Stats().LastReport.IsZero(); got != mux {
			t.Errorf("multiplexed %v: report taken %v", mux, got)
		}
	}
}
