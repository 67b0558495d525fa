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
	"strings"
	"sync"
	"time"

	"cordboard/server/people"
)

// Profiles tells what people say of themselves at Microsoft Graph. A Presence that is Profiles too gives experts the
// skills of their own profiles.
type Profiles interface {
	// Skills reads some people's, SkillsAtOnce at most, by object id or user name. Who has none is in told all the same;
	// later names whom Graph would not tell now.
	Skills(ctx context.Context, who []string) (told map[string][]string, later []string, err error)
	// SkillsAtOnce is how many one request may ask for.
	SkillsAtOnce() int
}

// How profiles are read. They change seldom and cost a request each twenty people: ten requests a minute at most, so
// that with the presence of ten thousand experts a tenant stays under sixty.
const (
	skillsEvery = 24 * time.Hour
	skillsPause = 6 * time.Second
	skillsAgain = 5 * time.Minute // after a failure
	skillsTell  = time.Minute     // between two new rosters for the sake of skills
)

// skills knows what the experts of a tenant say they can do. What is known last is kept over a restart.
type skills struct {
	source Profiles
	wanted func() []*people.Person
	told   func()
	file   string
	log    *slog.Logger
	kick   chan struct{}

	mu    sync.Mutex
	known map[string]profile // by object id, or user name where there is none
}

type profile struct {
	Skills []string  `json:"skills,omitempty"`
	Read   time.Time `json:"read"`
}

func newSkills(source Profiles, file string, log *slog.Logger) *skills {
	s := &skills{source: source, file: file, log: log, kick: make(chan struct{}, 1), known: map[string]profile{}}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &s.known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("the skills that were known before the start cannot be read; Graph tells them again", "err", err)
		s.known = map[string]profile{}
	}
	return s
}

// again looks at once for people who are new.
func (s *skills) again() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// profileKey is by what Graph is asked for a person.
func profileKey(p *people.Person) string {
	return cmp.Or(strings.ToLower(p.OID), strings.ToLower(p.User))
}

// run reads until ctx ends: who is new first, then whose profile was read longest ago.
func (s *skills) run(ctx context.Context) {
	var changed bool
	var toldAt time.Time
	tell := func(now time.Time) {
		if !changed {
			return
		}
		if err := s.save(); err != nil {
			s.log.Warn("the skills of people could not be kept for the next start", "err", err)
		}
		changed, toldAt = false, now
		s.told()
	}
	for {
		some, wait := s.due(time.Now())
		if len(some) > 0 {
			took, err := s.read(ctx, some)
			changed = changed || took
			if wait = skillsPause; err != nil && ctx.Err() == nil {
				s.log.Warn("the skills of people could not be read; what is known stays", "err", err)
				wait = skillsAgain
			}
		}
		if now := time.Now(); len(some) < s.source.SkillsAtOnce() || now.Sub(toldAt) >= skillsTell {
			tell(now)
		}
		select {
		case <-time.After(wait):
		case <-s.kick:
			if len(some) == 0 {
				continue
			}
			select { // a request went out just now
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// due gives whom to read now, or how long until somebody is due.
func (s *skills) due(now time.Time) (some []string, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	type one struct {
		key string
		at  time.Time
	}
	var all []one
	here := map[string]bool{}
	for _, p := range s.wanted() {
		if key := profileKey(p); key != "" && !here[key] {
			here[key] = true
			all = append(all, one{key, s.known[key].Read})
		}
	}
	for key := range s.known {
		if !here[key] {
			delete(s.known, key)
		}
	}
	slices.SortStableFunc(all, func(a, b one) int { return a.at.Compare(b.at) })
	wait = skillsEvery
	for _, x := range all {
		if d := x.at.Add(skillsEvery).Sub(now); d > 0 {
			return some, min(wait, d)
		}
		if some = append(some, x.key); len(some) == s.source.SkillsAtOnce() {
			break
		}
	}
	return some, wait
}

func (s *skills) read(ctx context.Context, some []string) (changed bool, err error) {
	rctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	told, later, err := s.source.Skills(rctx, some)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for key, list := range told {
		changed = changed || !slices.Equal(s.known[key].Skills, list)
		s.known[key] = profile{list, now}
	}
	for _, key := range later { // behind the others, and soon
		p := s.known[key]
		p.Read = now.Add(skillsAgain - skillsEvery)
		s.known[key] = p
	}
	return changed, nil
}

func (s *skills) save() error {
	s.mu.Lock()
	text, err := json.Marshal(s.known)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return replaceFile(s.file, text)
}

// of gives what a person says of themselves. s may be nil: nothing.
func (s *skills) of(p *people.Person) []string {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[profileKey(p)].Skills
}
