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

// TestOnlyWhoHasSentReportsAsASender (RFC 3550 §6.4): on hold it is a receiver's report.
func TestOnlyWhoHasSentReportsAsASender(t *testing.T) {
	c := core{plane: &Plane{cname: "x"}}
	now := refTime
	kind := func(after time.Duration) uint8 {
		t.Helper()
		b := c.due(now.Add(after))
		if len(b) < 2 {
			t.Fatal("no report")
		}
		return b[1]
	}
	const sender, receiver = 200, 201
	for i, want := range []uint8{receiver, sender, receiver, receiver} {
		if i == 1 {
			c.out.packets, c.out.last = 3, now
		}
		if got := kind(time.Duration(i) * reportEvery); got != want {
			t.Errorf("report %d is of type %d, want %d", i, got, want)
		}
	}
}

// TestTheRoundTripIsWithoutTheTimeThatThePeerTook (RFC 3550 §6.4.1): 300 ms passed since our report, for 200 of which the peer kept it.
func TestTheRoundTripIsWithoutTheTimeThatThePeerTook(t *testing.T) {
	c := control{ssrc: 7}
	now := refTime
	c.about([]rtcp.ReceptionReport{{SSRC: 7, LastSenderReport: uint32(ntp(now.Add(-300*time.Millisecond)) >> 16), Delay: 65536 / 5}}, now)
	if off := c.rtt - 100*time.Millisecond; off.Abs() > time.Millisecond {
		t.Errorf("round trip %v, want 100ms", c.rtt)
	}
	c.about([]rtcp.ReceptionReport{{SSRC: 8, LastSenderReport: uint32(ntp(now.Add(-time.Second)) >> 16)}}, now)
	if off := c.rtt - 100*time.Millisecond; off.Abs() > time.Millisecond {
		t.Errorf("round trip %v by a report about another stream", c.rtt)
	}
}

// TestOurReportSaysHowLongWeKeptTheirs in units of 1/65536 s.
func TestOurReportSaysHowLongWeKeptTheirs(t *testing.T) {
	c := core{plane: &Plane{cname: "x"}}
	now := refTime
	c.in.rx.arrived(header{ssrc: 9, seq: 1}, 160, now, false)
	sr, err := (&rtcp.SenderReport{SSRC: 9, NTPTime: ntp(now)}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	c.control.received(sr, now)
	b := c.blocks(now.Add(1500 * time.Millisecond))
	if len(b) != 1 || b[0].Delay != 65536*3/2 || b[0].LastSenderReport != uint32(ntp(now)>>16) {
		t.Errorf("%+v, want a delay of %d", b, 65536*3/2)
	}
}
