package session

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	extcache "github.com/AzureAD/microsoft-authentication-extensions-for-go/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
)

// keep is the token store: one encrypted file for each authority, client and profile. A store that does
// not work never stops a sign-in; it only means to sign in again next time.
type keep struct {
	store *extcache.Cache // nil: in memory only
	file  *sealedFile
	weak  bool
	log   *slog.Logger
	once  sync.Once
}

func openKeep(o Options) *keep {
	k := &keep{log: o.Log}
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	if o.TokenStore == "memory" {
		return k
	}
	dir := o.CacheDir
	if dir == "" {
		d, err := os.UserCacheDir()
		if err != nil {
			k.log.Warn("the token is kept in memory only", "err", err)
			return k
		}
		dir = filepath.Join(d, "cordboard")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		k.log.Warn("the token is kept in memory only", "err", err)
		return k
	}
	sum := sha256.Sum256([]byte(o.Authority + "\n" + o.ClientID + "\n" + o.Profile))
	base := filepath.Join(dir, "account-"+hex.EncodeToString(sum[:6]))
	key, weak, err := findKey(o.TokenStore, base, systemRing{}, k.log)
	if err != nil {
		k.log.Warn("the token is kept in memory only", "err", err)
		return k
	}
	f := &sealedFile{path: base + ".sealed", key: key, log: k.log}
	store, err := extcache.New(f, base+".time")
	if err != nil {
		k.log.Warn("the token is kept in memory only", "err", err)
		return k
	}
	k.store, k.file, k.weak = store, f, weak
	return k
}

// Export writes the library's store (cache.ExportReplace).
func (k *keep) Export(ctx context.Context, m cache.Marshaler, h cache.ExportHints) error {
	if err := k.store.Export(ctx, m, h); err != nil {
		k.once.Do(func() { k.log.Warn("the token is not kept; the next start asks to sign in again", "err", err) })
	}
	return nil
}

// Replace reads the library's store (cache.ExportReplace).
func (k *keep) Replace(ctx context.Context, u cache.Unmarshaler, h cache.ReplaceHints) error {
	if err := k.store.Replace(ctx, u, h); err != nil && ctx.Err() == nil {
		k.log.Debug("token store not read", "err", err)
	}
	return nil
}

func (k *keep) forget() error {
	if k.file == nil {
		return nil
	}
	return k.file.Delete(context.Background())
}

// sealedFile is an encrypted file (AES-256-GCM), written whole and put in place by renaming.
type sealedFile struct {
	path string
	key  []byte
	log  *slog.Logger
}

// sealMark begins the file and is authenticated with it: the version of the format.
const sealMark = "cordboard account 1\n"

func (f *sealedFile) aead() (cipher.AEAD, error) {
	b, err := aes.NewCipher(f.key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(b)
}

// Read gives the contents, nothing when there are none. A file that cannot be opened with our key, or
// that others may read, is put aside: the person signs in again.
func (f *sealedFile) Read(context.Context) ([]byte, error) {
	b, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := f.unseal(b)
	if err == nil {
		err = private(f.path)
	}
	if err != nil {
		f.log.Warn("the kept account is put aside", "err", err)
		return nil, os.Rename(f.path, f.path+".unreadable")
	}
	return plain, nil
}

func (f *sealedFile) unseal(b []byte) ([]byte, error) {
	if len(b) < len(sealMark) || string(b[:len(sealMark)]) != sealMark {
		return nil, errors.New("not a file of this program")
	}
	a, err := f.aead()
	if err != nil {
		return nil, err
	}
	return a.Open(nil, nil, b[len(sealMark):], []byte(sealMark))
}

// Write replaces the contents.
func (f *sealedFile) Write(_ context.Context, plain []byte) error {
	a, err := f.aead()
	if err != nil {
		return err
	}
	return writeWhole(f.path, a.Seal([]byte(sealMark), nil, plain, []byte(sealMark)))
}

// Delete removes the file.
func (f *sealedFile) Delete(context.Context) error {
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeWhole writes a file that nobody else may read and that is never seen half written.
func writeWhole(path string, b []byte) error {
	t, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(t.Name())
	_, err = t.Write(b)
	err = errors.Join(err, t.Sync(), t.Close())
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}

// private refuses a file that others may read. Windows has no such modes.
func private(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s may be read by others (mode %o)", path, st.Mode().Perm())
	}
	return nil
}
