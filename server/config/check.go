package config

import (
	"fmt"
	"regexp"
	"strings"
)

// checker gathers what the pieces say about each other.
type checker struct {
	at   map[any]Pos
	file string
	errs Errors
	warn []Error
}

// bad reports what is wrong with a field; field is a pointer to it, or to what holds it.
func (k *checker) bad(field any, format string, args ...any) {
	k.hint(field, "", format, args...)
}

// hint is bad with what to do.
func (k *checker) hint(field any, hint, format string, args ...any) {
	k.errs = append(k.errs, k.make(field, hint, format, args...))
}

// odd reports what is allowed but probably not meant.
func (k *checker) odd(field any, hint, format string, args ...any) {
	k.warn = append(k.warn, k.make(field, hint, format, args...))
}

func (k *checker) make(field any, hint, format string, args ...any) Error {
	p, ok := k.at[field]
	if !ok {
		p = Pos{1, 1}
	}
	return Error{File: k.file, Pos: p, What: fmt.Sprintf(format, args...), Hint: hint}
}

// first gives the first of some fields that stands in the file.
func (k *checker) first(fields ...any) any {
	for _, f := range fields {
		if _, ok := k.at[f]; ok {
			return f
		}
	}
	return fields[0]
}

// names is a set of ids of one kind, each given once.
type names struct {
	k     *checker
	kind  string
	lines map[string]int
	order []string
}

func (k *checker) names(kind string) *names {
	return &names{k: k, kind: kind, lines: map[string]int{}}
}

func (n *names) add(field any, id string) {
	if line, ok := n.lines[id]; ok {
		n.k.bad(field, "%s %q is already given in line %d", n.kind, id, line)
		return
	}
	n.lines[id] = n.k.at[field].Line
	n.order = append(n.order, id)
}

// want reports a reference to something that is not there.
func (n *names) want(field any, id string) bool {
	if _, ok := n.lines[id]; ok {
		return true
	}
	n.k.hint(field, meant(id, n.order), "no %s %q", n.kind, id)
	return false
}

var (
	idForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	numberForm = regexp.MustCompile(`^\+[1-9][0-9]{3,14}$`)
	userForm   = regexp.MustCompile(`^[A-Za-z0-9+*#_.!~-]{1,40}$`)
	guidForm   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// checkID holds an id against the form that stream names, file names and addresses all take.
func checkID(id string) error {
	if !idForm.MatchString(id) {
		return fmt.Errorf("small letters, digits, - and _ are wanted, at most 40")
	}
	return nil
}

func (k *checker) id(field *string, kind string) {
	if err := checkID(*field); err != nil {
		k.bad(field, "%s %q: %v", kind, *field, err)
	}
}

// number wants E.164, the + included.
func (k *checker) number(field *string) {
	if !numberForm.MatchString(*field) {
		hint := ""
		if digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(*field); numberForm.MatchString(digits) {
			hint = "write " + digits
		}
		k.hint(field, hint, "number %q: the international form with + and digits alone is wanted, as +442079460018", *field)
	}
}

func (k *checker) guid(field *string, what string) {
	if !guidForm.MatchString(*field) {
		k.bad(field, "%s %q: a GUID is wanted, as 01234567-89ab-cdef-0123-456789abcdef", what, *field)
	}
}

func (k *checker) https(field *string, what string) {
	if !strings.HasPrefix(*field, "https://") || len(*field) == len("https://") {
		k.bad(field, "%s %q: an address with https:// is wanted", what, *field)
	}
}

var hostForm = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

func lower(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return s != ""
}
