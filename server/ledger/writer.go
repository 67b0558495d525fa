package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"cordboard/server/bus"
	"cordboard/server/fact"
)

// waitingFacts are a tenant's facts on their way into its stream.
type waitingFacts struct {
	tenant string
	stream *bus.Stream
	data   [][]byte
	facts  []*record // what data says
	put    []time.Time
}

const (
	storeFor = 10 * time.Second       // how long one batch may take
	retryIn  = 250 * time.Millisecond // after the store refused
	gather   = 20 * time.Millisecond  // facts of one moment go together
)

// write is the one writer: it takes what waits and stores it, tenant by tenant, in order.
func (l *Ledger) write(ctx context.Context) {
	queues := map[string]*waitingFacts{}
	var order []*waitingFacts
	var syncs []chan<- struct{}
	retry := time.NewTimer(time.Hour)
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.in.Ready():
			sleep(ctx, gather)
		case <-retry.C:
		}
		for _, it := range l.in.Take() {
			if it.sync != nil {
				syncs = append(syncs, it.sync)
				continue
			}
			t := string(it.entry.Tenant)
			q := queues[t]
			if q == nil {
				q = &waitingFacts{tenant: t}
				queues[t], order = q, append(order, q)
			}
			l.marshal(q, it)
		}
		if err := l.store(ctx, order); err != nil {
			l.setTrouble(0, err)
			retry.Reset(retryIn)
			continue
		}
		l.setTrouble(0, nil)
		for _, s := range syncs {
			close(s)
		}
		syncs = nil
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (l *Ledger) marshal(q *waitingFacts, it item) {
	if it.entry.Fact == nil {
		l.log.Error("a fact without content", "tenant", q.tenant, "contact", it.entry.Contact)
		l.drop(it.entry)
		return
	}
	w, err := it.entry.Encode()
	if err != nil {
		l.log.Error("a fact that cannot be written", "tenant", q.tenant, "contact", it.entry.Contact, "kind", it.entry.Fact.Kind(), "err", err)
		l.drop(it.entry)
		return
	}
	q.data, q.facts, q.put = append(q.data, w.Data), append(q.facts, encoded(it.entry, w)), append(q.put, it.put)
}

func (l *Ledger) drop(e fact.Entry) {
	l.waiting.Add(-1)
	l.lost.add(e)
}

// store stores what every tenant's queue has. The first error is given after all were tried.
func (l *Ledger) store(ctx context.Context, order []*waitingFacts) error {
	var first error
	oldest := int64(0)
	for _, q := range order {
		if err := l.storeOne(ctx, q); err != nil && first == nil {
			first = err
		}
		if len(q.put) > 0 && (oldest == 0 || q.put[0].UnixNano() < oldest) {
			oldest = q.put[0].UnixNano()
		}
	}
	if oldest == 0 && l.in.Len() > 0 {
		oldest = time.Now().UnixNano()
	}
	l.oldest.Store(oldest)
	return first
}

func (l *Ledger) storeOne(ctx context.Context, q *waitingFacts) error {
	if len(q.data) == 0 {
		return l.storeLost(ctx, q)
	}
	limited, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	if err := l.openStream(limited, q); err != nil {
		return err
	}
	n, err := l.append(limited, q.stream, q.data)
	l.tables.stored(q.tenant, q.stream.Tail(), q.facts[:n], err)
	clear(q.data[:n])
	q.data, q.facts, q.put = q.data[n:], q.facts[n:], q.put[n:]
	l.waiting.Add(-int64(n))
	if len(q.data) == 0 {
		q.data, q.facts, q.put = nil, nil, nil
	}
	if err != nil {
		return err
	}
	return l.storeLost(ctx, q)
}

func (l *Ledger) openStream(ctx context.Context, q *waitingFacts) (err error) {
	if q.stream != nil {
		return nil
	}
	if q.stream, err = l.bus.Stream(ctx, q.tenant); err != nil {
		q.stream = nil
		return err
	}
	l.tables.follow(q.tenant, q.stream)
	return nil
}

// storeLost writes a fact about facts that were lost, so that the gap is part of the record.
func (l *Ledger) storeLost(ctx context.Context, q *waitingFacts) error {
	lost, ok := l.lost.peek(q.tenant)
	if !ok || q.stream == nil {
		return nil
	}
	body, err := json.Marshal(lost)
	if err != nil {
		return fmt.Errorf("lost facts: %w", err)
	}
	e := fact.Entry{Tenant: fact.TenantID(q.tenant), At: time.Now(), Fact: fact.Unknown{Name: lostKind, V: 1, Body: body}}
	w, err := e.Encode()
	if err != nil {
		return fmt.Errorf("lost facts: %w", err)
	}
	limited, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	_, err = l.append(limited, q.stream, [][]byte{w.Data})
	l.tables.stored(q.tenant, q.stream.Tail(), []*record{encoded(e, w)}, err)
	if err != nil {
		return err
	}
	l.lost.told(q.tenant, lost)
	return nil
}

// losses counts facts that were dropped, for each tenant since it was last written down.
type losses struct {
	mu     sync.Mutex
	all    uint64
	untold map[string]lostFacts
}

func (x *losses) add(e fact.Entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.all++
	if x.untold == nil {
		x.untold = map[string]lostFacts{}
	}
	l := x.untold[string(e.Tenant)]
	if l.Count == 0 {
		l.First = int64(e.N)
	}
	l.Count, l.Last = l.Count+1, int64(e.N)
	x.untold[string(e.Tenant)] = l
}

func (x *losses) count() uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.all
}

func (x *losses) peek(tenant string) (lostFacts, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	l, ok := x.untold[tenant]
	return l, ok
}

// told takes off what was written down; more may have been lost meanwhile.
func (x *losses) told(tenant string, t lostFacts) {
	x.mu.Lock()
	defer x.mu.Unlock()
	l := x.untold[tenant]
	if l.Count -= t.Count; l.Count == 0 {
		delete(x.untold, tenant)
		return
	}
	l.First = t.Last + 1
	x.untold[tenant] = l
}
