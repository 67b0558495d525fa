package ui

// pane is a box under construction: a border with words in it, rows of exactly the inner width, rules between.
type pane struct {
	t     *theme
	w     int
	b     border
	role  style
	rows  []string
	sides [2]string
}

// pane opens a box w cells wide; title and right stand in its upper border.
func (t *theme) pane(w int, b border, role style, title, right *line) *pane {
	p := &pane{t: t, w: w, b: b, role: role, rows: make([]string, 0, 40)}
	e := t.edges(b)
	p.sides = [2]string{t.paint(role, e.v) + " ", " " + t.paint(role, e.v)}
	p.rows = append(p.rows, p.edge(e.tl, e.tr, title, right))
	return p
}

// inner is the width of a row inside.
func (p *pane) inner() int { return p.w - 4 }

// line starts a row.
func (p *pane) line() *line {
	l := p.t.sheet.line(p.t, p.inner(), 4*p.inner()+128)
	l.b = append(l.b, p.sides[0]...)
	l.pre = len(l.b)
	return l
}

// words starts a piece of a border.
func (t *theme) words() *line { return t.sheet.line(t, 400, 240) }

// edge is a horizontal border with words in it.
func (p *pane) edge(left, right string, title, tail *line) string {
	e := p.t.edges(p.b)
	l := p.t.line(p.w)
	room := p.w - 4
	tailW := 0
	if tail != nil && tail.w > 0 {
		tail.max = room
		if title != nil && title.w+tail.w+6 > room {
			tail = nil // the title matters more
		} else {
			tailW = tail.w + 3
		}
	}
	l.put(p.role, left)
	if title != nil && title.w > 0 {
		if title.w > room-tailW-2 {
			title.shorten(room - tailW - 2)
		}
		l.put(p.role, e.h).sp(1).add(title).sp(1)
	}
	fill := p.w - 1 - l.w - tailW
	l.times(p.role, e.h, fill)
	if tailW > 0 {
		l.sp(1).add(tail).sp(1).put(p.role, e.h)
	}
	l.put(p.role, right)
	return l.String()
}

// repeat is a glyph of one cell, n times over.
func repeat(s string, n int) string {
	if n <= 0 {
		return ""
	}
	b := make([]byte, 0, n*len(s))
	for range n {
		b = append(b, s...)
	}
	return string(b)
}

// add puts a row into the box.
func (p *pane) add(l *line) {
	if l.pre == 0 {
		p.raw(l.String())
		return
	}
	l.sp(l.max - l.w)
	l.b = append(l.b, p.sides[1]...)
	p.rows = append(p.rows, string(l.b))
}

func (p *pane) raw(s string) { p.rows = append(p.rows, p.sides[0]+s+p.sides[1]) }

// blank adds n empty rows.
func (p *pane) blank(n int) {
	if n <= 0 {
		return
	}
	row := p.sides[0] + blanks(p.inner()) + p.sides[1]
	for range n {
		p.rows = append(p.rows, row)
	}
}

// rule adds a line across, with words in it.
func (p *pane) rule(title, right *line) {
	e := p.t.edges(p.b)
	p.rows = append(p.rows, p.edge(e.jl, e.jr, title, right))
}

// height so far, the upper border counted.
func (p *pane) height() int { return len(p.rows) }

// close fills the box to h rows and shuts it. Rows too many are left out above the lower border.
func (p *pane) close(h int) []string {
	if h < 2 {
		return nil
	}
	if len(p.rows) > h-1 {
		p.rows = p.rows[:h-1]
	}
	p.blank(h - 1 - len(p.rows))
	e := p.t.edges(p.b)
	return append(p.rows, p.edge(e.bl, e.br, nil, nil))
}

// joinedRow is a row of several columns as it was joined the last time.
type joinedRow struct {
	cells [3]string
	row   string
}

// beside joins columns row by row, at most three; each column has rows of one width. A row whose cells are those of the
// last time is not joined again: most of a large screen stands still. The place tells the joints of one screen apart.
func (m *Model) beside(place, h int, columns ...[]string) []string {
	was := m.joined[place]
	if len(was) != h {
		was = make([]joinedRow, h)
		m.joined[place] = was
	}
	rows := make([]string, h)
	for i := range rows {
		var cells [3]string
		n := 0
		for k, c := range columns {
			if i < len(c) {
				cells[k] = c[i]
				n += len(c[i])
			}
		}
		if old := &was[i]; old.cells != cells {
			b := make([]byte, 0, n)
			for _, c := range cells {
				b = append(b, c...)
			}
			old.cells, old.row = cells, string(b)
		}
		rows[i] = was[i].row
	}
	return rows
}
