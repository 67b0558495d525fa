package people

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// ErrOtherPerson: the name was bound to another object id by an earlier sign-in.
var ErrOtherPerson = errors.New("this name belongs to another account")

// Bindings ties user names of the configuration to the object ids of their first sign-in, and keeps that in
// a file: a name that is given to a new person in the directory must not inherit the old one's place.
type Bindings struct {
	mu   sync.Mutex
	path string
	oids map[string]string // tenant/user → oid
}

// OpenBindings reads the file, which need not exist.
func OpenBindings(path string) (*Bindings, error) {
	b := &Bindings{path: path, oids: map[string]string{}}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return b, nil
	case err != nil:
		return nil, fmt.Errorf("bindings of people: %w", err)
	}
	if err := json.Unmarshal(text, &b.oids); err != nil {
		return nil, fmt.Errorf("bindings of people: %s: %w", path, err)
	}
	return b, nil
}

// Bind ties a user of a tenant to an object id at the first call, and checks it at later ones.
// Errors: ErrOtherPerson, or the file could not be written.
func (b *Bindings) Bind(tenant, user, oid string) error {
	key := tenant + "/" + user
	b.mu.Lock()
	defer b.mu.Unlock()
	switch known, ok := b.oids[key]; {
	case ok && known == oid:
		return nil
	case ok:
		return ErrOtherPerson
	}
	b.oids[key] = oid
	if err := b.save(); err != nil {
		delete(b.oids, key)
		return err
	}
	return nil
}

// OID gives the object id a user is bound to, or "".
func (b *Bindings) OID(tenant, user string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.oids[tenant+"/"+user]
}

func (b *Bindings) save() error {
	text, err := json.MarshalIndent(b.oids, "", "\t")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(b.path), ".people-*")
	if err != nil {
		return fmt.Errorf("bindings of people: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(text, '\n'))
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("bindings of people: %w", err)
	}
	if err := os.Rename(tmp.Name(), b.path); err != nil {
		return fmt.Errorf("bindings of people: %w", err)
	}
	return nil
}
