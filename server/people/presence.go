// Package people knows the persons of a tenant: agents, experts and supervisors with their roles, and
// their Teams presence as last known, with its age.
package people

import (
	"sync"
	"sync/atomic"
	"time"
)

// Reading is one person's presence as Microsoft Graph told it at a moment. Availability and Activity are
// Graph's own strings; unknown ones are kept as they came.
type Reading struct {
	ID           string // Entra object id as Graph has it; in Presences the person's id
	Availability string
	Activity     string
	Message      string
	OutOfOffice  bool
	At           time.Time // when it was asked for
	Seq          string    // Graph's sequence number, empty when absent
	// Ours: the state shows only that the person talks in a call of ours. It keeps no call from anybody.
	Ours bool
}

// same says whether two readings show the same.
func (r Reading) same(o Reading) bool {
	return r.Availability == o.Availability && r.Activity == o.Activity && r.Message == o.Message && r.OutOfOffice == o.OutOfOffice && r.Ours == o.Ours
}

// Presences keeps the newest reading of every person. Readers never wait for the writer.
type Presences struct {
	writers sync.Mutex
	now     atomic.Pointer[map[string]Reading]
}

// seqFor is how long a sequence number holds against a later reading: a server of Graph that lags behind tells
// an old state after the new one was read. Longer it does not: the numbers' form is not documented.
const seqFor = time.Minute

// older says whether r tells of a time before what is known: asked for earlier, or with an earlier sequence number.
func (r Reading) older(known Reading) bool {
	if r.At.Before(known.At) {
		return true
	}
	return r.Seq != "" && len(r.Seq) == len(known.Seq) && r.Seq < known.Seq && r.At.Sub(known.At) < seqFor
}

// Take adds readings and gives the ids whose shown state changed. A reading older than the one known is
// dropped: late news cannot turn time back.
func (p *Presences) Take(news []Reading) (changed []string) {
	p.writers.Lock()
	defer p.writers.Unlock()
	old := p.all()
	next := make(map[string]Reading, len(old)+len(news))
	for k, v := range old {
		next[k] = v
	}
	for _, r := range news {
		was, known := next[r.ID]
		if known && r.older(was) {
			continue
		}
		if !known || !was.same(r) {
			changed = append(changed, r.ID)
		}
		next[r.ID] = r
	}
	p.now.Store(&next)
	return changed
}

// Forget drops everything: there is nobody any more who tells.
func (p *Presences) Forget() {
	p.writers.Lock()
	defer p.writers.Unlock()
	p.now.Store(nil)
}

// Of gives the newest reading of a person.
func (p *Presences) Of(id string) (Reading, bool) {
	r, ok := p.all()[id]
	return r, ok
}

func (p *Presences) all() map[string]Reading {
	if p == nil {
		return nil
	}
	if m := p.now.Load(); m != nil {
		return *m
	}
	return nil
}

// Free says whether a transfer may go to this person without asking first: available, and known to be so
// for no longer than the limit. Unknown or old never counts as available.
func (r Reading) Free(now time.Time, limit time.Duration) bool {
	return r.Availability == "Available" && !r.OutOfOffice && !r.Old(now, limit)
}

// Old says whether the reading is past its limit.
func (r Reading) Old(now time.Time, limit time.Duration) bool {
	return r.At.IsZero() || now.Sub(r.At) > limit
}
