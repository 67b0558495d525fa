package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// limits against a file that is made to hurt: aliases can make a small text enormous.
const (
	maxNodes = 500_000
	maxDepth = 40
)

// decoder fills the tree from YAML nodes, strictly, and remembers where everything stood.
type decoder struct {
	file, dir string
	src       Sources
	errs      Errors
	at        map[any]Pos
	nodes     int
	depth     int
}

// custom is a type that reads its node itself.
type custom interface {
	decodeNode(d *decoder, n *yaml.Node, f field)
}

// scalar is a type that reads itself from one piece of text.
type scalar interface {
	parse(text string) error
}

// field is what the decoder knows about where a value goes.
type field struct {
	path string // tenants[].queues[].ring
	tag  reflect.StructTag
}

// name is the last key of the path.
func (f field) name() string {
	p := strings.TrimRight(f.path, "[]")
	return p[strings.LastIndexByte(p, '.')+1:]
}

func (d *decoder) bad(n *yaml.Node, hint, format string, args ...any) {
	if len(d.errs) < 200 {
		d.errs = append(d.errs, Error{File: d.file, Pos: Pos{n.Line, n.Column}, What: fmt.Sprintf(format, args...), Hint: hint})
	}
}

func (d *decoder) decodeRoot(n *yaml.Node, c *Config) {
	fill(reflect.ValueOf(c).Elem())
	d.value(n, reflect.ValueOf(c).Elem(), field{})
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, f field) {
	if d.nodes++; d.nodes > maxNodes || d.depth > maxDepth {
		if d.nodes == maxNodes+1 || d.depth == maxDepth+1 {
			d.bad(n, "", "too much: aliases that repeat themselves?")
		}
		return
	}
	d.depth++
	defer func() { d.depth-- }()
	if v.CanAddr() {
		d.at[v.Addr().Interface()] = Pos{n.Line, n.Column}
	}
	n = resolve(n)
	if n.Kind == yaml.AliasNode {
		return
	}
	if n.ShortTag() == "!!null" {
		d.bad(n, "give a value or leave the key out", "%s has no value", what(f))
		return
	}
	if v.CanAddr() {
		switch x := v.Addr().Interface().(type) {
		case custom:
			x.decodeNode(d, n, f)
			return
		case scalar:
			d.scalar(n, x, f)
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
		d.value(n, v.Elem(), f)
	case reflect.Struct:
		d.mapping(n, v, f)
	case reflect.Slice:
		d.list(n, v, f)
	case reflect.Map:
		d.dict(n, v, f)
	default:
		d.plain(n, v, f)
	}
}

func what(f field) string {
	if f.path == "" {
		return "the configuration"
	}
	return f.name()
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, f field) {
	if n.Kind != yaml.SequenceNode {
		d.bad(n, "write [one, two] or a line with - for each", "%s: a list is wanted, not %s", what(f), kindOf(n))
		return
	}
	// The whole length at once: addresses of elements are kept, so they must not move.
	s := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	v.Set(s)
	for i, item := range n.Content {
		fill(s.Index(i))
		d.value(item, s.Index(i), field{f.path + "[]", f.tag})
	}
}

func (d *decoder) dict(n *yaml.Node, v reflect.Value, f field) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, "write key: value", "%s: a mapping is wanted, not %s", what(f), kindOf(n))
		return
	}
	m := reflect.MakeMap(v.Type())
	d.pairs(n, f, func(key, val *yaml.Node) {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(val, e, field{f.path + "." + key.Value, f.tag})
		m.SetMapIndex(reflect.ValueOf(key.Value), e)
	})
	v.Set(m)
}

// pairs walks a mapping and refuses what may not be in one.
func (d *decoder) pairs(n *yaml.Node, f field, each func(key, val *yaml.Node)) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		switch first, again := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			d.bad(key, "", "%s: a key is a word, not %s", what(f), kindOf(key))
		case key.Value == "<<":
			d.bad(key, "write the keys out", "%s: merging with << is not read", what(f))
		case again:
			d.bad(key, "", "%s: key %q is already given in line %d", what(f), key.Value, first)
		default:
			seen[key.Value] = key.Line
			each(key, val)
		}
	}
}
