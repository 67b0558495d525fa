package server_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"cordboard/server/lab"
)

// BenchmarkAnswerToVoice gives, over 50 answers in each codec, the time from the answer being sent to the first packet of
// the caller's voice at the agent's phone, on the wire: a packet's 20 ms at most and what the way takes.
func BenchmarkAnswerToVoice(b *testing.B) {
	for _, c := range []lab.SBCCodec{lab.SBCG722, lab.SBCPCMA} {
		b.Run(fmt.Sprint(c), func(b *testing.B) {
			const answers = 50
			var mu sync.Mutex
			var took []time.Duration
			heard := make(chan struct{}, answers)
			h := newHouse(b, houseOptions{wrap: "0 s", apart: true})
			x := &bench{house: h, invited: map[string]time.Time{}, freed: map[string]time.Time{}, offered: make(chan string, 1000)}
			x.also = func(e lab.AgentEvent) {
				if e.Event == "audio" {
					mu.Lock()
					took = append(took, time.Duration(e.TookNs))
					mu.Unlock()
					heard <- struct{}{}
				}
			}
			x.benchAgents(b, lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 100 * time.Millisecond, Hesitate: 40 * time.Millisecond, Wrap: time.Millisecond})
			for i := range answers {
				caller, err := h.sbc.Call(within(b, 5*time.Second), lab.CallOptions{
					From: fmt.Sprintf("+4420%07d", i), To: supportNumber, Say: lab.SpeechOf(lab.SpeechTone(600, time.Second)), Repeat: true, Codecs: []lab.SBCCodec{c},
				})
				if err != nil {
					b.Fatal(err)
				}
				select {
				case <-heard:
				case <-time.After(10 * time.Second):
					b.Fatalf("answer %d: the caller is not heard", i)
				}
				caller.Hangup(context.Background())
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[answers/2].Microseconds())/1000, "ms-p50")
			b.ReportMetric(float64(took[answers*95/100].Microseconds())/1000, "ms-p95")
			b.ReportMetric(float64(took[answers-1].Microseconds())/1000, "ms-most")
			b.ReportMetric(0, "ns/op")
		})
	}
}
