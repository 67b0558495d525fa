package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"cordboard/server/people"
)

// ErrForgotten says that Graph no longer knows a delta link: the directory is read anew, whole.
var ErrForgotten = errors.New("the directory must be read anew")

// DirectoryPage is a part of what changed in a tenant's directory.
type DirectoryPage struct {
	Changes []people.Change
	Link    string // for the next page, or when there is no more, for the next time
	More    bool
}

// How the directory is read.
const (
	companyAgain = 15 * time.Second       // after a failure
	companyPause = 100 * time.Millisecond // between two pages: the first reading of a large directory has hundreds
	companyKeep  = 15 * time.Minute       // between two writings of the file, which may be large
)

// company is everybody of a tenant's directory, kept by delta queries. What is known last stays while Graph does not
// answer, over a restart of the server too. Its fields belong to its goroutine but what all gives.
type company struct {
	source Directory
	wanted func() (on bool, every time.Duration)
	told   func()
	file   string
	log    *slog.Logger
	kick   chan struct{}

	kept   kept
	partly kept // a first reading that broke off
	saved  time.Time
	dirty  bool
	list   atomic.Pointer[[]people.Member]
}

// kept is what the file has.
type kept struct {
	Link   string                   `json:"link"`
	People map[string]people.Member `json:"people"` // by object id
}

func newCompany(source Directory, file string, log *slog.Logger) *company {
	c := &company{source: source, file: file, log: log, kick: make(chan struct{}, 1)}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &c.kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("the directory that was known before the start cannot be read; Graph tells it again", "err", err)
		c.kept = kept{}
	}
	c.publish()
	return c
}

// again reads at once.
func (c *company) again() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// run keeps the directory until ctx ends.
func (c *company) run(ctx context.Context) {
	defer c.save(true)
	for {
		on, every := c.wanted()
		if on {
			if err := c.read(ctx); err != nil && ctx.Err() == nil {
				c.log.Warn("the directory could not be read; what is known stays", "err", err)
				every = min(every, companyAgain)
			}
		} else if len(c.kept.People) > 0 {
			c.kept = kept{}
			c.changed()
		}
		c.save(false)
		select {
		case <-time.After(every):
		case <-c.kick:
		case <-ctx.Done():
			return
		}
	}
}

// read asks what changed and takes it.
func (c *company) read(ctx context.Context) error {
	if c.kept.Link == "" {
		return c.begin(ctx)
	}
	var all []people.Change // taken together: half of them with the old link would be told nobody when they come again
	link, err := c.follow(ctx, c.kept.Link, func(p DirectoryPage) { all = append(all, p.Changes...) })
	if errors.Is(err, ErrForgotten) {
		return c.begin(ctx)
	}
	if err != nil {
		return err
	}
	changes := 0
	for i := range all {
		changes += c.kept.take(&all[i])
	}
	c.dirty = c.dirty || link != c.kept.Link
	c.kept.Link = link
	if changes > 0 {
		c.log.Info("the directory has changed", "people", len(c.kept.People), "changes", changes)
		c.changed()
	}
	return nil
}

// begin reads everybody. A reading that breaks off goes on at its next page.
func (c *company) begin(ctx context.Context) error {
	if c.partly.People == nil {
		c.partly = kept{People: map[string]people.Member{}}
	}
	link, err := c.follow(ctx, c.partly.Link, func(p DirectoryPage) {
		for i := range p.Changes {
			c.partly.take(&p.Changes[i])
		}
		c.partly.Link = p.Link
	})
	if errors.Is(err, ErrForgotten) {
		c.partly = kept{}
	}
	if err != nil {
		return err
	}
	c.kept, c.partly = kept{Link: link, People: c.partly.People}, kept{}
	c.log.Info("the directory was read", "people", len(c.kept.People))
	c.changed()
	return nil
}

// follow reads page after page from a link and gives the link for the next time.
func (c *company) follow(ctx context.Context, link string, take func(DirectoryPage)) (next string, err error) {
	been := map[string]bool{}
	for {
		if been[link] && link != "" {
			c.partly = kept{}
			return "", errors.New("the pages of the directory go in a circle")
		}
		been[link] = true
		p, err := c.source.Changes(ctx, link)
		if err != nil {
			return "", err
		}
		take(p)
		if link = p.Link; !p.More {
			return link, nil
		}
		select {
		case <-time.After(companyPause):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func (k *kept) take(change *people.Change) (changed int) {
	was, known := k.People[change.OID]
	if change.Gone {
		delete(k.People, change.OID)
		if known {
			return 1
		}
		return 0
	}
	now := change.Of(was)
	k.People[change.OID] = now
	if known && now == was {
		return 0
	}
	return 1
}

func (c *company) changed() {
	c.dirty = true
	c.publish()
	c.told()
}

func (c *company) publish() {
	list := make([]people.Member, 0, len(c.kept.People))
	for _, m := range c.kept.People {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b people.Member) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.OID, b.OID)) })
	c.list.Store(&list)
}

// all gives everybody, in the order of their names. c may be nil: nobody.
func (c *company) all() []people.Member {
	if c == nil {
		return nil
	}
	return *c.list.Load()
}

// save writes the file when something changed, seldom unless it is the last time.
func (c *company) save(last bool) {
	if !c.dirty || !last && time.Since(c.saved) < companyKeep {
		return
	}
	text, err := json.Marshal(c.kept)
	if err == nil {
		err = replaceFile(c.file, text)
	}
	if err != nil {
		c.log.Warn("the directory could not be kept for the next start", "err", err)
	}
	c.saved, c.dirty = time.Now(), false
}

// replaceFile writes a file whole or not at all, for its owner alone.
func replaceFile(path string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
