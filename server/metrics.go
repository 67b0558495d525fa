package server

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"cordboard/server/acd"
	"cordboard/server/config"
	"cordboard/server/fact"
)

// counts are a tenant's totals since the start, from its facts as they pass.
type counts struct {
	mu       sync.Mutex
	arrived  map[fact.Direction]uint64
	offered  uint64
	outcomes map[fact.Outcome]uint64
	answered uint64
	ends     map[fact.End]uint64
}

func newCounts() *counts {
	return &counts{arrived: map[fact.Direction]uint64{}, outcomes: map[fact.Outcome]uint64{}, ends: map[fact.End]uint64{}}
}

func (c *counts) count(e fact.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch f := e.Fact.(type) {
	case fact.Arrived:
		c.arrived[f.Direction]++
	case fact.Offered:
		c.offered++
	case fact.OfferEnded:
		c.outcomes[f.Outcome]++
	case fact.Connected:
		c.answered++
	case fact.Ended:
		c.ends[f.End]++
	}
}

// boardWait is how long a scrape waits for a tenant's arbiter; one that is busier has no figures of queues then.
const boardWait = time.Second

// metrics answers a scrape (Prometheus text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/).
// It tells what goes on in a company, so only this machine and the configured networks are answered.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if !s.mayMeasure(r) {
		http.Error(w, "ask from the server's own machine, or from a network of server.metrics.allow", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	b := bufio.NewWriter(w)
	defer b.Flush()
	s.writeMetrics(&exposition{w: b})
}

// mayMeasure reports whether a request comes from this machine or from a network that the configuration names.
func (s *Server) mayMeasure(r *http.Request) bool {
	if local(r) {
		return true
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && slices.ContainsFunc(s.o.Config.Now().Server.Metrics.Allow, func(p config.Prefix) bool {
		return p.Contains(from.Addr().Unmap())
	})
}

// measured is what is asked of a tenant for one scrape.
type measured struct {
	id     string
	n      *tenant
	queues []acd.QueueNow
	graph  Presence // nil: none
}

func (s *Server) writeMetrics(x *exposition) {
	var all []measured
	for _, id := range slices.Sorted(maps.Keys(s.tenants)) {
		all = append(all, measured{id, s.tenants[id], s.tenants[id].board(), s.tenants[id].source()})
	}
	h, l := s.plane.Health(), s.ledger.Health()
	busy, _ := s.load()
	x.family("cordboard_takes_calls", "gauge", "1 while this node takes new calls.")
	x.value(flag(!busy))
	x.family("cordboard_rtp_legs", "gauge", "Open media legs, agents' lines included.")
	x.value(float64(h.Legs))
	x.family("cordboard_media_skipped_total", "counter", "Times of 5 ms at which media came too late to be played.")
	x.value(float64(h.Skipped))
	sip := s.edge.Counts()
	x.family("cordboard_sip_strangers_total", "counter", "SIP messages and connections of addresses that no trunk names; dropped unread.")
	x.value(float64(sip.Strangers))
	x.family("cordboard_sip_malformed_total", "counter", "SIP messages that could not be read.")
	x.value(float64(sip.Malformed))
	x.family("cordboard_sip_refused_total", "counter", "Calls refused for load (503).")
	x.value(float64(sip.Refused))
	x.family("cordboard_sip_overflown_total", "counter", "SIP messages by UDP for which there was no room.")
	x.value(float64(sip.Overflown))
	x.family("cordboard_ledger_waiting", "gauge", "Facts that wait to be stored.")
	x.value(float64(l.Behind))
	x.family("cordboard_ledger_lost_total", "counter", "Facts that could not be kept.")
	x.value(float64(l.Lost))
	writeTenants(x, all)
	writeGraph(x, all)
}

func writeTenants(x *exposition, all []measured) {
	x.family("cordboard_calls_open", "gauge", "Calls now.")
	for _, m := range all {
		x.value(float64(m.n.open.Load()), "tenant", m.id)
	}
	x.family("cordboard_queue_waiting", "gauge", "Callers who wait, those who ring at an agent included.")
	each(all, func(m measured, q acd.QueueNow) { x.value(float64(q.Waiting), "tenant", m.id, "queue", string(q.ID)) })
	x.family("cordboard_queue_longest_wait_seconds", "gauge", "How long the first of them has waited.")
	each(all, func(m measured, q acd.QueueNow) {
		wait := 0.0
		if !q.Oldest.IsZero() {
			wait = max(0, time.Since(q.Oldest).Seconds())
		}
		x.value(wait, "tenant", m.id, "queue", string(q.ID))
	})
	x.family("cordboard_queue_agents_ready", "gauge", "Agents who may be rung by the queue now.")
	each(all, func(m measured, q acd.QueueNow) { x.value(float64(q.Ready), "tenant", m.id, "queue", string(q.ID)) })
	x.family("cordboard_agents", "gauge", "Agents at work, by state.")
	for _, m := range all {
		states := m.n.room.States()
		for _, state := range slices.Sorted(maps.Keys(states)) {
			x.value(float64(states[state]), "tenant", m.id, "state", string(state))
		}
	}
	total(x, all, "cordboard_contacts_total", "Contacts since the start, by direction.", "direction", func(c *counts) map[fact.Direction]uint64 { return c.arrived })
	total(x, all, "cordboard_contacts_ended_total", "Contacts that ended, by how; abandoned: the caller left before an agent answered.", "end", func(c *counts) map[fact.End]uint64 { return c.ends })
	total(x, all, "cordboard_offers_ended_total", "Offers that ended, by how.", "outcome", func(c *counts) map[fact.Outcome]uint64 { return c.outcomes })
	one(x, all, "cordboard_offers_total", "Offers to agents.", func(c *counts) uint64 { return c.offered })
	one(x, all, "cordboard_answered_total", "Times that an agent and a caller were joined.", func(c *counts) uint64 { return c.answered })
}

// writeGraph tells of tenants with a Microsoft Graph.
func writeGraph(x *exposition, all []measured) {
	all = slices.DeleteFunc(slices.Clone(all), func(m measured) bool { return m.graph == nil })
	x.family("cordboard_graph_healthy", "gauge", "1 while Microsoft Graph answers and every permission is there.")
	for _, m := range all {
		_, ok := m.graph.Health()
		x.value(flag(ok), "tenant", m.id)
	}
	for i, f := range []struct{ name, help string }{
		{"cordboard_graph_requests_total", "Requests to Microsoft Graph."},
		{"cordboard_graph_throttled_total", "Requests that Microsoft Graph put off (429)."},
		{"cordboard_graph_failed_total", "Requests to Microsoft Graph that failed."},
	} {
		x.family(f.name, "counter", f.help)
		for _, m := range all {
			asked, throttled, failed := m.graph.Counts()
			x.value(float64([]uint64{asked, throttled, failed}[i]), "tenant", m.id)
		}
	}
}

func each(all []measured, f func(measured, acd.QueueNow)) {
	for _, m := range all {
		for _, q := range m.queues {
			f(m, q)
		}
	}
}

// total writes a counter that is split by a label.
func total[K ~string](x *exposition, all []measured, name, help, label string, of func(*counts) map[K]uint64) {
	x.family(name, "counter", help)
	for _, m := range all {
		m.n.counts.mu.Lock()
		now := maps.Clone(of(m.n.counts))
		m.n.counts.mu.Unlock()
		for _, k := range slices.Sorted(maps.Keys(now)) {
			x.value(float64(now[k]), "tenant", m.id, label, string(k))
		}
	}
}

func one(x *exposition, all []measured, name, help string, of func(*counts) uint64) {
	x.family(name, "counter", help)
	for _, m := range all {
		m.n.counts.mu.Lock()
		now := of(m.n.counts)
		m.n.counts.mu.Unlock()
		x.value(float64(now), "tenant", m.id)
	}
}

// board asks the arbiter for its queues.
func (n *tenant) board() []acd.QueueNow {
	got := make(chan []acd.QueueNow, 1)
	n.acd.Board(func(q []acd.QueueNow) { got <- q })
	select {
	case q := <-got:
		return q
	case <-time.After(boardWait):
		return nil
	}
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// exposition writes the text format.
type exposition struct {
	w    io.Writer
	name string
}

// family begins a metric.
func (x *exposition) family(name, kind, help string) {
	x.name = name
	fmt.Fprintf(x.w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

var labelValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// value writes one sample; labels come as name, value, name, value.
func (x *exposition) value(v float64, labels ...string) {
	var b strings.Builder
	for i := 0; i+1 < len(labels); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(labels[i] + `="` + labelValue.Replace(labels[i+1]) + `"`)
	}
	if b.Len() > 0 {
		fmt.Fprintf(x.w, "%s{%s} %v\n", x.name, b.String(), v)
		return
	}
	fmt.Fprintf(x.w, "%s %v\n", x.name, v)
}
