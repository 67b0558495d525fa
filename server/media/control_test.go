package media

import (
	"net"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

func TestReportsTellWhatArrived(t *testing.T) {
	pl := newTestPlane(t)
	a := newPhone(t)
	control, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer control.Close()
	sdp := append(a.offer("RTP/AVP", "0"), []byte("a=rtcp:"+itoa(portOf(control))+"\r\n")...)
	l := a.call(pl, RTPOptions{ID: "a"}, sdp)
	pl.forget(&l.core) // reports leave when this test says so
	for i := range 20 {
		if i == 7 || i == 8 {
			a.seq++
			a.ts += 160
			continue
		}
		a.say(0, payloadOf(1))
	}
	until(t, "all have come", func() bool { wait(time.Millisecond); return l.Stats().PacketsReceived == 18 })
	if p := a.hear(time.Second, func(*rtp.Packet) bool { return true }); p == nil {
		t.Fatal("nothing is sent")
	}
	sr := &rtcp.SenderReport{SSRC: a.ssrc, NTPTime: ntp(time.Now()), RTPTime: a.ts, PacketCount: 18}
	b, _ := rtcp.Marshal([]rtcp.Packet{sr, rtcp.NewCNAMESourceDescription(a.ssrc, "phone")})
	control.WriteToUDPAddrPort(b, netip.AddrPortFrom(a.to.Addr(), a.to.Port()+1))
	until(t, "the report was taken", func() bool { wait(time.Millisecond); return !l.Stats().LastReport.IsZero() })
	l.control.mu.Lock()
	l.control.next = time.Time{}
	l.control.mu.Unlock()
	l.beat(time.Now())
	ours := readReport(t, control)
	if len(ours.Reports) != 1 {
		t.Fatalf("report %v", ours)
	}
	r := ours.Reports[0]
	if r.SSRC != a.ssrc || r.TotalLost != 2 || uint16(r.LastSequenceNumber) != a.seq || r.FractionLost != 25 {
		t.Errorf("block %+v; want 2 of 20 lost, last %d", r, a.seq)
	}
	if r.LastSenderReport != uint32(sr.NTPTime>>16) {
		t.Errorf("last sender report %x, want %x", r.LastSenderReport, uint32(sr.NTPTime>>16))
	}
	if ours.PacketCount == 0 || ours.OctetCount != ours.PacketCount*160 {
		t.Errorf("sent %d packets, %d bytes", ours.PacketCount, ours.OctetCount)
	}
	rr := &rtcp.ReceiverReport{SSRC: a.ssrc, Reports: []rtcp.ReceptionReport{{
		SSRC: ours.SSRC, FractionLost: 64, Jitter: 80, LastSenderReport: uint32(ours.NTPTime >> 16), Delay: 0,
	}}}
	b, _ = rr.Marshal()
	control.WriteToUDPAddrPort(b, netip.AddrPortFrom(a.to.Addr(), a.to.Port()+1))
	until(t, "the reply was taken", func() bool { wait(time.Millisecond); return l.Stats().SentLossPercent > 0 })
	s := l.Stats()
	if s.SentLossPercent != 25 || s.SentJitter != 10*time.Millisecond || s.RTT <= 0 || s.RTT > time.Second {
		t.Errorf("loss %.1f, jitter %v, round trip %v", s.SentLossPercent, s.SentJitter, s.RTT)
	}
}

func readReport(t *testing.T, c *net.UDPConn) *rtcp.SenderReport {
	t.Helper()
	buf := make([]byte, 1500)
	c.SetReadDeadline(time.Now().Add(3 * time.Second))
	for {
		n, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		packets, err := rtcp.Unmarshal(buf[:n])
		if err != nil {
			t.Fatalf("our report: %v", err)
		}
		if len(packets) != 2 {
			t.Fatalf("%d packets in a report, want the report and the name", len(packets))
		}
		if sr, ok := packets[0].(*rtcp.SenderReport); ok && len(sr.Reports) > 0 {
			return sr
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestReportsGoOnWhileHeldAndAreNotSentTooOften(t *testing.T) {
	var c core
	c.plane = &Plane{cname: "x"}
	now := refTime
	if c.due(now) == nil {
		t.Fatal("no first report")
	}
	if c.due(now.Add(4*time.Second)) != nil {
		t.Error("a report after 4 s")
	}
	if c.due(now.Add(5*time.Second)) == nil {
		t.Error("no report after 5 s without any packet")
	}
}
