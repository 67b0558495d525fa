package media

import (
	"net"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

func TestALineCarriesVoiceBothWaysInEveryCodec(t *testing.T) {
	for _, tcp := range []bool{false, true} {
		t.Run(map[bool]string{false: "over UDP", true: "over TCP"}[tcp], func(t *testing.T) {
			pl := newTestPlane(t)
			line := pl.NewLineLeg("line", nil)
			c := newConsole(t, tcp)
			c.dial(line, "one")
			a := newPhone(t)
			l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
			Join(l, line)
			until(t, "the first packets come", func() bool {
				a.say(0, payloadOf(0x20))
				c.say(0, payloadOf(0x30))
				return c.hear(50*time.Millisecond, isFilledWith(0x20)) != nil && a.hear(50*time.Millisecond, isFilledWith(0x30)) != nil
			})
			for i := range 5 {
				a.say(0, payloadOf(byte(0x21+i)))
				if c.hear(5*time.Second, isFilledWith(byte(0x21+i))) == nil {
					t.Fatalf("packet %d did not reach the console", i)
				}
				c.say(0, payloadOf(byte(0x31+i)))
				if a.hear(5*time.Second, isFilledWith(byte(0x31+i))) == nil {
					t.Fatalf("packet %d did not reach the phone", i)
				}
			}
			c.say(8, payloadOf(0xd5)) // A-law silence is turned into µ-law
			if a.hear(5*time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 0 && p.Payload[80] >= 0x7c }) == nil {
				t.Fatal("another codec did not reach the phone")
			}
		})
	}
}

func TestAnICERestartKeepsTheVoice(t *testing.T) {
	pl := newTestPlane(t)
	line := pl.NewLineLeg("line", nil)
	c := newConsole(t, false)
	c.dial(line, "one")
	line.Hear(Music(pl.BuiltinMusic()))
	first := c.hear(5*time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 9 })
	if first == nil {
		t.Fatal("no music")
	}
	for range 3 {
		answer, err := line.Offer("one", c.offer(true))
		if err != nil {
			t.Fatal(err)
		}
		c.accept(answer)
		mark := time.Now()
		for len(c.got) > 0 {
			<-c.got
		}
		p := c.hear(5*time.Second, func(p *rtp.Packet) bool { return p.SSRC == first.SSRC })
		if p == nil {
			t.Fatal("no music after the restart")
		}
		t.Logf("music %v after the restart", time.Since(mark))
	}
}

func TestAnotherConsoleTakesTheLine(t *testing.T) {
	pl := newTestPlane(t)
	line := pl.NewLineLeg("line", nil)
	one, two := newConsole(t, false), newConsole(t, false)
	one.dial(line, "one")
	a := newPhone(t)
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	Join(l, line)
	two.dial(line, "two")
	if line.Owner() != "two" {
		t.Fatalf("owner %q", line.Owner())
	}
	until(t, "the second console hears the phone", func() bool {
		a.say(0, payloadOf(0x44))
		return two.hear(50*time.Millisecond, isFilledWith(0x44)) != nil
	})
	one.say(0, payloadOf(0x55))
	two.say(0, payloadOf(0x56))
	got := a.hear(5*time.Second, func(p *rtp.Packet) bool { return p.Payload[0] == 0x55 || p.Payload[0] == 0x56 })
	if got == nil || got.Payload[0] != 0x56 {
		t.Fatalf("the phone heard %v, want the second console", got)
	}
}

func TestALineIsOneAudioStreamAndNothingElse(t *testing.T) {
	pl := newTestPlane(t)
	line := pl.NewLineLeg("line", nil)
	c := newConsole(t, false)
	if _, err := c.pc.CreateDataChannel("secrets", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := line.Offer("one", c.offer(false)); err == nil {
		t.Error("a data channel was taken")
	}
	c = newConsole(t, false)
	if _, err := c.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio); err != nil {
		t.Fatal(err)
	}
	if _, err := line.Offer("one", c.offer(false)); err == nil {
		t.Error("two streams were taken")
	}
}

func TestAPlaneClosesAtOnceThoughAStrangerSaysNothing(t *testing.T) {
	pl := newTestPlane(t)
	c, err := net.Dial("tcp", pl.WebRTCAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l := pl.lines.tcp[0].(*muxListener)
	until(t, "the connection was accepted", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.conns) == 1
	})
	start := time.Now()
	if err := pl.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestADisconnectedLineSendsNothingAndComesBack(t *testing.T) {
	pl := newTestPlane(t)
	line := pl.NewLineLeg("line", nil)
	line.Hear(Music(pl.BuiltinMusic()))
	newConsole(t, false).dial(line, "one")
	until(t, "music is sent", func() bool { wait(time.Millisecond); return line.Stats().PacketsSent > 5 })
	line.Disconnect("somebody else")
	if !line.Connected() {
		t.Fatal("somebody else took the line down")
	}
	line.Disconnect("one")
	was := line.Stats().PacketsSent
	wait(100 * time.Millisecond)
	if n := line.Stats().PacketsSent; n != was || line.Connected() || line.Owner() != "" {
		t.Errorf("%d packets after the end; connected %v, owner %q", n-was, line.Connected(), line.Owner())
	}
	c := newConsole(t, false)
	c.dial(line, "one")
	if c.hear(5*time.Second, func(p *rtp.Packet) bool { return p.PayloadType == 9 }) == nil {
		t.Error("the music did not come back")
	}
}
