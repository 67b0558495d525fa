package ui

import "strings"

// footer is the last row: the mode, and exactly the keys that act now. What does not fit falls off at the right; "? keys" stays.
func (m *Model) footer(w int) string {
	in := m.mode()
	c := &m.keys.chips[in]
	l := m.t.line(w)
	l.put(c.role|pill, " "+m.v[c.word]+" ").sp(1)
	list := m.footerKeys()
	help := m.t.line(20)
	for _, b := range list {
		if b.act == actHelp {
			help.put(text|bold, "? ").put(dim, m.v[wkHelp]).sp(1)
		}
	}
	for _, k := range m.footerExtra(in) {
		if !m.footerKey(l, help.w, k[0], k[1]) {
			break
		}
	}
	for _, b := range list {
		if b.act == actHelp {
			continue
		}
		if !m.footerKey(l, help.w, b.shown(), m.v[b.label]) {
			break
		}
	}
	return l.end(help).String()
}

func (m *Model) footerKey(l *line, helpW int, key, label string) bool {
	if l.w+2+width(key)+1+width(label)+2+helpW > l.max {
		return false
	}
	l.sp(2).put(text|bold, key)
	if label != "" {
		l.put(dim, " "+label)
	}
	return true
}

// footerKeys are the bindings that the footer shows.
func (m *Model) footerKeys() []*binding {
	in := m.mode()
	all := m.keys.at(m, in)
	list := all[:0:0]
	for _, b := range all {
		if b.quiet || strings.TrimSpace(b.shown()) == "" {
			continue
		}
		list = append(list, b)
	}
	return list
}

// footerExtra are keys whose names depend on the board: reasons, queues, the key that must come again.
func (m *Model) footerExtra(in mode) [][2]string {
	var list [][2]string
	switch in {
	case inReason, inDecline:
		for i := range m.board.Reasons {
			r := &m.board.Reasons[i]
			list = append(list, [2]string{reasonKey(r, i), r.Name})
		}
	case inQueue:
		for i, q := range m.board.Queues {
			if i < 9 {
				list = append(list, [2]string{itoa(i + 1), q.Name})
			}
		}
	case inSure:
		key := keyName(m.sure.key)
		switch m.sure.act {
		case actHangup:
			who := ""
			if c := m.board.caller(); c != nil {
				who = m.nameOf(c)
			}
			list = append(list, [2]string{key, m.v.f(wAgainHangup, "who", who)})
		case actEndAll:
			list = append(list, [2]string{key, m.v[wAgainEndAll]})
		case actLeave:
			list = append(list, [2]string{key, m.v[wAgainLeave]})
		}
	}
	return list
}
