package config

import (
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
)

// Holder has the configuration that is valid now. Readers never wait; a reload replaces all of it or nothing.
type Holder struct {
	path string
	env  func(string) (string, bool)
	now  atomic.Pointer[Config]
}

// Open reads the file at path and holds it. env as in Load.
func Open(path string, env func(string) (string, bool)) (*Holder, error) {
	c, err := Load(path, env)
	if err != nil {
		return nil, err
	}
	h := &Holder{path: path, env: env}
	h.now.Store(c)
	return h, nil
}

// Now gives the configuration that is valid now. A call keeps the one it began with.
func (h *Holder) Now() *Config { return h.now.Load() }

// FixedError says that a reload would change what is fixed while the server runs.
type FixedError struct{ Fields []string }

// Error names the fields.
func (e *FixedError) Error() string {
	return fmt.Sprintf("%s cannot change while the server runs; restart it, or put the old value back", strings.Join(e.Fields, ", "))
}

// Reload reads the file again. When something is wrong the old configuration stays, and the error says what:
// Errors for the file, *FixedError for a change that needs a restart, or what usable says, which looks at what the file
// names (nil: nobody looks). Only one goroutine calls it.
func (h *Holder) Reload(usable func(*Config) error) (before, after *Config, err error) {
	before = h.Now()
	next, err := Load(h.path, h.env)
	if err != nil {
		return before, before, err
	}
	if f := fixed(before, next); len(f) > 0 {
		return before, before, &FixedError{f}
	}
	if usable != nil {
		if err := usable(next); err != nil {
			return before, before, err
		}
	}
	h.now.Store(next)
	return before, next, nil
}

// fixed names what differs and must not.
func fixed(a, b *Config) []string {
	var out []string
	for _, x := range []struct {
		name string
		a, b any
	}{
		{"server.http.listen", a.Server.HTTP.Listen, b.Server.HTTP.Listen},
		{"server.sip", a.Server.SIP, b.Server.SIP},
		{"server.media", a.Server.Media, b.Server.Media},
		{"server.data", a.Server.Data, b.Server.Data},
	} {
		if !reflect.DeepEqual(x.a, x.b) {
			out = append(out, x.name)
		}
	}
	for i := range a.Tenants {
		if b.Tenant(a.Tenants[i].ID) == nil {
			out = append(out, "tenant "+a.Tenants[i].ID)
		}
	}
	return out
}
