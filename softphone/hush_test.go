package softphone

import (
	"testing"
	"time"

	"cordboard/audio/codec"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

func TestALineThatNobodyHearsRestsAndIsWideAwakeWithinAFrame(t *testing.T) {
	resting := func(t *testing.T) *shift {
		s := newShift(newDesk(1000, 8000))
		s.v.hush.agreed = true
		s.v.hush.told.Store(true)
		for range 100 {
			s.turn(0, nil)
		}
		s.pts, s.sent = nil, nil
		for range 100 {
			s.turn(ptCN, []byte{70})
		}
		signs, voices := 0, 0
		for i, p := range s.sent {
			switch {
			case s.pts[i] != ptCN:
				voices++
			case len(p) > 0:
				signs++
			}
		}
		if signs != 5 || voices != 0 || len(s.sent) != 100 {
			t.Fatalf("in two seconds of rest: %d signs of life, %d packets of voice, %d turns", signs, voices, len(s.sent))
		}
		return s
	}
	for name, wakes := range map[string]func(s *shift){
		"by a call":  func(s *shift) { s.v.hush.busy.Store(true); s.turn(ptCN, []byte{70}) },
		"by a ring":  func(s *shift) { s.v.ring(true); s.turn(ptCN, []byte{70}) },
		"by a voice": func(s *shift) { s.turn(ptPCMU, make([]byte, 160)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := resting(t)
			wakes(s)
			if last := len(s.sent) - 1; s.pts[last] == ptCN || len(s.sent[last]) != 160 {
				t.Fatalf("the next frame is of type %d with %d bytes", s.pts[last], len(s.sent[last]))
			}
		})
	}
	t.Run("and begins softly", func(t *testing.T) {
		s := resting(t)
		s.v.hush.busy.Store(true)
		from := len(s.sent)
		for range 10 {
			s.turn(ptCN, []byte{70})
		}
		if top := codec.Peak(s.said(from)[:960/2]); top > 4500 {
			t.Errorf("the first 10 ms of a voice of 8000 are %d loud", top)
		}
	})
	for name, keeps := range map[string]func(s *shift){
		"as long as nobody says that the agent is free": func(s *shift) { s.v.hush.told.Store(false) },
		"when the server takes no comfort noise":        func(s *shift) { s.v.hush.agreed = false },
		"in a call, however silent":                     func(s *shift) { s.v.hush.busy.Store(true) },
	} {
		t.Run("not "+name, func(t *testing.T) {
			s := newShift(newDesk(0, 0))
			s.v.hush.agreed = true
			s.v.hush.told.Store(true)
			keeps(s)
			for range 200 {
				s.turn(ptCN, []byte{70})
			}
			for _, pt := range s.pts {
				if pt == ptCN {
					t.Fatal("it rests")
				}
			}
		})
	}
}

func TestTimeGoesOnInARestAndTheNextVoiceIsMarked(t *testing.T) {
	w := &written{}
	k := newTrack()
	k.to, k.agreed[ptG722], k.agreed[ptCN] = w, true, true
	voice := make([]byte, codec.FrameBytes)
	k.send(ptG722, voice)
	k.send(ptG722, voice)
	k.send(ptCN, nil)
	k.send(ptCN, comfort[:])
	k.send(ptG722, voice)
	k.send(ptG722, voice)
	marks := []bool{true, false, false, true, false}
	steps := []uint32{0, 160, 480, 640, 800}
	for i, h := range w.heads {
		if h.Marker != marks[i] || h.Timestamp-w.heads[0].Timestamp != steps[i] || h.SequenceNumber != w.heads[0].SequenceNumber+uint16(i) {
			t.Errorf("packet %d: %+v", i, h)
		}
	}
	if len(w.heads) != len(marks) {
		t.Errorf("%d packets", len(w.heads))
	}
}

type written struct{ heads []rtp.Header }

func (w *written) WriteRTP(h *rtp.Header, _ []byte) (int, error) {
	w.heads = append(w.heads, *h)
	return 0, nil
}

func (w *written) Write([]byte) (int, error) { return 0, nil }

var _ webrtc.TrackLocalWriter = (*written)(nil)

func TestARestingLineStaysUp(t *testing.T) {
	p, f := newPhone(t, newDesk(1000, 8000)), newFar(t, ptCN, 0, 0)
	join(t, p, f)
	p.Busy(false)
	until(t, 10*time.Second, "the line rests", func() bool {
		all := f.packets(0)
		return len(all) > 3 && all[len(all)-1].PayloadType == ptCN && all[len(all)-3].PayloadType == ptCN
	})
	before := len(f.packets(0))
	until(t, 10*time.Second, "signs of life for two and a half seconds", func() bool { return len(f.packets(before)) > 6 })
	if !p.Levels().LineUp {
		t.Error("the line is down")
	}
	p.Busy(true)
	until(t, 5*time.Second, "voice", func() bool {
		all := f.packets(before)
		return all[len(all)-1].PayloadType == ptG722
	})
}
