package line

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"cordboard/server/media"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

func newPlane(t *testing.T) *media.Plane {
	t.Helper()
	lo := netip.MustParseAddr("127.0.0.1")
	p, err := media.NewPlane(media.Options{Bind: lo, WebRTCListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// desk is a console that says a packet every 20 ms for as long as it is not stopped.
type desk struct {
	t    *testing.T
	pc   *webrtc.PeerConnection
	to   webrtc.TrackLocalWriter
	ssrc uint32
	stop chan struct{}
	got  chan byte
	*webrtc.TrackLocalStaticRTP
}

func (d *desk) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	d.to, d.ssrc = ctx.WriteStream(), uint32(ctx.SSRC())
	go d.talk()
	return ctx.CodecParameters()[0], nil
}

func (d *desk) Unbind(webrtc.TrackLocalContext) error { return nil }

func (d *desk) talk() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	payload := make([]byte, 160)
	for i := uint16(0); ; i++ {
		select {
		case <-tick.C:
			d.to.WriteRTP(&rtp.Header{Version: 2, PayloadType: 9, SequenceNumber: i, Timestamp: uint32(i) * 160, SSRC: d.ssrc}, payload)
		case <-d.stop:
			return
		}
	}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/G722", ClockRate: 8000}, PayloadType: 9}, webrtc.RTPCodecTypeAudio); err != nil {
		t.Fatal(err)
	}
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	base, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: "audio/G722", ClockRate: 8000}, "mic", "desk")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, pc: pc, stop: make(chan struct{}), got: make(chan byte, 5000), TrackLocalStaticRTP: base}
	if _, err = pc.AddTrack(d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	return d
}

func (d *desk) offer(l *Line, console string) error {
	d.t.Helper()
	o, err := d.pc.CreateOffer(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(d.pc)
	if err = d.pc.SetLocalDescription(o); err != nil {
		d.t.Fatal(err)
	}
	<-done
	answer, err := l.Offer(console, d.pc.LocalDescription().SDP)
	if err != nil {
		return err
	}
	return d.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

func await(t *testing.T, events chan Event) Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(15 * time.Second):
		t.Fatal("no event")
		return nil
	}
}

func TestALineIsUpWhileItsConsoleIsHeard(t *testing.T) {
	p := newPlane(t)
	l := New(p, "ana@contoso.com", nil)
	defer l.Close()
	events := make(chan Event, 20)
	l.Sink(func(e Event) { events <- e })
	leg := l.Leg()
	leg.Hear(media.Music(p.BuiltinMusic())) // before there is a console
	if !l.LastHeard().IsZero() {
		t.Error("heard before there is a console")
	}
	one := newDesk(t)
	if err := one.offer(l, "one"); err != nil {
		t.Fatal(err)
	}
	if e := await(t, events); e != (Up{Console: "one"}) {
		t.Fatalf("%#v, want up", e)
	}
	if time.Since(l.LastHeard()) > 2*time.Second {
		t.Error("last heard long ago")
	}
	close(one.stop)
	e, ok := await(t, events).(Down)
	if !ok || e.Console != "one" {
		t.Fatalf("%#v, want down", e)
	}
	if gone := time.Since(e.Since); gone < 2*time.Second || gone > 4*time.Second {
		t.Errorf("down %v after the last packet", gone)
	}
	if l.Leg() != leg {
		t.Error("another leg")
	}
}

func TestANewerConsoleHasTheLineAlone(t *testing.T) {
	p := newPlane(t)
	l := New(p, "ana@contoso.com", nil)
	defer l.Close()
	events := make(chan Event, 20)
	l.Sink(func(e Event) { events <- e })
	one, two := newDesk(t), newDesk(t)
	if err := one.offer(l, "one"); err != nil {
		t.Fatal(err)
	}
	if e := await(t, events); e != (Up{Console: "one"}) {
		t.Fatalf("%#v, want up", e)
	}
	if err := two.offer(l, "two"); err != nil {
		t.Fatal(err)
	}
	if e, ok := await(t, events).(Down); !ok || e.Console != "one" {
		t.Fatalf("%#v, want the first down", e)
	}
	if e := await(t, events); e != (Up{Console: "two"}) {
		t.Fatalf("%#v, want the second up", e)
	}
	l.Release("one") // late: it changes nothing
	if l.Console() != "two" || !l.leg.Connected() {
		t.Error("the second lost the line")
	}
	l.Release("two")
	if e, ok := await(t, events).(Down); !ok || e.Console != "two" {
		t.Fatalf("%#v, want down", e)
	}
}

func TestNonsenseIsRefusedAndTheLineStays(t *testing.T) {
	p := newPlane(t)
	l := New(p, "ana@contoso.com", nil)
	events := make(chan Event, 20)
	l.Sink(func(e Event) { events <- e })
	one := newDesk(t)
	if err := one.offer(l, "one"); err != nil {
		t.Fatal(err)
	}
	await(t, events)
	for _, s := range []string{"", "hello", "v=0\r\n", "v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"} {
		if _, err := l.Offer("two", s); err == nil {
			t.Errorf("%q was answered", s)
		}
	}
	if l.Console() != "one" || !l.leg.Connected() {
		t.Error("the line was lost to nonsense")
	}
	l.Close()
	if e, ok := await(t, events).(Down); !ok {
		t.Fatalf("%#v, want down at the end", e)
	}
	if _, err := l.Offer("one", "v=0"); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
