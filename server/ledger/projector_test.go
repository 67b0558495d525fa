package ledger

import (
	"context"
	"sync/atomic"
	"testing"

	"cordboard/server/bus"
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
	putNumbered(l, 1, 10)
	settle(t, l)
	if n, _, err := l.Position(within(t), "contoso"); n != 10 || err != nil || reads.Load() < 2 {
		t.Errorf("position %d (%v) after %d readers", n, err, reads.Load())
	}
}
