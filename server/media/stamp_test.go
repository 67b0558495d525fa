package media

import (
	"testing"
	"time"
)

// told feeds a Sender by hand and gives what left.
type told struct {
	t   *testing.T
	s   *Sender
	out *tape
	now time.Time
	f   *feed
}

func tell(t *testing.T) *told {
	out := &tape{}
	s := &Sender{}
	s.open(way{to: out, types: wideTypes(), codec: PCMU})
	x := &told{t: t, s: s, out: out, now: refTime}
	x.source()
	return x
}

func (x *told) source() {
	x.f = &feed{to: x.s}
	x.s.hear(x.f, nil)
}

func (x *told) voice(seq uint16, ts uint32) {
	x.s.take(x.f, &packet{header: header{seq: seq, ts: ts}, codec: PCMU, payload: make([]byte, 160), now: x.now})
}

func (x *told) last(n int) (seq uint16, ts uint32) {
	h := x.out.heads[len(x.out.heads)-n]
	return h.SequenceNumber, h.Timestamp
}

// step checks how far the last packet is from the one before.
func (x *told) step(packets uint16, units uint32, marker bool) {
	x.t.Helper()
	s1, t1 := x.last(2)
	s2, t2 := x.last(1)
	if s2-s1 != packets || t2-t1 != units {
		x.t.Fatalf("step of %d packets, %d units; want %d, %d", int16(s2-s1), int32(t2-t1), packets, units)
	}
	if got := x.out.heads[len(x.out.heads)-1].Marker; got != marker {
		x.t.Fatalf("marker %v", got)
	}
}

func TestNumbersGoOnWhateverTheSourceDoes(t *testing.T) {
	t.Run("packet after packet", func(t *testing.T) {
		x := tell(t)
		x.voice(65535, 4294967200)
		x.voice(0, 64)
		x.step(1, 160, false)
	})
	t.Run("a lost packet shows", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.voice(12, 1920)
		x.step(2, 320, false)
	})
	t.Run("a silence of the source shows in time only", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.voice(11, 1600+8000)
		x.step(1, 8000, false)
	})
	t.Run("an overtaken packet goes out under its own number, once", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.voice(12, 1920)
		x.voice(11, 1760)
		x.step(65535, 1<<32-160, false)
		n := len(x.out.heads)
		x.voice(11, 1760)
		x.voice(12, 1920)
		x.voice(10, 1600)
		if len(x.out.heads) != n {
			t.Fatal("a number was used twice")
		}
		x.voice(13, 2080)
		x.step(2, 320, false)
	})
	t.Run("a new source goes on by one and by the time that passed", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.now = x.now.Add(time.Second)
		x.source()
		x.voice(5000, 77)
		x.step(1, 8000, true)
	})
	t.Run("a source that comes early does not speak over the last packet, and later gives the time back", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.now = x.now.Add(5 * time.Millisecond)
		x.source()
		x.voice(5000, 77)
		x.step(1, 160, true)
		x.now = x.now.Add(100 * time.Millisecond)
		x.source()
		x.voice(1, 1)
		x.step(1, 800-120, true)
	})
	t.Run("a packet before a change does not come after it", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.now = x.now.Add(frameTime)
		old := x.f
		x.source()
		x.s.take(old, &packet{header: header{seq: 11, ts: 1760}, codec: PCMU, payload: make([]byte, 160), now: x.now})
		if len(x.out.heads) != 1 {
			t.Fatal("the old source spoke")
		}
		x.voice(100, 1)
		n := len(x.out.heads)
		x.voice(99, 1<<32-159)
		if len(x.out.heads) != n {
			t.Fatal("a number of before the change was used again")
		}
	})
	t.Run("a source that jumps begins anew", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.now = x.now.Add(frameTime)
		x.voice(30000, 999999999)
		x.step(1, 160, true)
	})
	t.Run("held, and back", func(t *testing.T) {
		x := tell(t)
		x.voice(10, 1600)
		x.s.open(way{to: x.out, types: wideTypes(), codec: PCMU, muted: true})
		x.now = x.now.Add(frameTime)
		x.voice(11, 1760)
		if len(x.out.heads) != 1 {
			t.Fatal("sent to a party that does not receive")
		}
		x.s.open(way{to: x.out, types: wideTypes(), codec: PCMU})
		x.now = x.now.Add(time.Minute / 2)
		x.voice(1512, 1600+1502*160)
		x.step(1, 30*8000+160, true)
	})
}

func TestNothingIsAllocatedForAPacketPassedOn(t *testing.T) {
	for _, c := range []Codec{PCMU, G722} {
		x := tell(t)
		x.s.open(way{to: quiet{}, types: wideTypes(), codec: c})
		in := &inlet{tell: func(Event) {}}
		in.addRoute(x.f)
		types := wideTypes()
		payload := make([]byte, 160)
		h := header{pt: types.codec[c]}
		next := func() {
			h.seq++
			h.ts += 160
			x.now = x.now.Add(frameTime)
			in.receive(h, payload, &types, x.now)
		}
		for range 50 {
			next()
		}
		if n := testing.AllocsPerRun(500, next); n != 0 {
			t.Errorf("%v: %v allocations a packet", c, n)
		}
	}
}

// TestAWayThatIsNoLongerInUseIsLeftWithoutHarm: the connection of an old console ends after that of the new one began.
func TestAWayThatIsNoLongerInUseIsLeftWithoutHarm(t *testing.T) {
	x := tell(t)
	x.voice(1, 160)
	next := &tape{}
	x.s.open(way{to: next, types: wideTypes(), codec: PCMU, anew: true})
	x.s.leave(x.out)
	x.voice(2, 320)
	if len(next.heads) != 1 || len(x.out.heads) != 1 {
		t.Fatalf("%d packets by the old way, %d by the new one", len(x.out.heads), len(next.heads))
	}
	x.s.leave(next)
	x.voice(3, 480)
	if len(next.heads) != 1 {
		t.Fatal("a packet left by a way that had ended")
	}
}
