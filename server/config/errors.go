package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Pos is a place in the file, both counted from 1.
type Pos struct{ Line, Col int }

// Error is one thing that is wrong in the file.
type Error struct {
	File string
	Pos
	What string // what is wrong
	Hint string // what to do, may be empty
}

// Error gives "file:line:col: what; hint".
func (e Error) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.What)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Errors are all that is wrong in a file, in its order.
type Errors []Error

// Error gives one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each Error.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i := range e {
		out[i] = e[i]
	}
	return out
}

func (e Errors) sorted() Errors {
	slices.SortStableFunc(e, func(a, b Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return slices.Compact(e)
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:.*?)line (\d+)(?:, column (\d+))?: (.*)$`)

// syntax puts what the YAML reader said into our form.
func (d *decoder) syntax(err error) {
	e := Error{File: d.file, Pos: Pos{1, 1}, What: strings.TrimPrefix(err.Error(), "yaml: ")}
	if m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " ")); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		if m[2] != "" {
			e.Col, _ = strconv.Atoi(m[2])
		}
		e.What = m[3]
	}
	if strings.Contains(e.What, "cannot start any token") {
		e.Hint = "indent with spaces, and put text with special characters into quotes"
	}
	e.Line, e.Col = max(e.Line, 1), max(e.Col, 1)
	d.errs = append(d.errs, e)
}
