package server

import (
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
)

// plan is what a tenant's queues do with their callers.
func plan(t *config.Tenant) *flow.Plan {
	p := &flow.Plan{Queues: map[string]flow.Rule{}}
	for i := range t.Queues {
		q := &t.Queues[i]
		p.Queues[q.ID] = flow.Rule{
			Greets: greeting(t, q) != "", Hours: hours(t, q),
			Closed: flow.Destination(q.Closed), Nobody: flow.Destination(q.Nobody), Longer: flow.Destination(q.LongestWait.Then),
		}
	}
	return p
}

func greeting(t *config.Tenant, q *config.Queue) config.Path {
	return first(q.Greeting, q.Prompts.Greeting, t.Prompts.Greeting)
}

func first(files ...config.Path) config.Path {
	for _, f := range files {
		if f != "" {
			return f
		}
	}
	return ""
}

func hours(t *config.Tenant, q *config.Queue) *flow.Hours {
	c := t.HoursOf(q)
	if c == nil {
		return nil
	}
	h := &flow.Hours{Zone: c.Zone(t)}
	for _, o := range c.Open {
		for _, d := range o.Days {
			h.Week[d] = append(h.Week[d], spans(o.Time)...)
		}
	}
	for _, x := range c.Holidays {
		h.Holidays = append(h.Holidays, flow.Day{Year: x.Date.Year, Month: x.Date.Month, Day: x.Date.Day, Name: x.Name, Open: spans(x.Time)})
	}
	return h
}

func spans(t config.Times) []flow.Span {
	var out []flow.Span
	for _, s := range t {
		out = append(out, flow.Span(s))
	}
	return out
}

// wordKey names words to the callers of a queue.
type wordKey struct {
	queue fact.QueueID
	word  string
}

// loadWords reads the tenant's own words: the queue's, else the tenant's.
func loadWords(p *media.Plane, t *config.Tenant) (map[wordKey]*media.Clip, error) {
	out, read := map[wordKey]*media.Clip{}, map[config.Path]*media.Clip{}
	for i := range t.Queues {
		q := &t.Queues[i]
		a, b := &q.Prompts, &t.Prompts
		for word, file := range map[string]config.Path{
			flow.Greeting: greeting(t, q), flow.Closed: first(a.Closed, b.Closed), flow.Holiday: first(a.Holiday, b.Holiday, a.Closed, b.Closed),
			flow.Nobody: first(a.Nobody, b.Nobody), flow.LongestWait: first(a.LongestWait, b.LongestWait), flow.Onward: first(a.Onward, b.Onward),
		} {
			if file == "" {
				continue
			}
			if read[file] == nil {
				clip, err := clipOf(p, file)
				if err != nil {
					return nil, err
				}
				read[file] = clip
			}
			out[wordKey{fact.QueueID(q.ID), word}] = read[file]
		}
	}
	return out, nil
}
