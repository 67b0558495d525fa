package softphone

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"cordboard/audio"
	"cordboard/audio/audiotest"
	"cordboard/session/wire"
)

func newPhone(t testing.TB, d audio.Device) *Phone {
	t.Helper()
	p, err := New(Options{Device: d, Addresses: func() []string { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func offer(t testing.TB, p *Phone) wire.LineSDP {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	o, err := p.Offer(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// join connects a phone with a far end.
func join(t testing.TB, p *Phone, f *far) {
	t.Helper()
	if err := p.Answer(f.answer(offer(t, p))); err != nil {
		t.Fatal(err)
	}
	expect(t, p, LineUp)
}

func expect(t testing.TB, p *Phone, kind EventKind) Event {
	t.Helper()
	deadline := time.After(15 * time.Second)
	for {
		select {
		case e := <-p.Events():
			t.Logf("event %s %s %s %v", e.Kind, e.Device, e.Why, e.Err)
			if e.Kind == kind {
				return e
			}
		case <-deadline:
			t.Fatalf("no event %q within 15 s", kind)
		}
	}
}

func TestTheOfferIsOneVoiceLineAndNothingElse(t *testing.T) {
	p := newPhone(t, newDesk(0, 0))
	sdp := offer(t, p).SDP
	var rows []string
	for row := range strings.Lines(sdp) {
		row = strings.TrimSpace(row)
		for _, k := range []string{"m=", "a=rtpmap", "a=sendrecv", "a=fmtp", "a=extmap:", "a=rtcp-fb"} {
			if strings.HasPrefix(row, k) {
				rows = append(rows, row)
			}
		}
	}
	want := []string{
		"m=audio 9 UDP/TLS/RTP/SAVPF 9 0 8 13 101",
		"a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:13 CN/8000",
		"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=sendrecv",
	}
	if strings.Join(rows, "\n") != strings.Join(want, "\n") {
		t.Errorf("offered\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	if !strings.Contains(sdp, "a=candidate") {
		t.Error("no candidates in the description")
	}
}

func TestSpeechGoesBothWaysOverTheLine(t *testing.T) {
	d := newDesk(1000, 10362)
	p, f := newPhone(t, d), newFar(t, ptG722, 700, 10362)
	join(t, p, f)
	from := len(d.earFrom(0))
	until(t, 15*time.Second, "two seconds each way", func() bool {
		return len(f.packets(0)) > 110 && len(d.earFrom(from)) > 110*960
	})
	for name, m := range map[string]audiotest.Measured{
		"microphone to server": audiotest.Measure(decoded(f.packets(0)), 1000),
		"server to ear":        audiotest.Measure(d.earFrom(from), 700),
	} {
		t.Logf("%s: SNR %.1f dB, amplitude %.0f, gaps %v", name, m.SNR, m.Amplitude, m.Gaps)
		if m.SNR < 40 || math.Abs(20*math.Log10(m.Amplitude/10362)) > 0.5 {
			t.Errorf("%s: SNR %.1f dB, amplitude %.0f", name, m.SNR, m.Amplitude)
		}
	}
	var last, first = uint16(0), f.packets(0)[0]
	for i, q := range f.packets(0) {
		if q.SSRC != first.SSRC || i > 0 && q.SequenceNumber != last+1 {
			t.Fatalf("packet %d: SSRC %d, sequence number %d after %d", i, q.SSRC, q.SequenceNumber, last)
		}
		last = q.SequenceNumber
	}
	if l := p.Levels(); !l.LineUp || l.Mic < 0.2 || l.Ear < 0.2 || l.Device != "Desk" {
		t.Errorf("levels %+v", l)
	}
	until(t, 10*time.Second, "an estimate of quality", func() bool { return p.Levels().Quality.MOS > 4 })
}

func TestTheLineFollowsTheServersCodecPacketByPacket(t *testing.T) {
	d := newDesk(1000, 10000)
	p, f := newPhone(t, d), newFar(t, ptG722, 700, 10000)
	join(t, p, f)
	for _, pt := range []uint8{ptPCMA, ptPCMU, ptG722, ptPCMA} {
		f.set(func(f *far) { f.voice.pt = pt })
		until(t, 10*time.Second, "the answer comes in the same codec", func() bool {
			all := f.packets(0)
			return len(all) > 0 && all[len(all)-1].PayloadType == pt
		})
	}
	from := len(d.earFrom(0))
	until(t, 10*time.Second, "a second of sound", func() bool { return len(d.earFrom(from)) > 48000 })
	if m := audiotest.Measure(d.earFrom(from), 700); m.SNR < 33 {
		t.Errorf("after the switches the SNR is %.1f dB", m.SNR)
	}
}

func TestALineThatFallsSilentIsToldAndComesBackByARestart(t *testing.T) {
	p, f := newPhone(t, newDesk(1000, 8000)), newFar(t, ptG722, 700, 8000)
	join(t, p, f)
	f.set(func(f *far) { f.quiet = true })
	last := time.Unix(0, p.line.heard.Load())
	expect(t, p, LineDown)
	if after := time.Since(last); after < 1900*time.Millisecond || after > 3500*time.Millisecond {
		t.Errorf("the line is down %v after its last packet, want about 2 s", after)
	}
	expect(t, p, WantRestart)
	if p.Levels().LineUp {
		t.Error("the line is said to be up")
	}
	ssrc := f.packets(0)[0].SSRC
	f.set(func(f *far) { f.quiet = false })
	before := len(f.packets(0))
	if err := p.Answer(f.answer(offer(t, p))); err != nil {
		t.Fatal(err)
	}
	expect(t, p, LineUp)
	until(t, 10*time.Second, "sound to the server after the restart", func() bool { return len(f.packets(before)) > 20 })
	if got := f.packets(before); got[len(got)-1].SSRC != ssrc {
		t.Error("a restart of ICE began another stream")
	}
}

func TestAServerThatBeganAnewGetsANewConnection(t *testing.T) {
	p, first := newPhone(t, newDesk(1000, 8000)), newFar(t, ptG722, 700, 8000)
	join(t, p, first)
	second := newFar(t, ptPCMA, 700, 8000)
	if err := p.Answer(second.answer(offer(t, p))); !errors.Is(err, ErrAnew) {
		t.Fatalf("answer of another connection: %v, want ErrAnew", err)
	}
	second = newFar(t, ptPCMA, 700, 8000)
	if err := p.Answer(second.answer(offer(t, p))); err != nil {
		t.Fatal(err)
	}
	until(t, 15*time.Second, "sound at the new server", func() bool { return len(second.packets(0)) > 20 })

	p.Rebuild()
	third := newFar(t, ptG722, 700, 8000)
	if err := p.Answer(third.answer(offer(t, p))); err != nil {
		t.Fatal(err)
	}
	until(t, 15*time.Second, "sound at the third server", func() bool { return len(third.packets(0)) > 20 })
}

func TestAnAnswerThatBringsNothingIsFollowedByANewConnection(t *testing.T) {
	p := newPhone(t, newDesk(1000, 8000))
	p.line.mu.Lock()
	if p.line.wait > 5*time.Second {
		t.Errorf("an answer that brings nothing is believed for %v", p.line.wait)
	}
	p.line.wait = 300 * time.Millisecond
	p.line.mu.Unlock()
	first := offer(t, p)
	dead := newFar(t, ptG722, 700, 8000)
	a := dead.answer(first)
	dead.close()
	if err := p.Answer(a); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it is asked for again and again
		if e := expect(t, p, WantRestart); !strings.Contains(e.Why, "brought no packet") {
			t.Errorf("why: %q", e.Why)
		}
	}
	alive := newFar(t, ptG722, 700, 8000)
	if err := p.Answer(alive.answer(offer(t, p))); err != nil {
		t.Fatal(err)
	}
	expect(t, p, LineUp)
}

func TestAnswersOutOfPlaceAreRefused(t *testing.T) {
	p, f := newPhone(t, newDesk(0, 0)), newFar(t, ptG722, 700, 8000)
	if err := p.Answer(wire.LineSDP{Type: "answer"}); !errors.Is(err, ErrOldAnswer) {
		t.Errorf("an answer without an offer: %v", err)
	}
	old := offer(t, p)
	now := offer(t, p)
	if err := p.Answer(wire.LineSDP{ID: old.ID, Type: "answer", SDP: "x"}); !errors.Is(err, ErrOldAnswer) {
		t.Errorf("an answer to a replaced offer: %v", err)
	}
	if err := p.Answer(f.answer(now)); err != nil {
		t.Fatal(err)
	}
	expect(t, p, LineUp)
	again := offer(t, p)
	if err := p.Answer(wire.LineSDP{ID: again.ID, Type: "refused", Why: "draining"}); err == nil || !strings.Contains(err.Error(), "draining") {
		t.Errorf("a refusal: %v", err)
	}
	again = offer(t, p)
	if err := p.Answer(wire.LineSDP{ID: again.ID, Type: "answer", SDP: "nonsense"}); err == nil {
		t.Error("nonsense was taken for an answer")
	}
	p.Close()
	if _, err := p.Offer(context.Background(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("an offer of a closed phone: %v", err)
	}
}

func TestAnotherMicrophoneMutesAndTells(t *testing.T) {
	d := newDesk(0, 0)
	p := newPhone(t, d)
	d.events <- audio.Event{Kind: audio.Moved, Device: "Laptop microphone", From: "Desk"}
	if e := expect(t, p, DeviceMoved); e.Device != "Laptop microphone" || e.From != "Desk" {
		t.Errorf("event %+v", e)
	}
	if !p.Levels().Muted || !p.Moved() {
		t.Error("another microphone is open without the person's knowledge")
	}
	p.Mute(false)
	if p.Levels().Muted || p.Moved() {
		t.Error("the person's word does not open it")
	}
	for _, muted := range []bool{false, true} {
		p.Mute(muted)
		d.events <- audio.Event{Kind: audio.Moved, Device: "Laptop microphone", From: "Desk"}
		expect(t, p, DeviceMoved)
		d.events <- audio.Event{Kind: audio.Opened, Device: "Desk"}
		expect(t, p, DeviceOpened)
		if p.Levels().Muted != muted {
			t.Errorf("muted was %v, and the headset's return made it %v", muted, !muted)
		}
	}
	d.events <- audio.Event{Kind: audio.Lost, Device: "Desk", Err: errors.New("unplugged")}
	expect(t, p, DeviceLost)
	if !p.Levels().NoDevice {
		t.Error("a lost headset is not said")
	}
	d.events <- audio.Event{Kind: audio.Opened, Device: "Desk"}
	expect(t, p, DeviceOpened)
	if p.Levels().NoDevice {
		t.Error("a headset that is back is not said")
	}
}

func TestAChangeOfTheMachinesAddressesAsksForARestart(t *testing.T) {
	addresses := make(chan []string, 4)
	addresses <- []string{"10.0.0.1/24"}
	last := []string{"10.0.0.1/24"}
	p, err := New(Options{Device: newDesk(0, 0), Addresses: func() []string {
		select {
		case last = <-addresses:
		default:
		}
		return last
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	join(t, p, newFar(t, ptG722, 700, 8000))
	addresses <- []string{"10.9.9.1/24"}
	if e := expect(t, p, WantRestart); !strings.Contains(e.Why, "addresses") {
		t.Errorf("why: %q", e.Why)
	}
}

func TestAClosedPhoneLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		p, err := New(Options{Device: newDesk(1000, 8000)})
		if err != nil {
			t.Fatal(err)
		}
		f := newFar(t, ptG722, 700, 8000)
		join(t, p, f)
		p.Close()
		f.close()
	}
	until(t, 10*time.Second, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before+2 })
}

func TestEveryEventOfTheDeviceIsSaidInWords(t *testing.T) {
	cases := []struct {
		e    Event
		want string
		bad  bool
	}{
		{Event{Kind: DeviceLost, Device: "Jabra"}, "No sound from Jabra any more. Plug it in to go on.", true},
		{Event{Kind: DeviceLost}, "No headset was found. Plug one in; until then no caller hears you.", true},
		{Event{Kind: DeviceMoved, Device: "Laptop", From: "Jabra"}, "Your microphone is Laptop now, not Jabra. You are muted; plug it in again, or m unmutes.", true},
		{Event{Kind: DeviceOpened, Device: "Jabra"}, "Microphone: Jabra.", false},
		{Event{Kind: DeviceSilent, Device: "Jabra"}, "Jabra gives no sound at all. Is it muted at the headset?", true},
		{Event{Kind: LineUp}, "", false},
	}
	for _, c := range cases {
		if s, ok := c.e.Said(); s.Words != c.want || s.Bad != c.bad || ok != (c.want != "") {
			t.Errorf("%s: said %v %q, bad %v", c.e.Kind, ok, s.Words, s.Bad)
		}
	}
}
