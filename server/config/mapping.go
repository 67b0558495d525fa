package config

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mapping fills a struct from a YAML mapping.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, f field) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, "", "%s: a mapping is wanted, not %s", what(f), kindOf(n))
		return
	}
	fields := fieldsOf(v.Type())
	given := map[string]*yaml.Node{}
	d.pairs(n, f, func(key, val *yaml.Node) {
		given[key.Value] = key
		path := strings.TrimPrefix(f.path+"."+key.Value, ".")
		if why, ok := later[path]; ok {
			d.bad(key, why, "%s: not in this version", key.Value)
			return
		}
		if i := slices.IndexFunc(fields, func(s reflect.StructField) bool { return s.Tag.Get("yaml") == key.Value }); i >= 0 {
			d.value(val, v.FieldByIndex(fields[i].Index), field{path, fields[i].Tag})
			return
		}
		base, isFile := strings.CutSuffix(key.Value, "_file")
		if s := secretField(fields, base); isFile && s != nil {
			d.secretFile(val, v.FieldByIndex(s.Index), field{path, s.Tag})
			return
		}
		d.bad(key, meant(key.Value, keysOf(fields)), "%s: unknown key %q", where(f), key.Value)
	})
	for _, s := range fields {
		key := s.Tag.Get("yaml")
		if s.Type == secretType && given[key] != nil && given[key+"_file"] != nil {
			d.bad(given[key+"_file"], "keep one", "%s and %s_file are both given", key, key)
		}
		if s.Tag.Get("need") != "" && given[key] == nil && given[key+"_file"] == nil {
			d.bad(n, s.Tag.Get("doc"), "%s: %s is missing", where(f), key)
		}
	}
}

func where(f field) string {
	if f.path == "" {
		return "top level"
	}
	return f.name()
}

func fieldsOf(t reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for _, s := range reflect.VisibleFields(t) {
		if s.IsExported() && s.Tag.Get("yaml") != "" {
			out = append(out, s)
		}
	}
	return out
}

// keysOf gives the keys a person may write, *_file of secrets too.
func keysOf(fields []reflect.StructField) []string {
	var out []string
	for _, s := range fields {
		out = append(out, s.Tag.Get("yaml"))
		if s.Type == secretType {
			out = append(out, s.Tag.Get("yaml")+"_file")
		}
	}
	return out
}

func secretField(fields []reflect.StructField, key string) *reflect.StructField {
	for i := range fields {
		if fields[i].Type == secretType && fields[i].Tag.Get("yaml") == key {
			return &fields[i]
		}
	}
	return nil
}

var secretType = reflect.TypeFor[Secret]()

// secretFile reads a secret from the file that is named, without the line end.
func (d *decoder) secretFile(n *yaml.Node, v reflect.Value, f field) {
	text, ok := d.text(resolve(n), f)
	if !ok {
		return
	}
	raw, err := d.src.ReadFile(d.absolute(text))
	if err != nil {
		d.bad(n, "", "%s: %v", f.name(), err)
		return
	}
	secret := strings.TrimRight(string(raw), "\r\n")
	if secret == "" {
		d.bad(n, "", "%s: %s is empty", f.name(), text)
		return
	}
	d.at[v.Addr().Interface()] = Pos{n.Line, n.Column}
	v.SetString(secret)
}

// mappingOf fills a struct that also has a short form of its own.
func (d *decoder) mappingOf(n *yaml.Node, to any, f field) {
	d.mapping(n, reflect.ValueOf(to).Elem(), f)
}
