package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Schema gives the JSON Schema (draft 2020-12) of the configuration, for editors. It is made from the same
// tags that the file is read by.
func Schema() []byte {
	s := schemaOf(reflect.TypeFor[Config](), "", reflect.Value{}, "")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "cordboard"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // maps of strings, numbers and lists
	}
	return b
}

type node = map[string]any

const durationPattern = `^(0|([0-9]+(\.[0-9]+)?\s*(ms|s|sec|min|m|h|d)\s*)+|.*\$\{.*)$`

// shapes are the types that read themselves.
var shapes = map[reflect.Type]func() node{
	durationType:              func() node { return node{"type": "string", "pattern": durationPattern} },
	reflect.TypeFor[Secret](): func() node { return node{"type": "string"} },
	reflect.TypeFor[Path]():   func() node { return node{"type": "string"} },
	reflect.TypeFor[Listen](): func() node { return node{"type": "string"} },
	reflect.TypeFor[Ports]():  func() node { return node{"type": "string", "pattern": `^\s*[0-9]+\s*-\s*[0-9]+\s*$`} },
	reflect.TypeFor[TOS]():    func() node { return node{"type": []string{"string", "integer"}} },
	reflect.TypeFor[Addr]():   func() node { return node{"type": "string"} },
	reflect.TypeFor[Prefix](): func() node { return node{"type": "string"} },
	reflect.TypeFor[Age](): func() node {
		return node{"type": "string", "pattern": `^([0-9]{1,4}\s*(d|days?|mo|months?|y|years?)|.*\$\{.*)$`}
	},
	reflect.TypeFor[Target]():      func() node { return node{"type": "string", "pattern": `^(hangup|wait|(queue|agent|number):.+)$`} },
	reflect.TypeFor[AfterMissed](): func() node { return node{"type": "string"} },
	reflect.TypeFor[Times]():       func() node { return node{"type": "string", "pattern": `^[0-9:\s,-]+$`} },
	reflect.TypeFor[Date]():        func() node { return node{"type": "string", "pattern": `^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$`} },
	reflect.TypeFor[Days]():        func() node { return node{"type": []string{"string", "array"}} },
	reflect.TypeFor[Skills](): func() node {
		return node{"oneOf": []node{
			{"type": "object", "additionalProperties": node{"type": "integer", "minimum": 1, "maximum": 10}},
			{"type": "array", "items": node{"type": "string"}},
		}}
	},
}

// schemaOf describes a type; v, when valid, has the defaults.
func schemaOf(t reflect.Type, tag reflect.StructTag, v reflect.Value, path string) node {
	var s node
	switch {
	case shapes[t] != nil:
		s = shapes[t]()
	case t.Kind() == reflect.Pointer:
		return schemaOf(t.Elem(), tag, reflect.Value{}, path)
	case t.Kind() == reflect.Struct:
		s = object(t, v, path)
		if t == reflect.TypeFor[ServiceLevel]() {
			s = node{"oneOf": []node{s, {"type": "string", "pattern": `^[0-9]+\s*/\s*[0-9]+$`}}}
		}
	case t.Kind() == reflect.Slice:
		s = node{"type": "array", "items": schemaOf(t.Elem(), words(tag), reflect.Value{}, path+"[]")}
	case t.Kind() == reflect.Map:
		s = node{"type": "object", "additionalProperties": schemaOf(t.Elem(), words(tag), reflect.Value{}, path+"[]")}
	case t.Kind() == reflect.Bool:
		s = node{"type": "boolean"}
	case t.Kind() == reflect.String:
		s = node{"type": []string{"string", "number"}}
		w := slices.DeleteFunc(strings.Fields(tag.Get("oneof")), func(w string) bool { return laterValues[path][w] != "" })
		if len(w) > 0 {
			s = node{"enum": w}
		}
	default:
		s = node{"type": "integer"}
		for key, name := range map[string]string{"min": "minimum", "max": "maximum"} {
			if n, err := strconv.Atoi(tag.Get(key)); err == nil {
				s[name] = n
			}
		}
	}
	if d := tag.Get("doc"); d != "" {
		s["description"] = d
	}
	if d, ok := defaultOf(v); ok {
		s["default"] = d
	}
	return s
}

// words keeps of a list's tag what holds for its elements.
func words(tag reflect.StructTag) reflect.StructTag {
	if w := tag.Get("oneof"); w != "" {
		return reflect.StructTag(`oneof:"` + w + `"`)
	}
	return ""
}

func object(t reflect.Type, v reflect.Value, path string) node {
	if !v.IsValid() {
		v = reflect.New(t).Elem()
		fill(v)
	}
	props, need := node{}, []string{}
	for _, f := range fieldsOf(t) {
		key := f.Tag.Get("yaml")
		inner := strings.TrimPrefix(path+"."+key, ".")
		if later[inner] != "" {
			continue
		}
		props[key] = schemaOf(f.Type, f.Tag, v.FieldByIndex(f.Index), inner)
		if f.Type == secretType {
			props[key+"_file"] = node{"type": "string", "description": "file that has it: " + f.Tag.Get("doc")}
		}
		if f.Tag.Get("need") != "" {
			need = append(need, key)
		}
	}
	s := node{"type": "object", "properties": props, "additionalProperties": false}
	if len(need) > 0 {
		s["required"] = need
	}
	return s
}

// defaultOf gives a default as it would stand in the file; parts and lists of parts have their own.
func defaultOf(v reflect.Value) (any, bool) {
	if !v.IsValid() || v.IsZero() {
		return nil, false
	}
	switch x := v.Interface().(type) {
	case time.Duration:
		return durationText(x), true
	case Ports:
		return strconv.Itoa(x.Low) + "-" + strconv.Itoa(x.High), true
	case Target:
		return x.String(), true
	case TOS:
		for name, c := range classes {
			if c == x {
				return name, true
			}
		}
		return int(x) >> 2, true
	case []string, map[string]string:
		return x, true
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Int:
		return v.Int(), true
	case reflect.Bool:
		return v.Bool(), true
	}
	return nil, false
}

// durationText writes a length of time as a person does.
func durationText(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d%time.Second == 0:
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return strconv.Itoa(int(d/time.Millisecond)) + " ms"
}
