package session

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

func sealed(t *testing.T) *sealedFile {
	return &sealedFile{path: filepath.Join(t.TempDir(), "a.sealed"), key: newKey(), log: slog.New(slog.DiscardHandler)}
}

func TestSealedFileGivesBackWhatWasWritten(t *testing.T) {
	f, ctx := sealed(t), context.Background()
	if b, err := f.Read(ctx); err != nil || b != nil {
		t.Fatalf("before the first write: %q %v", b, err)
	}
	secret := []byte("refresh-token-of-adele")
	if err := f.Write(ctx, secret); err != nil {
		t.Fatal(err)
	}
	if b, err := f.Read(ctx); err != nil || !bytes.Equal(b, secret) {
		t.Fatalf("got %q %v", b, err)
	}
	raw, _ := os.ReadFile(f.path)
	if bytes.Contains(raw, secret[:8]) {
		t.Error("the file is readable")
	}
	if st, _ := os.Stat(f.path); runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", st.Mode().Perm())
	}
	if err := errors.Join(f.Delete(ctx), f.Delete(ctx)); err != nil {
		t.Error(err)
	}
}

func TestUnreadableFileIsPutAside(t *testing.T) {
	ctx := context.Background()
	cases := []struct {
		name  string
		spoil func(f *sealedFile)
	}{
		{"another key", func(f *sealedFile) { f.key = newKey() }},
		{"a flipped bit", func(f *sealedFile) {
			b, _ := os.ReadFile(f.path)
			b[len(b)-1] ^= 1
			os.WriteFile(f.path, b, 0o600)
		}},
		{"another format", func(f *sealedFile) { os.WriteFile(f.path, []byte("{}"), 0o600) }},
		{"empty", func(f *sealedFile) { os.WriteFile(f.path, nil, 0o600) }},
		{"readable by others", func(f *sealedFile) { os.Chmod(f.path, 0o644) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := sealed(t)
			if err := f.Write(ctx, []byte("x")); err != nil {
				t.Fatal(err)
			}
			c.spoil(f)
			if b, err := f.Read(ctx); err != nil || b != nil {
				t.Errorf("got %q %v", b, err)
			}
			if _, err := os.Stat(f.path + ".unreadable"); err != nil {
				t.Error("not put aside")
			}
			if err := f.Write(ctx, []byte("new")); err != nil {
				t.Error(err)
			}
		})
	}
}

// stuckRing is a keyring that waits for a password.
type stuckRing struct{ let chan struct{} }

func (r stuckRing) Get(string, string) (string, error) { <-r.let; return "", keyring.ErrNotFound }
func (r stuckRing) Set(string, string, string) error   { return nil }

func TestLockedKeyringNeverHangsTheStart(t *testing.T) {
	r := stuckRing{make(chan struct{})}
	defer close(r.let)
	start := time.Now()
	key, weak, err := findKey("auto", filepath.Join(t.TempDir(), "a"), r, slog.New(slog.DiscardHandler))
	if err != nil || len(key) != keyLength || !weak {
		t.Fatalf("key of %d bytes, weak %v, %v", len(key), weak, err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}

// memoryRing is a keyring that works.
type memoryRing map[string]string

func (r memoryRing) Get(s, n string) (string, error) {
	if v, ok := r[s+n]; ok {
		return v, nil
	}
	return "", keyring.ErrNotFound
}
func (r memoryRing) Set(s, n, v string) error { r[s+n] = v; return nil }

func TestKeyStaysTheSame(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	r := memoryRing{}
	for _, store := range []string{"auto", "file", "keyring"} {
		base := filepath.Join(t.TempDir(), store)
		a, weak, err := findKey(store, base, r, log)
		b, _, err2 := findKey(store, base, r, log)
		if err != nil || err2 != nil || !bytes.Equal(a, b) || weak != (store == "file") {
			t.Errorf("%s: %v %v, same %v, weak %v", store, err, err2, bytes.Equal(a, b), weak)
		}
	}
}

func TestKeyFileThatOthersMayReadIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	a, err := fileKey(path)
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(path, 0o640)
	b, err := fileKey(path)
	if err != nil || bytes.Equal(a, b) {
		t.Errorf("the old key is still used: %v", err)
	}
}

func TestStoreThatCannotBeWrittenStopsNobody(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if k := openKeep(Options{CacheDir: filepath.Join(file, "dir"), TokenStore: "file"}); k.store != nil {
		t.Error("a store in a folder that cannot be")
	}
}
