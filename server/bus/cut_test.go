package bus

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

// stands says whether a text stands in any file of a folder.
func stands(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	err := filepath.Walk(dir, func(path string, i os.FileInfo, err error) error {
		if err != nil || i.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func isSecret(data []byte) bool { return bytes.Contains(data, []byte("secret")) }

func TestWhatIsCutIsGoneAndTheRestKeepsItsNumbersOverARestart(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if first, err := s.First(within(t)); err != nil || first != 1 {
		t.Fatalf("an empty stream begins at %d: %v", first, err)
	}
	for i := range 100 {
		if _, err := s.Append(within(t), Facts, [][]byte{fmt.Appendf(nil, "message %d secret%d.", i, i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Cut(within(t), 41, isSecret); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Append(within(t), Facts, messages(100, 5)); n != 5 || err != nil {
		t.Fatalf("appended %d after the cut: %v", n, err)
	}
	b.Close()
	b = open(t, dir)
	if s, err = b.Stream(within(t), "contoso"); err != nil {
		t.Fatal(err)
	}
	if first, err := s.First(within(t)); err != nil || first != 41 {
		t.Errorf("begins at %d: %v", first, err)
	}
	got := read(t, s, 1, 65)
	if got[0].Seq != 41 || string(got[0].Data) != "message 40 secret40." || got[64].Seq != 105 {
		t.Errorf("from %d %q to %d", got[0].Seq, got[0].Data, got[64].Seq)
	}
	for _, n := range []int{0, 20, 39} {
		if stands(t, dir, fmt.Sprintf("secret%d.", n)) {
			t.Errorf("secret %d is still on the disk", n)
		}
	}
	if !stands(t, dir, "secret40.") {
		t.Error("what was not cut is gone")
	}
	// Everything: the last message stays, so that the numbers go on.
	if err := s.Cut(within(t), 1000, isSecret); err != nil {
		t.Fatal(err)
	}
	if first, err := s.First(within(t)); err != nil || first != 105 {
		t.Errorf("after cutting all it begins at %d: %v", first, err)
	}
}

func TestACutThatIsEndedInItsMiddleLeavesAStreamThatCanBeReadAndCut(t *testing.T) {
	b := open(t, t.TempDir())
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(within(t), Facts, messages(0, 50)); err != nil {
		t.Fatal(err)
	}
	str, err := s.open(within(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []uint64{1, 2, 7, 9} { // as far as it came
		if err := str.SecureDeleteMsg(within(t), seq); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, s, 1, 46); got[0].Seq != 3 || got[4].Seq != 8 || got[45].Seq != 50 {
		t.Errorf("read %d, %d … %d", got[0].Seq, got[4].Seq, got[45].Seq)
	}
	if m, ok, err := s.Next(within(t), 1, Facts); !ok || err != nil || m.Seq != 3 {
		t.Errorf("the next is %d, %v: %v", m.Seq, ok, err)
	}
	if err := s.Cut(within(t), 20, func([]byte) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, 1, 31); got[0].Seq != 20 {
		t.Errorf("begins at %d", got[0].Seq)
	}
	if _, ok, err := s.Next(within(t), 1, Audit); ok || err != nil {
		t.Errorf("there is an audit message that nobody wrote: %v", err)
	}
}

func TestAStreamOfAnEarlierVersionIsCutWithoutOverwriting(t *testing.T) {
	b := open(t, t.TempDir())
	_, err := b.now.js.CreateStream(within(t), jetstream.StreamConfig{Name: "TENANT_old", Subjects: []string{"facts.old", "audit.old"}, DenyDelete: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Stream(within(t), "old")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(within(t), Facts, messages(0, 50)); err != nil {
		t.Fatal(err)
	}
	asked := 0
	if err := s.Cut(within(t), 20, func([]byte) bool { asked++; return true }); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, 1, 31); got[0].Seq != 20 || asked != 0 {
		t.Errorf("begins at %d, %d were to be overwritten", got[0].Seq, asked)
	}
}

func TestWhileAStreamIsCutFactsAreAppended(t *testing.T) {
	b := open(t, t.TempDir())
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(within(t), Facts, messages(0, 5000)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(within(t))
	cut := make(chan error, 1)
	go func() {
		defer stop()
		var err error
		for at := uint64(450); at < 5000 && err == nil; at += 450 {
			err = s.Cut(ctx, at, func(d []byte) bool { return d[len(d)-1] == '7' })
		}
		cut <- err
	}()
	appended := 0
	for ctx.Err() == nil {
		if n, err := s.Append(within(t), Facts, messages(appended, 10)); n != 10 || err != nil {
			t.Fatalf("appended %d: %v", n, err)
		}
		appended += 10
	}
	if err := <-cut; err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, 1, 51+appended); got[0].Seq != 4950 || got[50+appended].Seq != uint64(5000+appended) {
		t.Errorf("from %d to %d", got[0].Seq, got[50+appended].Seq)
	}
}
