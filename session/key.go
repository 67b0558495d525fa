package session

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/zalando/go-keyring"
)

const (
	keyLength      = 32
	keyringService = "cordboard"
	keyringWithin  = time.Second // a locked keyring asks somewhere where nobody looks
)

// ring is the system's keyring.
type ring interface {
	Get(service, name string) (string, error)
	Set(service, name, secret string) error
}

type systemRing struct{}

func (systemRing) Get(service, name string) (string, error) { return keyring.Get(service, name) }
func (systemRing) Set(service, name, secret string) error   { return keyring.Set(service, name, secret) }

// findKey gives the key of the token store: from the system's keyring if that answers within a second,
// else from a file that only this user may read (weak).
func findKey(store, base string, r ring, log *slog.Logger) (key []byte, weak bool, err error) {
	if store != "file" {
		key, err := within(keyringWithin, func() ([]byte, error) { return ringKey(r, filepath.Base(base)) })
		if err == nil {
			return key, false, nil
		}
		if store == "keyring" {
			log.Warn("the keyring does not answer; file permissions protect the token", "err", err)
		} else {
			log.Info("no keyring; file permissions protect the token", "err", err)
		}
	}
	key, err = fileKey(base + ".key")
	return key, true, err
}

func within(d time.Duration, f func() ([]byte, error)) ([]byte, error) {
	type result struct {
		b   []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		b, err := f()
		done <- result{b, err}
	}()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case r := <-done:
		return r.b, r.err
	case <-t.C:
		return nil, fmt.Errorf("no answer within %v", d)
	}
}

func ringKey(r ring, name string) ([]byte, error) {
	s, err := r.Get(keyringService, name)
	if err == nil {
		if key, bad := base64.StdEncoding.DecodeString(s); bad == nil && len(key) == keyLength {
			return key, nil
		}
		err = keyring.ErrNotFound // not ours any more: make a new one
	}
	if !errors.Is(err, keyring.ErrNotFound) {
		return nil, err
	}
	key := newKey()
	return key, r.Set(keyringService, name, base64.StdEncoding.EncodeToString(key))
}

func fileKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case private(path) == nil && len(key) == keyLength:
		return key, nil
	default: // others may know it
		if err := os.Rename(path, path+".unreadable"); err != nil {
			return nil, err
		}
	}
	key = newKey()
	return key, writeWhole(path, key)
}

func newKey() []byte {
	key := make([]byte, keyLength)
	rand.Read(key)
	return key
}
