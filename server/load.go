package server

import (
	"context"
	"sync/atomic"
	"time"

	"cordboard/server/inbox"
)

// What counts as over the load mark beside the limits of the configuration.
const (
	staleInbox = 200 * time.Millisecond // age of the oldest event that routing has not seen yet
	busyFor    = 2 * time.Second        // how long the processors are watched for their average
	busyEvery  = busyFor / 4
)

// load says whether new calls are too much: the server drains, has as many calls as it may, is behind with routing, or
// has no processor to spare. The SBC is to try again after retryAfter, or to go elsewhere.
func (s *Server) load() (busy bool, retryAfter time.Duration) {
	limits := s.o.Config.Now().Server.Limits
	switch {
	case s.draining.Load():
		return true, 30 * time.Second
	case int(s.open.Load()) >= limits.OpenCalls:
		return true, 5 * time.Second
	case limits.CPU > 0 && s.cpu.percent() > limits.CPU:
		return true, busyFor
	}
	now := time.Now()
	for _, t := range s.tenants {
		if t.acd.Age(now) > staleInbox {
			return true, time.Second
		}
	}
	return false, 0
}

// watchLoad measures the server's own use of the processors until ctx ends.
func (s *Server) watchLoad(ctx context.Context) {
	inbox.Go(func(p *inbox.Panic) { s.log.Error("the processors are not watched any more", "err", p) }, func() { s.cpu.watch(ctx) })
}

// processor knows how busy the process has kept the processors it may use: its own use, because what others on the
// machine do with theirs says nothing as long as routing is not behind.
type processor struct {
	used    func() time.Duration // by the process, since it began
	cores   int
	average atomic.Int64 // percent
}

func newProcessor() *processor { return &processor{used: processTime, cores: processors()} }

// percent is the average of the last two seconds, 0 before there are as many.
func (p *processor) percent() int { return int(p.average.Load()) }

func (p *processor) watch(ctx context.Context) {
	type reading struct {
		at   time.Time
		used time.Duration
	}
	seen := []reading{{time.Now(), p.used()}}
	tick := time.NewTicker(busyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := reading{time.Now(), p.used()}
		if seen = append(seen, now); now.at.Sub(seen[0].at) < busyFor {
			continue
		}
		p.average.Store(int64(100 * (now.used - seen[0].used) / now.at.Sub(seen[0].at) / time.Duration(p.cores)))
		seen = seen[1:]
	}
}
