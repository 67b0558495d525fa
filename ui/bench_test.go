package ui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// manyRows is a desk with ten thousand rows behind it.
func manyRows(t testing.TB) *rig {
	r := newRig(t, 200, 60)
	r.call(nil)
	b := stage.Board(r.now)
	for i := range 10000 {
		p := b.Experts[i%9]
		p.ID, p.Name = fmt.Sprint(i), fmt.Sprintf("Person %d", i)
		if i > 8 {
			p.Digit = 0
		}
		r.board.Experts = append(r.board.Experts, p)
		row := b.Last[i%5]
		row.Contact = fmt.Sprint(i)
		r.history = append(r.history, row)
	}
	r.trace.contact = r.board.Call.Contact
	for i := range traceMost {
		r.trace.all = append(r.trace.all, wire.Quality{MOS: 1 + float64(i%36)/10, Loss: float64(i % 6), Delay: float64(i % 400)})
	}
	return r
}

// A frame of the largest desk takes under a millisecond, whatever is behind it: a meter frame, a change, another page, another size,
// a ring. All of it is drawn anew in all but the first two.
func BenchmarkView(b *testing.B) {
	for name, change := range map[string]func(r *rig, i int){
		"meters":  func(r *rig, i int) { r.mic.push(float64(i%7) / 7); r.ear.push(float64(i%5) / 5) },
		"second":  func(r *rig, i int) { r.now = r.now.Add(time.Second); r.Model.now = r.now },
		"all new": func(r *rig, i int) { clear(r.kept) },
		"history": func(r *rig, i int) { r.over = overHistory; r.list.at = i % 10000 },
		"page": func(r *rig, i int) {
			r.over = []overlay{overNone, overHelp, overNone, overPicker, overKeypad, overNote}[i%6]
			clear(r.kept)
		},
		"resize": func(r *rig, i int) { r.w, r.h = 200-i%2, 60-i%2 },
		"state": func(r *rig, i int) {
			r.board.Offer = nil
			if i%2 == 0 {
				r.board.Offer, r.board.Call = stage.Offer(r.now), nil
			} else {
				r.board.Call = stage.Call(stage.Offer(r.now), r.now)
			}
			clear(r.kept)
		},
	} {
		b.Run(name, func(b *testing.B) {
			r := manyRows(b)
			_ = r.View()
			took, busy := make([]time.Duration, 0, b.N), make([]time.Duration, 0, b.N)
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b.ResetTimer()
			for i := range b.N {
				change(r, i)
				r.dirty = true
				at, cpu := time.Now(), spent()
				_ = r.View()
				busy = append(busy, spent()-cpu)
				took = append(took, time.Since(at))
			}
			b.StopTimer()
			slices.Sort(took)
			slices.Sort(busy)
			b.ReportMetric(float64(busy[len(busy)*99/100])/1e6, "p99-cpu-ms")
			b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
			b.ReportMetric(float64(took[len(took)/2])/1e6, "median-ms")
		})
	}
}

// screenWriter notes when bytes come out.
type screenWriter struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	wake chan struct{}
}

func (s *screenWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.buf.Write(b)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (s *screenWriter) has(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.Contains(s.buf.String(), what) {
		s.buf.Reset()
		return true
	}
	return false
}

// A key's bytes leave for the terminal within 16 ms, with 500 people on the board and 50 news a second.
func BenchmarkKeyToBytes(b *testing.B) {
	in, keys := io.Pipe()
	out := &screenWriter{wake: make(chan struct{}, 1)}
	ctx, stop := context.WithCancel(context.Background())
	told := make(chan func(any), 1)
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, Options{Server: nobody{}, In: in, Out: out, Language: "en", Theme: "dark"}, func(tell func(any)) { told <- tell })
	}()
	tell := <-told
	board := stage.Board(time.Now())
	o := stage.Offer(time.Now())
	board.Call = stage.Call(o, time.Now())
	board.Me.State = wire.Talking
	tell(wire.Welcome{Now: time.Now(), Seq: 1, Board: &board})
	for i := range 500 {
		p := board.Experts[i%9]
		p.ID = fmt.Sprint(i)
		board.Experts = append(board.Experts, p)
	}
	quit := make(chan struct{})
	go func() {
		seq := uint64(1)
		t := time.NewTicker(20 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-quit:
				return
			case <-t.C:
				seq++
				tell(wire.News{Seq: seq, At: time.Now(), Experts: slices.Clone(board.Experts)})
			}
		}
	}()
	wait := func(what string) {
		limit := time.After(5 * time.Second)
		for !out.has(what) {
			select {
			case <-out.wake:
			case <-limit:
				b.Fatalf("no %q within 5 s", what)
			}
		}
	}
	wait(" TALK \x1b")
	var took []time.Duration
	b.ResetTimer()
	for b.Loop() {
		at := time.Now()
		_, _ = keys.Write([]byte("k"))
		wait(" KEYPAD \x1b")
		took = append(took, time.Since(at))
		_, _ = keys.Write([]byte("\x1b"))
		wait(" TALK \x1b")
	}
	b.StopTimer()
	close(quit)
	stop()
	<-done
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2])/1e6, "median-ms")
}

type nobody struct{}

func (nobody) Do(wire.Command) {}
func (nobody) SignIn(string)   {}
func (nobody) Takeover(bool)   {}

// An unchanged view is the same string, and costs no drawing.
func TestAnUnchangedViewCostsNothing(t *testing.T) {
	r := newRig(t, 200, 60)
	r.call(nil)
	first := r.View()
	if n := testing.AllocsPerRun(10, func() { _ = r.View() }); n != 0 || r.View() != first {
		t.Errorf("%v allocations for an unchanged view", n)
	}
	var _ tea.Model = r.Model
}
