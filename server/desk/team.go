package desk

import (
	"cmp"
	"slices"
	"time"

	"cordboard/server/inbox"
	"cordboard/session/wire"
)

// The team is told to every seat: with each of them it grows twice. So it is told seldom, and no more of it than
// a screen has rows for.
const (
	teamEvery = 2 * time.Second
	teamMost  = 24
)

// teamSoon tells the seats of a changed colleague, within teamEvery. The room's lock is held.
func (r *room) teamSoon() {
	if r.teamDue {
		return
	}
	r.teamDue = true
	time.AfterFunc(teamEvery, func() {
		inbox.Go(func(p *inbox.Panic) { r.desk.o.Log.Error("the team was not told by a fault of our own", "err", p) }, r.tellTeam)
	})
}

func (r *room) tellTeam() {
	r.mu.Lock()
	r.teamDue = false
	team := make([]wire.Mate, 0, len(r.mates))
	for _, m := range r.mates {
		if m.State != wire.Offline {
			team = append(team, m)
		}
	}
	seats := r.all()
	r.mu.Unlock()
	slices.SortFunc(team, func(a, b wire.Mate) int { return cmp.Compare(a.Name, b.Name) })
	team = team[:min(len(team), teamMost)]
	for _, s := range seats {
		s.tell(teamCame{team})
	}
}

type teamCame struct{ team []wire.Mate }

func (e teamCame) apply(s *seat) {
	if !slices.Equal(e.team, s.board.Team) {
		s.hold(wire.News{Team: e.team})
	}
}
