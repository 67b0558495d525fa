package ledger

import (
	"context"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"

	"cordboard/server/bus"
	"cordboard/server/fact"
)

func TestTablesGoOnAfterAReaderThatHearsNothingAnyMore(t *testing.T) {
	l := ledgerIn(t, t.TempDir())
	var reads atomic.Int32
	l.tables.read = func(ctx context.Context, s *bus.Stream, from uint64, each func(bus.Message) error) error {
		if reads.Add(1) == 1 {
			<-ctx.Done() // deaf
			return ctx.Err()
		}
		return s.Read(ctx, from, each)
	}
	s, err := l.bus.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	before, err := fact.Entry{Tenant: "contoso", N: 1, At: nine, Contact: "C1", Fact: fact.Held{By: "agent"}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(within(t), bus.Facts, [][]byte{before.Data}); err != nil { // what the writer does not know must be read
		t.Fatal(err)
	}
	putNumbered(l, 2, 10)
	settle(t, l)
	if n, _, err := l.Position(within(t), "contoso"); n != 11 || err != nil || reads.Load() < 2 {
		t.Errorf("position %d (%v) after %d readers", n, err, reads.Load())
	}
}

// Whoever waits before the projector has looked at its tables must hear that they are complete.
func TestWaitingForTablesThatAreCompleteAlreadyEnds(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	putNumbered(l, 1, 10)
	settle(t, l)
	shut(t, l)
	b := openBus(t, dir)
	db, err := openTables(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := newProjector(b, db, slog.New(slog.DiscardHandler), func(error) {})
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	p.follow("contoso", s)
	waited := make(chan error, 1)
	go func() { waited <- p.caughtUp(within(t)) }()
	for waiting := false; !waiting; { // it has looked, and waits
		p.mu.Lock()
		waiting = p.target["contoso"] == 10
		p.mu.Unlock()
		runtime.Gosched()
	}
	ctx, stop := context.WithCancel(within(t))
	ended := make(chan struct{})
	go func() { p.run(ctx); close(ended) }()
	if err := <-waited; err != nil {
		t.Error(err)
	}
	stop()
	<-ended
	db.Close()
}
