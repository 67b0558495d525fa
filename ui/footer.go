package ui

import (
	"slices"
	"strings"
	"time"
)

// footer is the last row: the mode, and exactly the keys that act now. What does not fit falls off at the right; "? keys" stays.
func (m *Model) footer(w int) string {
	in := m.mode()
	c := &m.keys.chips[in]
	l := m.t.line(w)
	l.put(c.role|pill, " "+m.v[c.word]+" ")
	shown := m.footerRow(in)
	help := m.t.line(20)
	for _, k := range shown {
		if k.act == actHelp {
			help.put(text|bold, "? ").put(dim, m.v[wkHelp])
		} else {
			l.sp(2).put(text|bold, k.key)
			if k.label != "" {
				l.put(dim, " "+k.label)
			}
		}
	}
	return l.end(help).String()
}

// footerKey is one key of the footer as it is drawn.
type footerKey struct {
	act        action
	key, label string
	pinned     bool
}

func (k *footerKey) width() int {
	w := 2 + width(k.key)
	if k.label != "" {
		w += 1 + width(k.label)
	}
	return w
}

// footerRow is what fits: by importance, from the left; the way to end a call and the help never fall off.
func (m *Model) footerRow(in mode) []footerKey {
	var all []footerKey
	for _, k := range m.footerExtra(in) {
		all = append(all, footerKey{key: k[0], label: k[1]})
	}
	for _, b := range m.footerKeys() {
		pinned := b.act == actHelp || b.act == actHangup || b.act == actEndAll || b.act == actUndo
		all = append(all, footerKey{b.act, b.shown(), m.labelOf(b), pinned})
	}
	slices.SortStableFunc(all, func(a, b footerKey) int { // what comes and goes stands at the end, and moves nothing
		return late(a.act) - late(b.act)
	})
	room := m.w - width(m.v[m.keys.chips[in].word]) - 2
	need := 0
	for i := range all {
		need += all[i].width()
	}
	for i := len(all) - 1; i >= 0 && need > room; i-- {
		if !all[i].pinned {
			need -= all[i].width()
			all = append(all[:i], all[i+1:]...)
		}
	}
	return all
}

// labelOf is the word beside a key; undo says for how long it can still be had.
func (m *Model) labelOf(b *binding) string {
	if u := m.board.Me.Undo; b.act == actUndo && u != nil && !u.Until.IsZero() && m.w >= 60 {
		return m.v[b.label] + " " + itoa(int((m.left(u.Until)+time.Second-1)/time.Second)) + " s"
	}
	return m.v[b.label]
}

func late(a action) int {
	if a == actUndo {
		return 1
	}
	return 0
}

// footerKeys are the bindings that the footer shows.
func (m *Model) footerKeys() []*binding {
	in := m.mode()
	all := m.keys.at(m, in)
	if in == inHelp || in == inWhy { // the keys of the desk work through the page
		for _, b := range m.keys.at(m, m.modeWith(m.behind)) {
			if m.keys.find(m, in, b.keys[0]) == nil && b.act != actHelp {
				all = append(all, b)
			}
		}
	}
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
		all := m.prefixReasons(in == inDecline)
		for i := range all {
			r := &all[i]
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
		case actSuspend:
			list = append(list, [2]string{key, m.v[wAgainSuspend]})
		}
	}
	return list
}
