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
		if last := slices.Max(delays(got, 20*time.Second, time.Minute)); last > 50*ms {
			t.Errorf("seed %d: nine seconds after the weather the delay is %v", seed, last)
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

// Who plays stood still for half a second, while packets came.
func TestADelayOfHalfASecondIsSpokenAwayInFiveSeconds(t *testing.T) {
	b := New(Config{Min: 20 * ms, Max: 240 * ms})
	packets := steady(600, nil)
	payload, k := make([]byte, 160), 0
	skipped, lost, run := 0, 0, 0
	var delay time.Duration
	for i := range 400 {
		now := time.Duration(i)*20*ms + 5*ms
		for ; k < len(packets) && packets[k].at <= now; k++ {
			b.Put(packets[k].seq, packets[k].ts, false, payload, 9, epoch.Add(packets[k].at))
		}
		if now > 2*time.Second && now < 2460*ms {
			continue
		}
		run++
		for again := true; again; {
			p, kind := b.Next(epoch.Add(now))
			if again = p.Skip; p.Skip {
				if run < 8 {
					t.Errorf("at %v only %d frames are between two that are left out", now, run)
				}
				skipped, run = skipped+1, 0
			}
			if kind == Lost {
				lost++
			}
			delay = now - time.Duration(laterTS(1<<32-4000, p.TS))*ms/8
		}
		if now > 7500*ms && delay > 70*ms {
			t.Fatalf("five seconds after it the delay is %v, %d frames left out", delay, skipped)
		}
	}
	if lost > 0 || skipped < 20 {
		t.Errorf("%d frames made up, %d left out", lost, skipped)
	}
}
