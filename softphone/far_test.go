package softphone

import (
	"slices"
	"sync"
	"testing"
	"time"

	"cordboard/audio/audiotest"
	"cordboard/audio/codec"
	"cordboard/session/wire"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// far is the server's end of a line, made with pion alone: it speaks a tone and keeps what it hears.
type far struct {
	t     testing.TB
	pc    *webrtc.PeerConnection
	track *track
	mu    sync.Mutex
	got   []rtp.Packet
	at    []time.Time // when each of them came
	voice tone
	quiet bool      // sends nothing of its own
	began time.Time // when it last began to
	still bool      // and its time goes on meanwhile, as the server's does
	echo  bool      // sends back what comes, at once
	stop  chan struct{}
	once  sync.Once
	wg    sync.WaitGroup
}

func newFar(t testing.TB, pt uint8, hz, level float64) *far {
	t.Helper()
	return newFarWith(t, pt, hz, level, func(*webrtc.SettingEngine) {})
}

func newFarWith(t testing.TB, pt uint8, hz, level float64, change func(*webrtc.SettingEngine)) *far {
	t.Helper()
	m := &webrtc.MediaEngine{}
	for _, k := range codecs() {
		if err := m.RegisterCodec(k, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	change(&s)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{})).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	f := &far{t: t, pc: pc, track: newTrack(), stop: make(chan struct{}), voice: tone{hz: hz, level: level, pt: pt}}
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.got, f.at = append(f.got, *p), append(f.at, time.Now())
			echo := f.echo
			f.mu.Unlock()
			if echo {
				f.track.send(p.PayloadType, p.Payload)
			}
		}
	})
	if _, err := pc.AddTrack(f.track); err != nil {
		t.Fatal(err)
	}
	f.wg.Go(f.speak)
	t.Cleanup(f.close)
	return f
}

func (f *far) speak() {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	next := time.Now()
	for {
		select {
		case <-f.stop:
			return
		case <-tick.C:
		}
		for ; !next.After(time.Now()); next = next.Add(20 * time.Millisecond) {
			f.mu.Lock()
			payload, pt, quiet := f.voice.next(), f.voice.pt, f.quiet
			if !quiet && f.began.IsZero() {
				f.began = time.Now()
			}
			still := quiet && f.still
			f.mu.Unlock()
			switch {
			case still:
				f.track.send(ptCN, nil)
			case !quiet:
				f.track.send(pt, payload)
			}
		}
	}
}

func (f *far) close() {
	f.once.Do(func() { close(f.stop); f.wg.Wait(); f.pc.Close() })
}

// answer takes an offer of the phone and gives the answer.
func (f *far) answer(offer wire.LineSDP) wire.LineSDP {
	f.t.Helper()
	if err := f.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.SDP}); err != nil {
		f.t.Fatalf("%v in\n%s", err, offer.SDP)
	}
	a, err := f.pc.CreateAnswer(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(f.pc)
	if err := f.pc.SetLocalDescription(a); err != nil {
		f.t.Fatal(err)
	}
	<-done
	return wire.LineSDP{ID: offer.ID, Type: "answer", SDP: f.pc.LocalDescription().SDP}
}

// packets gives what was heard since packet n.
func (f *far) packets(n int) []rtp.Packet {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]rtp.Packet(nil), f.got[min(n, len(f.got)):]...)
}

// recorded gives what was heard since packet n as a recording: a packet's first sample is heard when it comes, by the
// median of them all.
func (f *far) recorded(n int) *audiotest.Recording {
	f.mu.Lock()
	at, pcm := slices.Clone(f.at[n:]), decoded(f.got[n:])
	f.mu.Unlock()
	for i := range at {
		at[i] = at[i].Add(-time.Duration(i) * 20 * time.Millisecond)
	}
	slices.SortFunc(at, time.Time.Compare)
	return audiotest.Recorded(at[len(at)/2], pcm)
}

// firstLoud is when the first packet came, from packet n on, in which somebody speaks.
func (f *far) firstLoud(n int) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, wide := codec.NewG722Decoder(), make([]int16, 320)
	for i := n; i < len(f.got); i++ {
		if p := f.got[i]; p.PayloadType == ptG722 && len(p.Payload) == 160 {
			if d.Decode(wide, p.Payload); codec.Peak(wide) > 3000 {
				return f.at[i]
			}
		}
	}
	return time.Time{}
}

func (f *far) set(change func(f *far)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// decoded gives packets of G.722 at 48 kHz.
func decoded(packets []rtp.Packet) []int16 {
	d, up := codec.NewG722Decoder(), codec.NewResampler(16000, 48000)
	var out []int16
	wide, full := make([]int16, 320), make([]int16, 960)
	for _, p := range packets {
		if p.PayloadType != ptG722 || len(p.Payload) != 160 {
			continue
		}
		d.Decode(wide, p.Payload)
		up.Process(full, wide)
		out = append(out, full...)
	}
	return out
}
