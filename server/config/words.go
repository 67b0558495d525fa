package config

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Secret is a password or the like. It prints as dots; Reveal gives it.
type Secret string

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "••••"
}

// GoString hides the secret from %#v too.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the secret in JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *Secret) parse(text string) error {
	*s = Secret(text)
	return nil
}

// Path is a file or folder, absolute.
type Path string

func (p *Path) parse(text string) error {
	*p = Path(text)
	return nil
}

// Listen is where to listen, as host:port; empty when off. Port 0 picks a free one.
type Listen string

func (l *Listen) parse(text string) error {
	if text == "off" {
		*l = ""
		return nil
	}
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf(`host:port, :port or off is wanted, not %q`, text)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q is not a port (0 to 65535)", port)
	} else if n == 0 && port != "0" {
		return fmt.Errorf("%q is not a port", port)
	}
	*l = Listen(text)
	return nil
}

// Ports is a range of UDP ports, both ends included.
type Ports struct{ Low, High int }

func (p *Ports) parse(text string) error {
	lo, hi, ok := strings.Cut(text, "-")
	var err1, err2 error
	p.Low, err1 = strconv.Atoi(strings.TrimSpace(lo))
	p.High, err2 = strconv.Atoi(strings.TrimSpace(hi))
	switch {
	case !ok || err1 != nil || err2 != nil:
		return fmt.Errorf("a range of ports as 20000-29999 is wanted, not %q", text)
	case p.Low < 1 || p.High > 65535:
		return fmt.Errorf("%q: ports are from 1 to 65535", text)
	case p.High-p.Low < 3:
		return fmt.Errorf("%q: a call needs four ports", text)
	}
	return nil
}

// TOS is the byte that marks packets (RFC 2474): a class name in the file, the whole byte here.
type TOS int

var classes = map[string]TOS{"none": 0, "cs1": 8 << 2, "cs2": 16 << 2, "cs3": 24 << 2, "cs4": 32 << 2, "cs5": 40 << 2,
	"af31": 26 << 2, "af41": 34 << 2, "ef": 46 << 2}

func (t *TOS) parse(text string) error {
	if c, ok := classes[strings.ToLower(text)]; ok {
		*t = c
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 63 {
		return fmt.Errorf("a class (ef, cs3, cs5, af31, af41, none) or a code point from 0 to 63 is wanted, not %q", text)
	}
	*t = TOS(n << 2)
	return nil
}

// Skill with its level, 1 to 10.
type Skill struct {
	Name  string
	Level int
}

// Skills stand in the file as {french: 2, vpn: 1}, or as [french, vpn] for level 1. Their order is kept.
type Skills []Skill

func (s *Skills) decodeNode(d *decoder, n *yaml.Node, f field) {
	*s = nil
	switch n.Kind {
	case yaml.MappingNode:
		d.pairs(n, f, func(key, val *yaml.Node) {
			text, ok := d.text(resolve(val), f)
			level, err := strconv.Atoi(text)
			if ok && (err != nil || level < 1 || level > 10) {
				d.bad(val, "", "%s: a level from 1 to 10 is wanted for %q, not %q", what(f), key.Value, text)
			}
			s.add(d, key, key.Value, level)
		})
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if text, ok := d.text(resolve(item), f); ok {
				s.add(d, item, text, 1)
			}
		}
	default:
		d.bad(n, "", "%s: {skill: level} or [skill, …] is wanted, not %s", what(f), kindOf(n))
	}
	for i := range *s {
		sk := &(*s)[i]
		d.at[sk] = d.at[skillKey{s, i}]
		delete(d.at, skillKey{s, i})
	}
}

type skillKey struct {
	of *Skills
	i  int
}

func (s *Skills) add(d *decoder, n *yaml.Node, name string, level int) {
	if err := checkID(name); err != nil {
		d.bad(n, "", "skill %q: %v", name, err)
	}
	d.at[skillKey{s, len(*s)}] = Pos{n.Line, n.Column}
	*s = append(*s, Skill{name, level})
}

// Names gives the skills without their levels.
func (s Skills) Names() []string {
	out := make([]string, len(s))
	for i := range s {
		out[i] = s[i].Name
	}
	return out
}
