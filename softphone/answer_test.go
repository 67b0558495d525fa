package softphone

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cordboard/audio"
	"cordboard/audio/codec"
)

// After an answer the first of the caller's voice comes on a line on which nothing but signs of life came before. It is
// in the ear as soon as any voice is: after the jitter buffer's least delay and the turn that it takes.
func TestTheFirstVoiceAfterAnAnswerIsHeardAsSoonAsAnyOther(t *testing.T) {
	for _, pt := range []uint8{ptG722, ptPCMA} {
		t.Run(fmt.Sprint("payload type ", pt), func(t *testing.T) {
			var took []time.Duration
			for n := range 50 {
				d := newCard(0, 0)
				v := newVoice(d, nil)
				// The phases of the answer, of the caller's clock and of the card's differ from answer to answer.
				comes, pulls := time.Duration(n*7%20)*time.Millisecond, time.Duration(n*3%20)*time.Millisecond
				far := tone{hz: 600, level: 9000, pt: pt}
				seq, ts := uint16(n), uint32(n*7777)
				answered := 2*time.Second + time.Duration(n*11)*time.Millisecond
				first := time.Duration(0)
				for at := time.Duration(0); at < 4*time.Second; at += time.Millisecond {
					now := epoch.Add(at)
					switch {
					case at < answered && at%(200*time.Millisecond) == comes:
						v.received(seq, ts+uint32(at/time.Millisecond)*8, false, comfort[:], ptCN, now)
						seq++
					case at >= answered && at%audio.FrameTime == comes:
						if first == 0 {
							first = at
						}
						v.received(seq, ts+uint32(at/time.Millisecond)*8, at == first, far.next(), pt, now)
						seq++
					}
					if at%audio.FrameTime == pulls {
						var f audio.Frame
						v.pulled(&f, now)
						if first > 0 && codec.Peak(f[:]) > 3000 {
							took = append(took, at-first)
							break
						}
					}
				}
			}
			slices.Sort(took)
			if len(took) != 50 {
				t.Fatalf("after %d of 50 answers the caller was heard", len(took))
			}
			t.Logf("p50 %v, p95 %v, at most %v", took[25], took[47], took[49])
			if p95 := took[47]; p95 > 40*time.Millisecond {
				t.Errorf("p95 is %v, want the jitter buffer's 20 ms and a turn at most", p95)
			}
		})
	}
}
