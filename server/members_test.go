package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/people"
)

// directory answers for groups as a test says.
type directory struct {
	mu     sync.Mutex
	groups map[string][]people.Member
	down   bool
	asked  []string
}

func (d *directory) Members(_ context.Context, group string) ([]people.Member, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, group)
	if d.down {
		return nil, errors.New("no answer")
	}
	return slices.Clone(d.groups[group]), nil
}

func (d *directory) Changes(context.Context, string) (DirectoryPage, error) {
	return DirectoryPage{}, nil
}

func (d *directory) set(group string, names ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.groups[group] = nil
	for _, n := range names {
		d.groups[group] = append(d.groups[group], people.Member{OID: n, Name: n})
	}
}

// reading is a members that reads groups every two minutes and counts what it tells.
type reading struct {
	*members
	d      *directory
	groups []string
	told   int
}

func newReading(t *testing.T, dir string, groups ...string) *reading {
	t.Helper()
	r := &reading{d: &directory{groups: map[string][]people.Member{}}, groups: groups}
	r.members = newMembers(r.d, filepath.Join(dir, "members.json"), slog.New(slog.DiscardHandler))
	r.members.wanted = func() ([]string, time.Duration) { return r.groups, 2 * time.Minute }
	r.members.told = func() { r.told++ }
	return r
}

func (r *reading) start(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { r.run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}

// after lets time pass and gives who is in the group then.
func (r *reading) after(d time.Duration, group string) string {
	time.Sleep(d)
	synctest.Wait()
	out := ""
	for _, m := range r.of(group) {
		out += m.OID + " "
	}
	return out
}

func TestWhoComesAndGoesIsKnownAfterThePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReading(t, t.TempDir(), "g")
		r.d.set("g", "megan", "lee")
		r.start(t)
		if got := r.after(time.Second, "g"); got != "lee megan " || r.told != 1 {
			t.Fatalf("at the start: %q, told %d times", got, r.told)
		}
		if r.after(4*time.Minute, "g"); r.told != 1 {
			t.Errorf("told %d times of the same people", r.told)
		}
		r.d.set("g", "megan", "ana")
		if got := r.after(2*time.Minute, "g"); got != "ana megan " || r.told != 2 {
			t.Errorf("after the poll: %q, told %d times", got, r.told)
		}
	})
}

func TestALastKnownListStaysWhileGraphIsDown(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newReading(t, dir, "g")
		r.d.set("g", "megan")
		r.start(t)
		r.after(time.Second, "g")
		r.d.mu.Lock()
		r.d.down = true
		r.d.mu.Unlock()
		if got := r.after(time.Hour, "g"); got != "megan " {
			t.Errorf("down for an hour: %q", got)
		}
	})
	synctest.Test(t, func(t *testing.T) { // the next start, and Graph is still down
		r := newReading(t, dir, "g")
		r.d.down = true
		r.start(t)
		if got := r.after(time.Second, "g"); got != "megan " {
			t.Errorf("after a restart: %q", got)
		}
		r.d.mu.Lock()
		r.d.down = false
		r.d.mu.Unlock()
		r.d.set("g", "megan", "lee")
		if got := r.after(membersAgain, "g"); got != "lee megan " {
			t.Errorf("Graph is back for %s: %q", membersAgain, got)
		}
	})
}

func TestAGroupThatIsSuddenlyEmptyIsReadTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReading(t, t.TempDir(), "g")
		r.d.set("g", "a", "b", "c", "d", "e")
		r.start(t)
		r.after(time.Second, "g")
		r.d.set("g")
		if got := r.after(2*time.Minute, "g"); got != "a b c d e " {
			t.Errorf("emptied at one reading: %q", got)
		}
		if got := r.after(membersAgain, "g"); got != "" {
			t.Errorf("and read again as empty: %q", got)
		}
		r.d.set("g", "a", "b", "c", "d", "e")
		if got := r.after(2*time.Minute, "g"); got != "a b c d e " {
			t.Errorf("full again: %q", got)
		}
		r.d.set("g", "a", "b", "c", "d")
		if got := r.after(2*time.Minute, "g"); got != "a b c d " {
			t.Errorf("one left: %q", got)
		}
	})
}

func TestAnotherConfigurationIsReadAtOnceAndOldGroupsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReading(t, t.TempDir(), "g")
		r.d.set("g", "megan")
		r.d.set("h", "lee")
		r.start(t)
		r.after(time.Second, "g")
		r.groups = []string{"h"} // what wanted gives is the configuration's
		r.again()
		if g, h := r.after(time.Second, "g"), r.after(0, "h"); g != "" || h != "lee " || r.told != 2 {
			t.Errorf("g %q, h %q, told %d times", g, h, r.told)
		}
	})
}

func TestAFileThatCannotBeReadCostsNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "members.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newReading(t, dir, "g")
	r.d.set("g", "megan")
	if fine := r.read(t.Context(), r.groups); !fine || len(r.of("g")) != 1 {
		t.Errorf("read %v, %v", fine, r.of("g"))
	}
}
