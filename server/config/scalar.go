package config

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

var envRef = regexp.MustCompile(`\$(\$)?\{([^}]*)\}`)

func itoa(n int) string { return strconv.Itoa(n) }

// text gives a scalar's text with ${NAME} filled in; $${ stands for ${ itself.
func (d *decoder) text(n *yaml.Node, f field) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		d.bad(n, "", "%s: one value is wanted, not %s", what(f), kindOf(n))
		return "", false
	}
	ok := true
	s := envRef.ReplaceAllStringFunc(n.Value, func(ref string) string {
		if strings.HasPrefix(ref, "$$") {
			return ref[1:]
		}
		name := ref[2 : len(ref)-1]
		val, set := "", false
		if d.src.Env != nil && name != "" {
			val, set = d.src.Env(name)
		}
		if !set || val == "" {
			d.bad(n, "set it, or write $${ for the text itself", "%s: environment variable %q is not set", what(f), name)
			ok = false
		}
		return val
	})
	return s, ok
}

func (d *decoder) scalar(n *yaml.Node, to scalar, f field) {
	s, ok := d.text(n, f)
	if !ok {
		return
	}
	if p, isPath := to.(*Path); isPath {
		*p = Path(d.absolute(s))
		if err := d.exists(string(*p)); err != nil && f.tag.Get("new") == "" {
			d.bad(n, "", "%s: %v", what(f), err)
		}
		return
	}
	if err := to.parse(s); err != nil {
		d.bad(n, "", "%s: %v", what(f), err)
	}
}

func (d *decoder) exists(name string) error {
	if d.src.Exists == nil {
		return nil
	}
	return d.src.Exists(name)
}

// absolute counts a relative path from the folder of the configuration.
func (d *decoder) absolute(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.dir, name)
}

// plain reads Go's own types.
func (d *decoder) plain(n *yaml.Node, v reflect.Value, f field) {
	s, ok := d.text(n, f)
	if !ok {
		return
	}
	if err := setPlain(s, v, f.tag); err != nil {
		d.bad(n, "", "%s: %v", what(f), err)
	} else if why, ok := laterValues[f.path][s]; ok {
		d.bad(n, why, "%s: %q is not in this version", what(f), s)
	}
}

func setPlain(s string, v reflect.Value, tag reflect.StructTag) error {
	switch {
	case v.Type() == durationType:
		t, err := ParseDuration(s)
		if err != nil {
			return err
		}
		v.SetInt(int64(t))
		return within(t, tag, ParseDuration)
	case v.Kind() == reflect.String:
		v.SetString(strings.TrimSpace(s))
		return oneOf(v.String(), tag)
	case v.Kind() == reflect.Bool:
		if s != "true" && s != "false" {
			return fmt.Errorf("true or false is wanted, not %q", s)
		}
		v.SetBool(s == "true")
	case v.CanInt():
		i, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return fmt.Errorf("a whole number is wanted, not %q", s)
		}
		v.SetInt(i)
		return within(int(i), tag, strconv.Atoi)
	default:
		panic("config: no way to read a " + v.Type().String())
	}
	return nil
}

// within holds a value against the tags min and max.
func within[T int | time.Duration](x T, tag reflect.StructTag, read func(string) (T, error)) error {
	if lo, ok := tag.Lookup("min"); ok {
		if least, err := read(lo); err == nil && x < least {
			return fmt.Errorf("at least %s is wanted", lo)
		}
	}
	if hi, ok := tag.Lookup("max"); ok {
		if most, err := read(hi); err == nil && x > most {
			return fmt.Errorf("at most %s is wanted", hi)
		}
	}
	return nil
}

// oneOf holds a word against the tag oneof.
func oneOf(s string, tag reflect.StructTag) error {
	words := strings.Fields(tag.Get("oneof"))
	if len(words) == 0 || slices.Contains(words, s) {
		return nil
	}
	if n := nearest(s, words); n != "" {
		return fmt.Errorf("%q is not known; did you mean %q?", s, n)
	}
	return fmt.Errorf("%q is not known; known: %s", s, strings.Join(words, ", "))
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	durationPart = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*(ms|s|sec|min|m|h|d)\s*`)
	durationUnit = map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "sec": time.Second,
		"min": time.Minute, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
)

// ParseDuration reads a length of time as a person writes it: 20 s, 10 min, 1 h 30 min, 500 ms, 30 d.
func ParseDuration(s string) (time.Duration, error) {
	var sum time.Duration
	rest := strings.TrimSpace(s)
	if rest == "0" {
		return 0, nil
	}
	for rest != "" {
		m := durationPart.FindStringSubmatch(rest)
		if m == nil {
			return 0, fmt.Errorf("a length of time with its unit is wanted, as in 20 s or 10 min, not %q", s)
		}
		x, err := strconv.ParseFloat(m[1], 64)
		if err != nil || x*float64(durationUnit[m[2]])+float64(sum) > float64(10*365*24*time.Hour) {
			return 0, fmt.Errorf("%q is too long", s)
		}
		sum += time.Duration(x * float64(durationUnit[m[2]]))
		rest = rest[len(m[0]):]
	}
	if strings.TrimSpace(s) == "" {
		return 0, fmt.Errorf("a length of time is wanted, as in 20 s")
	}
	return sum, nil
}

// Prefix is a range of addresses; a single address stands for itself.
type Prefix struct{ netip.Prefix }

func (p *Prefix) parse(s string) error {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		p.Prefix = netip.PrefixFrom(a, a.BitLen())
		return nil
	}
	x, err := netip.ParsePrefix(s)
	if err != nil {
		return fmt.Errorf("an address or a range as 192.0.2.0/24 is wanted, not %q", s)
	}
	p.Prefix = x.Masked()
	return nil
}

// Addr is an address of this or another machine.
type Addr struct{ netip.Addr }

func (a *Addr) parse(s string) error {
	x, err := netip.ParseAddr(s)
	if err != nil {
		return fmt.Errorf("an IP address is wanted, not %q", s)
	}
	a.Addr = x
	return nil
}
