package trunk

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// of waits for a message of one call, whatever else comes.
func (s *sbc) of(id, start string) packet {
	s.t.Helper()
	for {
		if p := s.expect(start); p.header("Call-ID") == id {
			return p
		}
	}
}

// up brings a call up while the answers of others still come.
func (h *house) up(s *sbc) (*Dialog, news, string) {
	h.t.Helper()
	s.send(s.request("INVITE", 1, "", "", offer))
	d := h.call()
	n := listen(d)
	d.Answer([]byte("v=0"))
	tag := s.of(s.id, "SIP/2.0 200").tag("To")
	s.send(s.request("ACK", 1, tag, "", ""))
	want[Acked](h.t, n)
	return d, n, tag
}

// kindsOfCalls are the ways of a call, each from its first message to its last.
var kindsOfCalls = map[string]func(h *house, s *sbc){
	"the caller hangs up": func(h *house, s *sbc) {
		_, n, tag := h.up(s)
		s.send(s.request("BYE", 2, tag, "", ""))
		s.of(s.id, "SIP/2.0 200")
		want[Ended](h.t, n)
	},
	"we hang up": func(h *house, s *sbc) {
		d, n, _ := h.up(s)
		d.Hangup(Reason{Code: 200})
		s.send(s.answer(s.of(s.id, "BYE"), "200 OK", "", "", ""))
		want[Ended](h.t, n)
	},
	"a BYE that nobody answers": func(h *house, s *sbc) {
		d, n, _ := h.up(s)
		d.Hangup(Reason{Code: 200})
		s.of(s.id, "BYE")
		want[Ended](h.t, n)
	},
	"the caller gives up": func(h *house, s *sbc) {
		invite := s.request("INVITE", 1, "", "", offer)
		s.send(invite)
		n := listen(h.call())
		s.of(s.id, "SIP/2.0 100")
		head, _, _ := strings.Cut(invite, "Contact:")
		s.send(strings.NewReplacer("INVITE sip", "CANCEL sip", "1 INVITE", "1 CANCEL").Replace(head) + "\n")
		want[Ended](h.t, n)
	},
	"we refuse and get no ACK": func(h *house, s *sbc) {
		s.send(s.request("INVITE", 1, "", "", offer))
		d := h.call()
		n := listen(d)
		d.Reject(486, "", 0)
		want[Ended](h.t, n)
	},
	"our 200 is never acknowledged": func(h *house, s *sbc) {
		s.send(s.request("INVITE", 1, "", "", offer))
		d := h.call()
		n := listen(d)
		d.Answer([]byte("v=0"))
		want[Ended](h.t, n)
		s.send(s.answer(s.of(s.id, "BYE"), "200 OK", "", "", ""))
	},
	"a provisional answer is never acknowledged": func(h *house, s *sbc) {
		s.send(s.request("INVITE", 1, "", "Require: 100rel\n", offer))
		d := h.call()
		n := listen(d)
		d.Progress(180, nil)
		d.Progress(183, []byte("v=0"))
		want[Ended](h.t, n)
	},
	"other media, refused and taken": func(h *house, s *sbc) {
		d, n, tag := h.up(s)
		for i, code := range []int{488, 200} {
			s.send(s.request("UPDATE", 2+i, tag, "", offer))
			want[Reoffered](h.t, n)
			d.AnswerReoffer([]byte("v=0"), code)
			s.of(s.id, fmt.Sprintf("SIP/2.0 %d", code))
		}
		d.Hangup(Reason{})
		s.send(s.answer(s.of(s.id, "BYE"), "481 Gone", "", "", ""))
		want[Ended](h.t, n)
	},
	"the other side does not answer our offer": func(h *house, s *sbc) {
		d, n, _ := h.up(s)
		d.Reoffer([]byte("v=0 other"))
		want[Ended](h.t, n)
	},
	"we call and are refused": func(h *house, s *sbc) {
		n := make(news, 16)
		d := h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(e Event) { n <- e })
		s.send(s.answer(s.of(d.Info().CallID, "INVITE"), "486 Busy Here", "b", "", ""))
		s.of(d.Info().CallID, "ACK")
		want[Rejected](h.t, n)
	},
	"we call and give up": func(h *house, s *sbc) {
		n := make(news, 16)
		d := h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(e Event) { n <- e })
		inv := s.of(d.Info().CallID, "INVITE")
		s.send(s.answer(inv, "180 Ringing", "b", "", ""))
		want[Ringing](h.t, n)
		d.Hangup(Reason{})
		s.of(d.Info().CallID, "CANCEL") // and no answer to either
		want[Ended](h.t, n)
	},
	"we call and nobody says anything": func(h *house, s *sbc) {
		n := make(news, 16)
		h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(e Event) { n <- e })
		want[Unreachable](h.t, n)
	},
	"nonsense": func(h *house, s *sbc) {
		s.raw("\x00\x01\x02 nonsense \r\n\r\n")
		s.send(s.request("DANCE", 1, "", "", ""))
		s.of(s.id, "SIP/2.0 501")
		s.send(s.request("INVITE", 1, "nobody", "", offer))
		s.of(s.id, "SIP/2.0 481")
	},
}

// TestFortySecondsAfterItsCallsTheEdgeIsAsBefore: every kind of call a few dozen times, lost answers among them; then
// neither dialogs nor goroutines nor memory are more than after the first few.
func TestFortySecondsAfterItsCallsTheEdgeIsAsBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		calls := func(rounds int) (goroutines int, heap uint64) {
			for i := range rounds {
				for k, kind := range slices.Sorted(maps.Keys(kindsOfCalls)) {
					s.id = fmt.Sprintf("%d-%d", k, i)
					kindsOfCalls[kind](h, s)
				}
			}
			time.Sleep(40 * time.Second)
			synctest.Wait()
			for {
				if _, some := s.next(time.Nanosecond); !some {
					break
				}
			}
			var m runtime.MemStats
			for range 2 {
				runtime.GC()
			}
			runtime.ReadMemStats(&m)
			return runtime.NumGoroutine(), m.HeapAlloc
		}
		before, heapBefore := calls(5)
		after, heapAfter := calls(155)
		if n := h.edge.Dialogs(); n != 0 {
			t.Errorf("%d dialogs stay", n)
		}
		h.edge.mu.Lock()
		if n := len(h.edge.arriving) + len(h.edge.streams) + len(h.edge.dialing); n != 0 {
			t.Errorf("%d entries stay", n)
		}
		h.edge.mu.Unlock()
		if after > before+5 {
			t.Errorf("%d goroutines, %d before", after, before)
		}
		if heapAfter > heapBefore+heapBefore/10+128<<10 {
			t.Errorf("%d KiB in use, %d before", heapAfter>>10, heapBefore>>10)
		}
		t.Logf("%d calls: goroutines %d → %d, heap %d → %d KiB", 155*len(kindsOfCalls), before, after, heapBefore>>10, heapAfter>>10)
	})
}
