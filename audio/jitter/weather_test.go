package jitter

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// stormy is a stream of which the packets from begin to end take 80±30 ms, one in twenty is lost and one in fifty comes twice.
func stormy(seed uint64, n, begin, end int) []sent {
	r := rand.New(rand.NewPCG(seed, 9))
	var out []sent
	for i, p := range steady(n, nil) {
		if i < begin || i >= end {
			out = append(out, p)
			continue
		}
		for range times(r) {
			q := p
			q.at += 50*ms + time.Duration(r.IntN(60_000))*time.Microsecond
			out = append(out, q)
		}
	}
	return out
}

func times(r *rand.Rand) int {
	switch n := r.IntN(100); {
	case n < 5:
		return 0
	case n < 7:
		return 2
	}
	return 1
}

// delays gives how long after it was sent each frame was played that was pulled between two times.
func delays(got []pulled, from, to time.Duration) (out []time.Duration) {
	for _, p := range got {
		if p.kind == Play && p.at >= from && p.at < to {
			sent := time.Duration(laterTS(1<<32-4000, p.pkt.TS)) * ms / 8
			out = append(out, p.at-sent)
		}
	}
	return out
}

func TestAfterBadWeatherTheDelayComesDownWhileSomebodySpeaks(t *testing.T) {
	for seed := range uint64(4) {
		b := New(Config{Min: 20 * ms, Max: 240 * ms})
		got := run(b, stormy(seed, 1200, 50, 550), 1190)
		inOrder(t, got)
		if top := slices.Max(delays(got, 5*time.Second, 11*time.Second)); top < 90*ms {
			t.Fatalf("the weather was not bad: %v", top)
		}
		before := slices.Max(delays(got, 500*ms, time.Second))
		if last := slices.Max(delays(got, 16*time.Second, time.Minute)); last > before+5*ms {
			t.Errorf("seed %d: five seconds after the weather the delay is %v, and was %v before it", seed, last, before)
		}
		late := 0
		for _, p := range got {
			if p.kind == Lost && p.at > 12*time.Second {
				late++
			}
		}
		if late > 0 {
			t.Errorf("seed %d: %d frames are made up after the weather", seed, late)
		}
	}
}

// TestABadNetworkThatPausesIsNotTakenForAGoodOneEachTime: every few seconds packets are held up. Each calm after another must last longer until it
// counts, so that no more than at first is made up for want of delay.
func TestABadNetworkThatPausesIsNotTakenForAGoodOneEachTime(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	packets := steady(1500, nil)
	for i := range packets {
		if k := i % 150; i > 100 && k < 14 {
			packets[i].at += time.Duration(14-k)*10*ms + time.Duration(r.IntN(5000))*time.Microsecond
		}
	}
	b := New(Config{Min: 20 * ms, Max: 240 * ms})
	got := run(b, packets, 1490)
	inOrder(t, got)
	early, later := 0, 0
	for _, p := range got {
		switch {
		case p.kind != Lost:
		case p.at < 15*time.Second:
			early++
		default:
			later++
		}
	}
	if early == 0 || later > 15 { // 30, when each calm counts as the first one did
		t.Errorf("%d frames were made up in the first quarter of a minute, %d in the second", early, later)
	}
}

// A stream that goes on while who plays stands still from 2 s on, and what was heard of it afterwards.
func stoodStill(t *testing.T, length time.Duration) (skipped, closest, lost int, delay func(at time.Duration) time.Duration) {
	t.Helper()
	b := New(Config{Min: 20 * ms, Max: 240 * ms})
	packets := steady(600, nil)
	payload, k, run := make([]byte, 160), 0, 100
	var all []pulled
	closest = 100
	for i := range 500 {
		now := time.Duration(i)*20*ms + 5*ms
		for ; k < len(packets) && packets[k].at <= now; k++ {
			b.Put(packets[k].seq, packets[k].ts, false, payload, 9, epoch.Add(packets[k].at))
		}
		if now > 2*time.Second && now < 2*time.Second+length {
			continue
		}
		run++
		for again := true; again; {
			p, kind := b.Next(epoch.Add(now))
			if again = p.Skip; p.Skip {
				skipped, closest, run = skipped+1, min(closest, run), 0
			} else if kind == Play {
				all = append(all, pulled{kind, p, now})
			}
			if kind == Lost {
				lost++
			}
		}
	}
	return skipped, closest, lost, func(at time.Duration) time.Duration {
		return slices.Max(delays(all, at, at+200*ms))
	}
}

func TestAHighDelayIsSpokenAwayWithinSeconds(t *testing.T) {
	skipped, closest, lost, delay := stoodStill(t, 200*ms)
	if d := delay(2200 * ms); d < 180*ms {
		t.Fatalf("the delay was not high: %v", d)
	}
	if d := delay(5 * time.Second); d > 70*ms {
		t.Errorf("three seconds after it the delay is %v", d)
	}
	if lost > 0 || skipped < 8 || closest < haste-1 {
		t.Errorf("%d frames made up, %d left out, at closest %d frames between", lost, skipped, closest)
	}
}

func TestAfterAStandstillWhatIsTooOldIsNotHeard(t *testing.T) {
	for length, most := range map[time.Duration]time.Duration{460 * ms: 70 * ms, 900 * ms: 70 * ms, 1500 * ms: 260 * ms, 3 * time.Second: 70 * ms} {
		_, _, lost, delay := stoodStill(t, length)
		if d := delay(2*time.Second + length + 60*ms); d > most || lost > 0 {
			t.Errorf("a standstill of %v leaves a delay of %v, %d frames are made up", length, d, lost)
		}
	}
}

// A network that is as bad as can be, and then gives what it had held up: the delay is never far above the maximum.
func TestTheDelayNeverStaysAboveTheMaximum(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	packets := steady(800, nil)
	for i := 100; i < 600; i++ {
		packets[i].at += 130*ms + time.Duration(r.IntN(300_000))*time.Microsecond
	}
	b := New(Config{Min: 20 * ms, Max: 240 * ms})
	got := run(b, packets, 790)
	inOrder(t, got)
	least := time.Duration(0)
	for _, d := range delays(got, 12100*ms, 12200*ms) { // the network is as good as at the beginning again
		if d > 240*ms+overMax+20*ms {
			t.Errorf("a moment after it a frame is heard %v after it was sent", d)
		}
		least = max(least, d)
	}
	if least == 0 {
		t.Error("nothing is heard after it")
	}
}
