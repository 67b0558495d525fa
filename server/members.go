package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/people"
)

// Directory tells a tenant's people from Microsoft Graph. A Presence that is a Directory too gives the tenant the
// members of its groups and teams, and everybody of the company for the picker.
type Directory interface {
	// Members gives everybody who is in a group or team now, by its object id.
	Members(ctx context.Context, group string) ([]people.Member, error)
	// Changes reads a page of what changed in the directory since a link was given, of all of it without a link.
	// Errors: ErrForgotten.
	Changes(ctx context.Context, link string) (DirectoryPage, error)
}

// membersAgain is how soon a group is asked again that could not be read, or that is suddenly much smaller.
const membersAgain = 15 * time.Second

// members knows who is in which group or team of a tenant. What is known last is kept while Graph does not answer,
// over a restart of the server too.
type members struct {
	source Directory
	wanted func() (groups []string, every time.Duration) // object ids, lower case
	told   func()                                        // somebody came or went; called without a lock
	file   string
	log    *slog.Logger
	kick   chan struct{}

	mu      sync.Mutex
	known   map[string][]people.Member
	doubted map[string][]people.Member // much smaller than what is known, and seen once
}

func newMembers(source Directory, file string, log *slog.Logger) *members {
	m := &members{source: source, file: file, log: log, kick: make(chan struct{}, 1), known: map[string][]people.Member{}, doubted: map[string][]people.Member{}}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &m.known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("the members of groups that were known before the start cannot be read; Graph tells them again", "err", err)
		m.known = map[string][]people.Member{}
	}
	return m
}

// again reads at once, for example because the configuration names other groups.
func (m *members) again() {
	select {
	case m.kick <- struct{}{}:
	default:
	}
}

// run reads the groups over and over until ctx ends.
func (m *members) run(ctx context.Context) {
	for {
		groups, every := m.wanted()
		if !m.read(ctx, groups) {
			every = min(every, membersAgain)
		}
		select {
		case <-time.After(every):
		case <-m.kick:
		case <-ctx.Done():
			return
		}
	}
}

// read asks for all groups once. It is false when one of them must be asked again soon.
func (m *members) read(ctx context.Context, groups []string) (fine bool) {
	fine = true
	changed := m.forget(groups)
	for _, g := range groups {
		list, err := m.source.Members(ctx, g)
		if ctx.Err() != nil {
			return true
		}
		if err != nil {
			m.log.Warn("the members of a group could not be read; the last known ones stay", "group", g, "err", err)
			fine = false
			continue
		}
		slices.SortFunc(list, func(a, b people.Member) int { return cmp.Compare(a.OID, b.OID) })
		took, sure := m.take(g, list)
		changed, fine = changed || took, fine && sure
	}
	if changed {
		if err := m.save(); err != nil {
			m.log.Warn("the members of groups could not be kept for the next start", "err", err)
		}
		m.told()
	}
	return fine
}

// take keeps a group's list. One that lost more than half of at least four members is believed only when it is
// read again: a directory that answers nonsense for a moment must not send a shift home.
func (m *members) take(group string, list []people.Member) (changed, sure bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, known := m.known[group]
	doubt, seen := m.doubted[group]
	if known && len(was) >= 4 && len(list) < len(was)/2 && !(seen && slices.Equal(doubt, list)) {
		m.doubted[group] = list
		return false, false
	}
	delete(m.doubted, group)
	if known && slices.Equal(was, list) {
		return false, true
	}
	m.known[group] = list
	m.log.Info("members of a group", "group", group, "members", len(list), "before", len(was))
	return true, true
}

// forget drops groups that the configuration no longer names.
func (m *members) forget(groups []string) (changed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for g := range m.known {
		if !slices.Contains(groups, g) {
			delete(m.known, g)
			changed = true
		}
	}
	return changed
}

func (m *members) save() error {
	m.mu.Lock()
	text, err := json.Marshal(m.known)
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return replaceFile(m.file, text)
}

// of gives who is in a group, as last known. m may be nil: nobody.
func (m *members) of(group string) []people.Member {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[group]
}

// groupsOf gives the object ids of all groups and teams that a configuration names.
func groupsOf(t *config.Tenant) []string {
	var out []string
	for i := range t.People.ExpertsFrom {
		out = append(out, t.People.ExpertsFrom[i].ID())
	}
	for i := range t.People.AgentsFrom {
		out = append(out, t.People.AgentsFrom[i].ID())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sources says what the groups of a configuration make of their members.
func (m *members) sources(t *config.Tenant) []people.Source {
	var out []people.Source
	for i := range t.People.ExpertsFrom {
		x := &t.People.ExpertsFrom[i]
		out = append(out, people.Source{ID: x.ID(), Members: m.of(x.ID()), Expert: true, Skills: skillLevels(x.Skills), Languages: x.Languages, Confirm: x.Confirm})
	}
	for i := range t.People.AgentsFrom {
		x := &t.People.AgentsFrom[i]
		s := people.Source{ID: x.ID(), Members: m.of(x.ID()), Role: people.Agent, Skills: skillLevels(x.Skills), Languages: x.Languages}
		for _, q := range x.Queues {
			s.Queues = append(s.Queues, fact.QueueID(q))
		}
		out = append(out, s)
	}
	return out
}

func skillLevels(all config.Skills) map[string]int {
	out := map[string]int{}
	for _, s := range all {
		out[s.Name] = s.Level
	}
	return out
}
