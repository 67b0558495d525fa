package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/people"
)

// told notes what Graph was told.
type told struct {
	mu    sync.Mutex
	start time.Time
	lines []string
	fail  int
}

func (o *told) note(what string) func(context.Context, string) error {
	return func(_ context.Context, oid string) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.lines = append(o.lines, fmt.Sprintf("%s %s %v", what, oid, time.Since(o.start).Truncate(time.Second)))
		if o.fail > 0 {
			o.fail--
			return errors.New("throttled")
		}
		return nil
	}
}

func (o *told) all() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, ", ")
}

func inTalk(t *testing.T, fail int, f func(i *InCall, o *told, stop func())) {
	synctest.Test(t, func(t *testing.T) {
		o := &told{start: time.Now(), fail: fail}
		i := NewInCall(o.note("set"), o.note("clear"), nil)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); i.Run(ctx) }()
		stop := sync.OnceFunc(func() { cancel(); <-done })
		defer stop()
		f(i, o, stop)
	})
}

func TestAgentIsInACallWhileTalking(t *testing.T) {
	inTalk(t, 0, func(i *InCall, o *told, _ func()) {
		i.Talking("a", true)
		i.Talking("a", true)
		pass(5 * time.Minute)
		i.Talking("a", false)
		pass(time.Hour)
		synctest.Wait()
		if got, want := o.all(), "set a 0s, set a 2m0s, set a 4m0s, clear a 5m0s"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
	})
}

func TestFailedTellingIsTriedAgain(t *testing.T) {
	inTalk(t, 2, func(i *InCall, o *told, _ func()) {
		i.Talking("a", true)
		pass(time.Minute)
		synctest.Wait()
		if got, want := o.all(), "set a 0s, set a 5s, set a 15s"; got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
	})
}

func TestEndOfTheServerClearsWhatIsSet(t *testing.T) {
	inTalk(t, 0, func(i *InCall, o *told, stop func()) {
		i.Talking("a", true)
		i.Talking("b", true)
		pass(time.Second)
		i.Talking("b", false)
		pass(time.Second)
		stop()
		if got := o.all(); !strings.HasSuffix(got, "clear b 1s, clear a 2s") {
			t.Errorf("told %s", got)
		}
	})
}

func TestStateThatWeSetDoesNotCountAgainstTheAgent(t *testing.T) {
	inTalk(t, 0, func(i *InCall, _ *told, _ func()) {
		read := func(availability, activity string) people.Reading {
			return people.Reading{ID: "a", Availability: availability, Activity: activity, At: time.Now()}
		}
		want := func(when string, r people.Reading, ours bool) {
			t.Helper()
			if got := i.Ours(r); got != ours {
				t.Errorf("%s: ours %v, want %v", when, got, ours)
			}
		}
		want("before any call", read("Busy", "InACall"), false)
		i.Talking("a", true)
		pass(time.Minute)
		want("while talking", read("Busy", "InACall"), true)
		want("while talking, a meeting", read("Busy", "InAMeeting"), false)
		i.Talking("a", false)
		pass(time.Minute)
		want("a minute after", read("Busy", "InACall"), true)
		want("available again", read("Available", "Available"), false)
		want("a call of the person's own", read("Busy", "InACall"), false)
		i.Talking("a", true)
		pass(time.Second)
		i.Talking("a", false)
		pass(4 * time.Minute)
		want("four minutes after", read("Busy", "InACall"), false)
	})
}

func TestMissingConsentIsSaidOnceATenant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		tries, allowed := 0, false
		set := func(context.Context, string) error {
			if tries++; allowed {
				return nil
			}
			return &Error{Kind: NoConsent, Op: setPresence.name, Status: 403}
		}
		i := NewInCall(set, set, slog.New(slog.NewTextHandler(&said, nil)))
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); i.Run(ctx) }()
		defer func() { cancel(); <-done }()
		for n := range 40 {
			i.Talking(fmt.Sprint("agent", n), true)
		}
		pass(10 * time.Minute)
		i.Talking("agent1", false)
		pass(50 * time.Minute)
		synctest.Wait()
		if tries > 5 {
			t.Errorf("%d requests within an hour that are all refused", tries)
		}
		if n := strings.Count(said.String(), "level=WARN"); n != 1 {
			t.Errorf("said %d times: %s", n, said.String())
		}
		allowed = true
		pass(16 * time.Minute)
		synctest.Wait()
		if tries < 5+39-4 {
			t.Errorf("%d requests: after the consent not everybody who talks is told", tries)
		}
	})
}

func TestAgentWhoHungUpBeforeGraphHeardOfItIsNotCleared(t *testing.T) {
	inTalk(t, 0, func(i *InCall, o *told, stop func()) {
		i.mu.Lock()
		i.closed = time.Now().Add(time.Minute)
		i.mu.Unlock()
		i.Talking("a", true)
		i.Talking("a", false)
		pass(time.Hour)
		stop()
		if got := o.all(); got != "" {
			t.Errorf("told %s", got)
		}
	})
}

func TestSessionThatCannotBeClearedStaysOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := true
		i := NewInCall(func(context.Context, string) error { return nil }, func(context.Context, string) error {
			if lost {
				return &Error{Kind: Throttled}
			}
			return nil
		}, nil)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); i.Run(ctx) }()
		defer func() { cancel(); <-done }()
		want := func(when string, ours bool) {
			t.Helper()
			synctest.Wait()
			if got := i.Ours(people.Reading{ID: "a", Availability: "Busy", Activity: "InACall", At: time.Now()}); got != ours {
				t.Errorf("%s: ours %v, want %v", when, got, ours)
			}
		}
		i.Talking("a", true)
		pass(time.Second)
		i.Talking("a", false)
		pass(4 * time.Minute)
		want("Graph does not hear of the end", true)
		pass(2 * time.Minute)
		want("it has run out by itself", false)
		i.Talking("a", true)
		pass(time.Second)
		i.Talking("a", false)
		pass(2 * time.Minute)
		lost = false
		pass(3 * time.Minute)
		want("cleared a moment ago", true)
		pass(3 * time.Minute)
		want("cleared long ago", false)
	})
}
