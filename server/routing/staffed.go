package routing

import "cordboard/server/fact"

// staffed reports whether an agent of the queue is signed in, at a console that is there, or always ready.
func (s *State) staffed(q *queue) bool {
	for _, a := range q.members {
		if a.state != fact.Offline && a.present() {
			return true
		}
	}
	return false
}

// watchStaff notes which queues have nobody any more, or somebody again. Those who wait have as long as a lost console has
// to come back, so that a connection that breaks for a moment sends nobody away.
func (s *State) watchStaff() {
	if !s.moved {
		return
	}
	s.moved = false
	for _, q := range s.queues {
		switch {
		case s.staffed(q):
			q.empty = false
		case !q.empty, q.Nobody && len(q.waiting) > 0 && !q.goneAt.After(s.now): // the settings have changed
			q.empty = true
			q.goneAt = s.timer(s.now.Add(s.grace), staffTimer, string(q.ID))
		}
	}
}

// nobodyLeft lets everybody go who waits in a queue without agents.
func (s *State) nobodyLeft(q *queue) {
	if !q.empty || !q.Nobody {
		return
	}
	for len(q.waiting) > 0 {
		s.leave(q.waiting[0], "nobody")
	}
}

// nobody reports whether a contact that comes now has nobody to wait for.
func (q *queue) nobody(s *State) bool { return q.Nobody && q.empty && !q.goneAt.After(s.now) }
