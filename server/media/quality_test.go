package media

import (
	"math"
	"testing"
	"time"
)

func TestRatingsAreThoseOfG107(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name         string
		loss         float64
		delay        time.Duration
		ie, bpl      float64
		rating, mean float64
	}{
		{"G.711 without concealment, 1 %, 50 ms", 1, 50 * ms, 0, 4.3, 75.28, 3.83},
		{"G.711 with concealment, 1 %, 150 ms", 1, 150 * ms, 0, 25.1, 89.40, 4.32},
		{"G.711 with concealment, 3 %, 200 ms", 3, 200 * ms, 0, 25.1, 80.01, 4.02},
		{"G.711 with concealment, 5 %, 400 ms", 5, 400 * ms, 0, 25.1, 53.35, 2.75},
		{"G.729A, 1 %, 150 ms", 1, 150 * ms, 11, 19, 77.84, 3.94},
		{"nothing lost", 0, 0, 0, 4.3, 93.2, 4.41},
	} {
		r := Rating(c.loss, c.delay, c.ie, c.bpl)
		if math.Abs(r-c.rating) > 0.01 || math.Abs(MOS(r)-c.mean) > 0.005 {
			t.Errorf("%s: R %.2f, MOS %.2f; want %.2f, %.2f", c.name, r, MOS(r), c.rating, c.mean)
		}
	}
	if MOS(-3) != 1 || MOS(120) != 4.5 {
		t.Error("the ends of the scale")
	}
}

func TestTheWatchTellsWhatGoesWrong(t *testing.T) {
	at := func(s float64) time.Time { return refTime.Add(time.Duration(s * float64(time.Second))) }
	var w watch
	w.expect(true, at(0))
	look := func(now, in, out, report float64) []Event {
		s := Stats{LastReceived: at(in), LastSent: at(out), LastReport: at(report)}
		return w.look(&s, at(now))
	}
	if e := look(4.9, 0, 4.9, 0); e != nil {
		t.Fatalf("too early: %v", e)
	}
	if e := look(5, 0, 5, 0); len(e) != 1 || e[0] != (OneWay{Dir: "to", Since: at(0)}) {
		t.Fatalf("nothing comes: %v", e)
	}
	if e := look(5.5, 0, 5.5, 0); e != nil {
		t.Fatalf("told twice: %v", e)
	}
	if e := look(6, 6, 6, 0); len(e) != 1 || e[0].(OneWay).Dir != "" {
		t.Fatalf("both ways again: %v", e)
	}
	if e := look(20, 20, 14, 0); len(e) != 1 || e[0].(OneWay).Dir != "from" {
		t.Fatalf("nothing goes out: %v", e)
	}
	look(21, 21, 21, 21)
	if e := look(80.9, 21, 80, 21); len(e) != 1 {
		t.Fatalf("one way only: %v", e)
	}
	if e := look(81, 21, 81, 21); len(e) != 1 || e[0] != (Dead{Since: at(21)}) {
		t.Fatalf("dead: %v", e)
	}
	if e := look(82, 21, 82, 21); e != nil {
		t.Fatalf("dead twice: %v", e)
	}
	if e := look(83, 21, 83, 83); e != nil {
		t.Fatalf("a report is life: %v", e)
	}
	if e := look(144, 21, 144, 83); len(e) != 1 {
		t.Fatalf("dead again: %v", e)
	}
	w.expect(false, at(145))
	if e := look(300, 21, 144, 83); len(e) != 1 || e[0].(OneWay).Dir != "" {
		t.Fatalf("a held leg is not judged: %v", e)
	}
	if e := look(400, 21, 144, 83); e != nil {
		t.Fatalf("a held leg is not judged: %v", e)
	}
}

func TestTheWatchKeepsTheWorstTenSeconds(t *testing.T) {
	var w watch
	now := refTime
	s := Stats{}
	w.look(&s, now)
	for _, lost := range []uint64{0, 25, 25, 0, 0} { // of 250 in 5 s
		now = now.Add(rateEvery)
		s.PacketsReceived += 250 - lost
		s.Lost += lost
		w.look(&s, now)
	}
	w.stats(&s)
	bad := MOS(Rating(10, 0, equipment, robustHidden))
	if math.Abs(s.WorstMOS-bad) > 0.01 || s.MOS < 4.4 {
		t.Errorf("worst %.2f, want %.2f; now %.2f", s.WorstMOS, bad, s.MOS)
	}
}

func TestReceptionIsCountedAsRFC3550Says(t *testing.T) {
	var r reception
	now := refTime
	put := func(seq uint16, late time.Duration) (fresh, restart bool) {
		h := header{ssrc: 7, seq: seq, ts: uint32(seq) * 160}
		return r.arrived(h, 160, now.Add(time.Duration(seq)*frameTime+late), false)
	}
	for seq := uint16(65000); seq != 100; seq++ {
		if seq%50 != 0 {
			put(seq, 0)
		}
	}
	expected, got := r.total()
	if expected != 635 || r.lost() != 12 || got != 623 {
		t.Fatalf("expected %d, got %d, lost %d", expected, got, r.lost())
	}
	if fresh, _ := put(50, 0); fresh || r.lost() != 11 {
		t.Errorf("a late packet: lost %d", r.lost())
	}
	if put(50, 0); r.doubled != 1 || r.lost() != 11 {
		t.Errorf("a doubled packet: lost %d, doubled %d", r.lost(), r.doubled)
	}
	if e, l := r.sinceReport(); e != 635 || l != 11 {
		t.Errorf("report %d, %d", e, l)
	}
	if e, l := r.sinceReport(); e != 0 || l != 0 {
		t.Errorf("next report %d, %d", e, l)
	}
	if _, restart := r.arrived(header{ssrc: 8, seq: 5}, 160, now, false); !restart {
		t.Error("another source is a new stream")
	}
	if r.lost() != 11 {
		t.Errorf("lost %d after a new stream", r.lost())
	}
}

// TestOnePacketThatIsLateMovesTheJitterByASixteenth (RFC 3550 A.8).
func TestOnePacketThatIsLateMovesTheJitterByASixteenth(t *testing.T) {
	var r reception
	now := refTime
	for seq := range uint16(20) {
		late := time.Duration(0)
		if seq == 19 {
			late = 32 * time.Millisecond
		}
		r.arrived(header{ssrc: 7, seq: seq, ts: uint32(seq) * 160}, 160, now.Add(time.Duration(seq)*frameTime+late), false)
	}
	if j := r.jitterTime(); j != 2*time.Millisecond {
		t.Errorf("jitter %v, want 2ms", j)
	}
}

func TestJitterConverges(t *testing.T) {
	var r reception
	now := refTime
	for seq := range uint16(2000) {
		late := time.Duration(seq%2) * 10 * time.Millisecond
		r.arrived(header{ssrc: 7, seq: seq, ts: uint32(seq) * 160}, 160, now.Add(time.Duration(seq)*frameTime+late), false)
	}
	if j := r.jitterTime(); j < 9*time.Millisecond || j > 11*time.Millisecond {
		t.Errorf("jitter %v, want 10ms", j)
	}
}
