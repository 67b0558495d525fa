package jitter

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"
)

var epoch = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

const ms = time.Millisecond

// sent is one packet on its way. at counts from the epoch.
type sent struct {
	seq    uint16
	ts     uint32
	marker bool
	pt     uint8
	n      int // bytes; 0 means 160
	at     time.Duration
}

// steady is a stream of 20 ms packets without any delay.
func steady(n int, late func(i int) time.Duration) []sent {
	out := make([]sent, n)
	for i := range out {
		d := time.Duration(0)
		if late != nil {
			d = late(i)
		}
		out[i] = sent{seq: uint16(65500 + i), ts: uint32(1<<32 - 4000 + 160*i), pt: 9, at: time.Duration(i)*20*ms + d}
	}
	return out
}

func without(in []sent, lost ...int) []sent {
	var out []sent
	for i, p := range in {
		keep := true
		for _, l := range lost {
			keep = keep && l != i
		}
		if keep {
			out = append(out, p)
		}
	}
	return out
}

type pulled struct {
	kind Kind
	pkt  Packet
	at   time.Duration
}

// run plays the packets into a buffer and pulls it every 20 ms, 5 ms out of step with the sender.
func run(b *Buffer, packets []sent, pulls int) []pulled {
	var out []pulled
	done := make([]bool, len(packets))
	for i := range pulls {
		now := time.Duration(i)*20*ms + 5*ms
		for {
			first := -1
			for k, p := range packets {
				if !done[k] && p.at <= now && (first < 0 || p.at < packets[first].at) {
					first = k
				}
			}
			if first < 0 {
				break
			}
			done[first] = true
			p := packets[first]
			if p.n == 0 {
				p.n = 160
			}
			payload := make([]byte, p.n)
			for j := 0; j+1 < p.n; j += 2 {
				binary.BigEndian.PutUint16(payload[j:], uint16(p.ts)+uint16(j))
			}
			b.Put(p.seq, p.ts, p.marker, payload, p.pt, epoch.Add(p.at))
		}
		for again := true; again; {
			p, k := b.Next(epoch.Add(now))
			again = p.Skip
			p.Payload = append([]byte(nil), p.Payload...)
			out = append(out, pulled{k, p, now})
		}
	}
	return out
}

func count(got []pulled, k Kind) int {
	n := 0
	for _, p := range got {
		if p.kind == k {
			n++
		}
	}
	return n
}

// inOrder checks that timestamps rise and that each payload is the one of its timestamp.
func inOrder(t *testing.T, got []pulled) {
	t.Helper()
	last, begun := uint32(0), false
	for _, p := range got {
		if p.kind != Play || p.pkt.PT == comfort {
			continue
		}
		if begun && laterTS(last, p.pkt.TS) <= 0 {
			t.Fatalf("timestamp %d after %d", p.pkt.TS, last)
		}
		if len(p.pkt.Payload) >= 2 && p.pkt.PT == 9 {
			if got := binary.BigEndian.Uint16(p.pkt.Payload); got != uint16(p.pkt.TS) {
				t.Fatalf("payload of %d given for %d", got, uint16(p.pkt.TS))
			}
		}
		last, begun = p.pkt.TS, true
	}
}

func TestAnEvenStreamPlaysWithoutAHoleAndWithLittleDelay(t *testing.T) {
	b := New(Config{})
	got := run(b, steady(500, nil), 500)
	inOrder(t, got)
	if n := count(got, Lost); n != 0 {
		t.Errorf("%d frames concealed", n)
	}
	if w := count(got, Wait); w > 2 {
		t.Errorf("%d pulls before the first frame", w)
	}
	if s := b.Stats(); s.Delay > 40*ms || s.Lost != 0 || s.Late != 0 || s.Jitter > ms {
		t.Errorf("stats %+v", s)
	}
}

func TestEachLostPacketIsOneConcealedFrame(t *testing.T) {
	cases := []struct {
		name string
		lost []int
	}{
		{"one", []int{100}},
		{"two apart", []int{100, 130}},
		{"five in a row", []int{100, 101, 102, 103, 104}},
		{"every tenth", []int{50, 60, 70, 80, 90, 100, 110, 120}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := New(Config{})
			got := run(b, without(steady(300, nil), c.lost...), 298)
			inOrder(t, got)
			if n := count(got, Lost); n != len(c.lost) {
				t.Errorf("%d frames concealed, want %d", n, len(c.lost))
			}
			s := b.Stats()
			if s.Lost != uint64(len(c.lost)) || s.Concealed != time.Duration(len(c.lost))*20*ms {
				t.Errorf("lost %d, concealed %v; %d packets were lost", s.Lost, s.Concealed, len(c.lost))
			}
			if s.Delay > 45*ms {
				t.Errorf("the loss left a delay of %v", s.Delay)
			}
		})
	}
}

func TestJitterRaisesTheDelayUntilNothingIsLate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	packets := steady(1500, func(int) time.Duration { return time.Duration(r.Float64() * float64(60*ms)) })
	b := New(Config{})
	got := run(b, packets, 1500)
	inOrder(t, got)
	if n := count(got[500:], Lost); n > 20 {
		t.Errorf("%d of the last 1000 frames concealed under 60 ms of jitter", n)
	}
	s := b.Stats()
	if s.Delay < 45*ms || s.Delay > 110*ms {
		t.Errorf("delay %v under 60 ms of jitter", s.Delay)
	}
	if s.Jitter < 10*ms || s.Jitter > 40*ms {
		t.Errorf("jitter said to be %v", s.Jitter)
	}
}

func TestAfterAStallTheDelayComesDownAgain(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		// Packets 200 to 208 are held up by 180 ms and come in a burst.
		packets := steady(3000, func(i int) time.Duration {
			if i >= 200 && i < 209 {
				return time.Duration(209-i) * 20 * ms
			}
			return 0
		})
		b := New(Config{})
		b.Quiet(quiet)
		got := run(b, packets, 2900)
		inOrder(t, got)
		want := 100 * ms
		if quiet {
			want = 50 * ms
		}
		if s := b.Stats(); s.Delay > want {
			t.Errorf("quiet %v: a minute after the stall the delay is %v, want at most %v", quiet, s.Delay, want)
		}
		if n := count(got, Lost); n > 10 {
			t.Errorf("quiet %v: %d frames concealed for a stall of 9", quiet, n)
		}
	}
}

func TestPacketsOutOfOrderPlayInOrder(t *testing.T) {
	packets := steady(200, func(i int) time.Duration {
		if i%10 == 5 {
			return 25 * ms
		}
		return 0
	})
	b := New(Config{Min: 40 * ms})
	got := run(b, packets, 198)
	inOrder(t, got)
	if n := count(got, Lost); n != 0 {
		t.Errorf("%d frames concealed", n)
	}
}

func TestDoubledPacketsPlayOnce(t *testing.T) {
	packets := steady(100, nil)
	for _, p := range packets[:90] {
		p.at += 7 * ms
		packets = append(packets, p)
	}
	b := New(Config{})
	got := run(b, packets, 98)
	inOrder(t, got)
	if s := b.Stats(); s.Doubled != 90 || s.Late != 0 || s.Lost != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestComfortNoiseIsSilenceAndNotLoss(t *testing.T) {
	packets := steady(50, nil)
	packets = append(packets, sent{seq: packets[49].seq + 1, ts: packets[49].ts + 160, pt: comfort, n: 1, at: 1000 * ms})
	for i := range 50 { // speech again after a second
		packets = append(packets, sent{seq: packets[50].seq + 1 + uint16(i), ts: packets[50].ts + 8000 + uint32(160*i), marker: i == 0, pt: 9,
			at: 2000*ms + time.Duration(i)*20*ms})
	}
	b := New(Config{})
	got := run(b, packets, 151)
	inOrder(t, got)
	if n := count(got, Lost); n != 0 {
		t.Errorf("%d frames concealed", n)
	}
	if n := count(got, Play); n != 101 {
		t.Errorf("%d frames played, want 101", n)
	}
}

func TestPayloadsOfAnyLengthComeOutAsFramesOfTwentyMilliseconds(t *testing.T) {
	for _, n := range []int{80, 160, 240, 320, 480} {
		var packets []sent
		for i := range 200 {
			packets = append(packets, sent{seq: uint16(i), ts: uint32(n * i), pt: 9, n: n, at: time.Duration(i*n/8) * ms})
		}
		b := New(Config{})
		got := run(b, packets, 200*n/160-4)
		inOrder(t, got)
		short := 0
		for _, p := range got {
			if p.kind == Play && len(p.pkt.Payload) != 160 {
				short++
			}
		}
		if lost := count(got, Lost); short > 0 || lost > 3 {
			t.Errorf("packets of %d ms: %d frames short, %d concealed", n/8, short, lost)
		}
	}
}

func TestASourceSwitchOutOfStepIsNoLoss(t *testing.T) {
	for _, shift := range []int{-90, -8, 8, 56, 100} {
		packets := steady(200, nil)
		for i := 100; i < 200; i++ {
			packets[i].ts += uint32(shift)
			packets[i].at += time.Duration(shift) * ms / 8
			packets[i].marker = i == 100
			packets[i].pt = 8
		}
		b := New(Config{})
		got := run(b, packets, 198)
		if lost, played := count(got, Lost), count(got, Play); lost > 1 || played < 195 {
			t.Errorf("shift %d: %d concealed, %d played", shift, lost, played)
		}
	}
}

func TestANewStreamUnderTheSameRoofBeginsAfresh(t *testing.T) {
	packets := steady(100, nil)
	for i := range 100 {
		packets = append(packets, sent{seq: uint16(20000 + i), ts: uint32(99000000 + 160*i), pt: 8, at: 2000*ms + time.Duration(i)*20*ms})
	}
	b := New(Config{})
	got := run(b, packets, 198)
	if n := count(got, Play); n < 190 {
		t.Errorf("%d frames played of 200", n)
	}
	if s := b.Stats(); s.Resets != 1 {
		t.Errorf("%d resets", s.Resets)
	}
}

func TestAfterASilenceOfTheNetworkTheStreamStartsOver(t *testing.T) {
	packets := steady(300, nil)
	gone := append(append([]sent(nil), packets[:100]...), packets[200:]...)
	b := New(Config{})
	got := run(b, gone, 298)
	inOrder(t, got)
	if n := count(got, Play); n < 190 {
		t.Errorf("%d frames played of 200", n)
	}
	if n := count(got, Lost); n > 60 {
		t.Errorf("%d frames concealed in two seconds without packets", n)
	}
}

// A sender that was silent without a word, and whose timestamps stood still meanwhile, as some gateways' do: by them every packet is too
// late from then on.
func TestASenderWhoseClockStoodStillIsHeardAgainSoon(t *testing.T) {
	for _, pause := range []time.Duration{300 * time.Millisecond, 700 * time.Millisecond, 1500 * time.Millisecond} {
		packets := steady(300, nil)
		for i := range packets[100:] {
			packets[100+i].at += pause
		}
		b := New(Config{})
		got := run(b, packets, 300+int(pause/(20*time.Millisecond)))
		inOrder(t, got)
		if n := count(got, Play); n < 300-15 {
			t.Errorf("after a pause of %v %d frames of 300 are heard", pause, n)
		}
		if s := b.Stats(); s.Delay > 80*time.Millisecond {
			t.Errorf("after a pause of %v the delay is %v", pause, s.Delay)
		}
	}
}

func TestClockDriftNeverBuildsUpDelayOrHoles(t *testing.T) {
	for _, ppm := range []float64{-200, 200} {
		packets := steady(15000, nil) // five minutes
		for i := range packets {
			packets[i].at += time.Duration(float64(packets[i].at) * ppm / 1e6)
		}
		b := New(Config{})
		b.Quiet(true)
		got := runFast(b, packets, 14900)
		if s := b.Stats(); s.Delay > 60*ms || got > 6 {
			t.Errorf("%+.0f ppm: delay %v, %d frames concealed", ppm, s.Delay, got)
		}
	}
}

// runFast is run for long streams in order: it only counts concealed frames.
func runFast(b *Buffer, packets []sent, pulls int) (lost int) {
	payload, k := make([]byte, 160), 0
	for i := range pulls {
		now := time.Duration(i)*20*ms + 5*ms
		for ; k < len(packets) && packets[k].at <= now; k++ {
			p := packets[k]
			b.Put(p.seq, p.ts, p.marker, payload, p.pt, epoch.Add(p.at))
		}
		for again := true; again; {
			p, kind := b.Next(epoch.Add(now))
			again = p.Skip
			if kind == Lost {
				lost++
			}
		}
	}
	return lost
}

func TestBufferAllocatesNothing(t *testing.T) {
	b, payload, i := New(Config{}), make([]byte, 160), 0
	if n := testing.AllocsPerRun(500, func() {
		now := epoch.Add(time.Duration(i) * 20 * ms)
		b.Put(uint16(i), uint32(160*i), false, payload, 0, now)
		b.Next(now)
		i++
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzBufferTakesAnyPackets(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	f.Fuzz(func(t *testing.T, in []byte) {
		b, now := New(Config{}), epoch
		for len(in) >= 6 {
			n := int(in[4]) * 2
			b.Put(binary.BigEndian.Uint16(in), binary.BigEndian.Uint32(in[1:]), in[5]&1 == 1, make([]byte, n), in[5]>>1, now)
			now = now.Add(time.Duration(in[0]) * ms)
			if in[3]&1 == 0 {
				if p, k := b.Next(now); k == Play && (len(p.Payload) == 0 || len(p.Payload) > maxPayload) {
					t.Fatalf("a frame of %d bytes", len(p.Payload))
				}
			}
			in = in[6:]
		}
		if b.held < 0 || b.held > slots {
			t.Fatalf("%d packets held", b.held)
		}
	})
}
