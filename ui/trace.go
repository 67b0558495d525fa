package ui

import (
	"math"
	"time"

	"cordboard/session/wire"
)

// trace is how the line of the call was, one sample every few seconds, oldest first.
type trace struct {
	contact string
	at      time.Time
	all     []wire.Quality
}

const (
	traceEvery = 5 * time.Second
	traceMost  = 240
	traceHigh  = 2 // rows of a graph
)

// sample keeps how the line is now, when it is time.
func (m *Model) sample() {
	c := m.board.Call
	switch {
	case c == nil:
		m.trace = trace{}
		return
	case m.trace.contact != c.Contact:
		m.trace = trace{contact: c.Contact}
	}
	if now := m.now; now.Sub(m.trace.at) >= traceEvery {
		q := c.Quality
		if q.MOS == 0 {
			q = m.lineQuality()
		}
		if q.MOS == 0 {
			return
		}
		m.trace.at = now
		if m.trace.all = append(m.trace.all, q); len(m.trace.all) > traceMost {
			m.trace.all = append(m.trace.all[:0], m.trace.all[traceMost/2:]...)
		}
	}
}

// tracePane draws the line of this call: quality, loss and delay, the newest at the right; nil before there is something to see.
func (m *Model) tracePane(w int) []string {
	if m.board.Call == nil || len(m.trace.all) < 2 {
		return nil
	}
	k := panelKey{moment: m.trace.at.UnixNano(), state: m.trace.contact + m.v[wLanguage]}
	return m.panel("trace", w, 0, k, m.drawTrace)
}

func (m *Model) drawTrace(w, _ int) []string {
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wTrace]), nil)
	now := m.trace.all[len(m.trace.all)-1]
	m.graph(p, m.t.words().put(dim, "MOS ").num(text, one(now.MOS), 3), func(q wire.Quality) float64 { return (q.MOS - 1) / 3.5 }, good)
	m.graph(p, m.t.words().put(dim, m.v[wLoss]+" ").num(text, one(now.Loss), 4).put(text, " %"), func(q wire.Quality) float64 { return q.Loss / 5 }, ring)
	m.graph(p, m.t.words().put(dim, m.v[wDelay]+" ").num(text, itoa(int(now.Delay+0.5)), 3).put(text, " ms"), func(q wire.Quality) float64 { return q.Delay / 400 }, calm)
	return p.close(p.height() + 1)
}

// graph draws one figure over time; part is where it stands between the bottom, 0, and the top, 1.
func (m *Model) graph(p *pane, name *line, part func(wire.Quality) float64, s style) {
	p.add(p.line().add(name))
	steps := len(m.t.g.level) - 1
	all := m.trace.all
	all = all[max(0, len(all)-p.inner()):]
	for row := traceHigh - 1; row >= 0; row-- {
		bars := make([]byte, 0, 3*p.inner())
		for _, q := range all {
			v := int(math.Round(math.Max(0, math.Min(1, part(q)))*float64(steps*traceHigh))) - row*steps
			switch {
			case v > 0:
				bars = append(bars, m.t.g.level[min(v, steps)]...)
			case row == 0:
				bars = append(bars, m.t.g.level[0]...)
			default:
				bars = append(bars, ' ')
			}
		}
		p.add(p.line().sp(p.inner()-len(all)).put(s, string(bars)))
	}
}
