// Package config reads the configuration: one YAML file, read strictly, whole or not at all. What it gives
// is made once and never changed; a reload makes a new one.
//
// Every field carries its key (yaml), what it means (doc), and what it may be (oneof, min, max, need), so
// that reading, error messages and the JSON Schema come from one place. Defaults stand in defaults.go.
package config

import (
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// Config is the whole configuration.
type Config struct {
	Server  Server   `yaml:"server" doc:"what this server listens on and where it keeps its data"`
	Tenants []Tenant `yaml:"tenants" need:"yes" doc:"the companies whose calls are taken"`

	file string
	at   map[any]Pos
	warn []Error
}

// Sources are what a configuration may refer to outside of its own text.
type Sources struct {
	Env      func(name string) (string, bool)  // for ${NAME}; os.LookupEnv
	ReadFile func(name string) ([]byte, error) // for *_file; os.ReadFile
	Exists   func(name string) error           // for files that are read later; nil error when it can be opened
}

// Load reads the file at path. Secrets may come from the environment as ${NAME} (env nil: os.LookupEnv) or
// from files; relative paths count from the folder of the file. The error is of type Errors and has
// everything that is wrong, in the order of the file.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	if env == nil {
		env = os.LookupEnv
	}
	return Parse(path, text, Sources{Env: env, ReadFile: os.ReadFile, Exists: exists})
}

func exists(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return f.Close()
}

// Parse reads a configuration from its text; name stands in messages and its folder is where relative paths count from.
func Parse(name string, text []byte, src Sources) (*Config, error) {
	d := &decoder{file: name, dir: filepath.Dir(name), src: src, at: map[any]Pos{}}
	root, ok := d.document(text)
	c := &Config{file: name}
	if ok {
		d.decodeRoot(root, c)
	}
	c.at = d.at
	if len(d.errs) == 0 {
		k := &checker{at: d.at, file: name}
		c.check(k)
		d.errs, c.warn = k.errs, k.warn
	}
	if len(d.errs) > 0 {
		return nil, d.errs.sorted()
	}
	return c, nil
}

// Warnings are what is allowed but probably not meant.
func (c *Config) Warnings() []Error { return c.warn }

// Where says where a field stands, as "file:line:col", or just the file when it was left out. field is a
// pointer to a field of this configuration.
func (c *Config) Where(field any) string {
	if p, ok := c.at[field]; ok {
		return fmt.Sprintf("%s:%d:%d", c.file, p.Line, p.Col)
	}
	return c.file
}

// File is the name the configuration was read from.
func (c *Config) File() string { return c.file }

// Tenant gives the tenant of that id, or nil.
func (c *Config) Tenant(id string) *Tenant {
	for i := range c.Tenants {
		if c.Tenants[i].ID == id {
			return &c.Tenants[i]
		}
	}
	return nil
}

func (c *Config) check(k *checker) {
	c.Server.check(k)
	if len(c.Tenants) == 0 {
		k.bad(&c.Tenants, `at least one tenant is needed`)
	}
	ids, trunks, entra := k.names("tenant"), k.names("trunk"), map[string]*Tenant{}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		ids.add(&t.ID, t.ID)
		for j := range t.Trunks {
			trunks.add(&t.Trunks[j].ID, t.Trunks[j].ID)
		}
		if other := entra[t.Entra.Tenant]; other != nil && t.Entra.Tenant != "" {
			k.bad(&t.Entra.Tenant, `tenants %q and %q have the same Entra tenant: a token could not tell them apart`, other.ID, t.ID)
		}
		entra[t.Entra.Tenant] = t
		t.check(k)
	}
}

// document gives the one mapping that a configuration is.
func (d *decoder) document(text []byte) (*yaml.Node, bool) {
	root, err := readYAML(text)
	switch {
	case err != nil:
		d.syntax(err)
		return nil, false
	case root == nil:
		d.errs = append(d.errs, Error{File: d.file, Pos: Pos{1, 1}, What: "the configuration is empty", Hint: "`cordboard init` writes one to start from"})
		return nil, false
	}
	return root, true
}
