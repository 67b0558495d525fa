package bus

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func open(t testing.TB, dir string) *Bus {
	t.Helper()
	b, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func messages(from, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, "message %d", from+i)
	}
	return out
}

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

var errEnough = errors.New("enough")

func read(t testing.TB, s *Stream, from uint64, n int) []Message {
	t.Helper()
	var out []Message
	err := s.Read(within(t), from, func(m Message) error {
		if out = append(out, m); len(out) == n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	return out
}

func TestMessagesComeBackInOrderAfterARestart(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < 10_000; from += 2500 {
		if n, err := s.Append(within(t), Facts, messages(from, 2500)); n != 2500 || err != nil {
			t.Fatalf("stored %d: %v", n, err)
		}
	}
	b.Close()

	b = open(t, dir)
	if names, err := b.Tenants(within(t)); err != nil || len(names) != 1 || names[0] != "contoso" {
		t.Fatalf("tenants %v: %v", names, err)
	}
	s, err = b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Append(within(t), Audit, messages(10_000, 1)); n != 1 || err != nil {
		t.Fatalf("stored %d: %v", n, err)
	}
	got := read(t, s, 1, 10_001)
	for i, m := range got {
		if want := fmt.Sprintf("message %d", i); m.Seq != uint64(i+1) || string(m.Data) != want {
			t.Fatalf("message %d is %d %q", i, m.Seq, m.Data)
		}
	}
	if got[10_000].Kind != Audit || got[0].Kind != Facts {
		t.Fatalf("kinds %q %q", got[0].Kind, got[10_000].Kind)
	}
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	b := open(t, t.TempDir())
	for i, name := range []string{"contoso", "fabrikam"} {
		s, err := b.Stream(within(t), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(within(t), Facts, messages(100*i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := b.Stream(within(t), "fabrikam")
	if m := read(t, s, 1, 1)[0]; m.Seq != 1 || string(m.Data) != "message 100" {
		t.Fatalf("got %d %q", m.Seq, m.Data)
	}
}

func TestASecondProcessIsToldThatTheFolderIsInUse(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	if _, err := Open(context.Background(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Fatalf("got %v", err)
	}
	b.Close()
	open(t, dir)
}

func TestReadingFollowsWhatIsAppendedLater(t *testing.T) {
	b := open(t, t.TempDir())
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	got, done := make(chan Message, 10), make(chan error, 1)
	ctx, cancel := context.WithCancel(within(t))
	go func() { done <- s.Read(ctx, 1, func(m Message) error { got <- m; return nil }) }()
	for i := range 5 {
		if _, err := s.Append(within(t), Facts, messages(i, 1)); err != nil {
			t.Fatal(err)
		}
		if m := <-got; m.Seq != uint64(i+1) {
			t.Fatalf("got %d, want %d", m.Seq, i+1)
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("reading ended with %v", err)
	}
}

func TestTheStoreThatWentAwayComesBackWithoutLosingItsPlace(t *testing.T) {
	b := open(t, t.TempDir())
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(within(t), Facts, messages(0, 10)); err != nil {
		t.Fatal(err)
	}
	// What the store does to itself when the disk is full.
	b.now.server.ShutdownJetStream()
	ctx := within(t)
	for rest := messages(10, 5); len(rest) > 0; {
		n, err := s.Append(ctx, Facts, rest)
		if rest = rest[n:]; err != nil && ctx.Err() != nil {
			t.Fatal(err)
		}
	}
	for i, m := range read(t, s, 1, 15) {
		if want := fmt.Sprintf("message %d", i); string(m.Data) != want {
			t.Fatalf("message %d is %q", i, m.Data)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	bus := open(b, b.TempDir())
	s, err := bus.Stream(within(b), "contoso")
	if err != nil {
		b.Fatal(err)
	}
	m := make([][]byte, 500)
	for i := range m {
		m[i] = make([]byte, 300)
	}
	for b.Loop() {
		if _, err := s.Append(context.Background(), Facts, m); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(500*b.N)/b.Elapsed().Seconds(), "messages/s")
}

func TestAReaderIsToldWhenTheStoreGoesAwayUnderIt(t *testing.T) {
	for name, fall := range map[string]func(n *node){
		"the disk is full":         func(n *node) { n.server.ShutdownJetStream() },
		"the connection is closed": func(n *node) { n.conn.Close() },
		"the server stops":         func(n *node) { n.server.Shutdown() },
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, t.TempDir())
			s, err := b.Stream(within(t), "contoso")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Append(within(t), Facts, messages(0, 1)); err != nil {
				t.Fatal(err)
			}
			got, done := make(chan Message, 10), make(chan error, 1)
			go func() { done <- s.Read(within(t), 1, func(m Message) error { got <- m; return nil }) }()
			<-got
			fall(b.now)
			for stored := 0; stored == 0; {
				stored, _ = s.Append(within(t), Facts, messages(1, 1))
			}
			select {
			case err := <-done:
				t.Logf("reading ended with %v", err)
			case m := <-got:
				t.Logf("reading went on with %d", m.Seq)
			case <-within(t).Done():
				t.Fatal("the reader waits for ever")
			}
		})
	}
}
