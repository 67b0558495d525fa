package ui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// settingRows are what the settings page can change, each by going round its values.
var settingRows = []struct {
	label  word
	values []string
	get    func(*Model) string
	set    func(*Model, string)
}{
	{wSetTheme, []string{"auto", "dark", "light", "16", "none"}, func(m *Model) string { return m.o.Theme },
		func(m *Model, v string) { m.o.Theme = v; m.setTheme() }},
	{wSetGlyphs, []string{"Unicode", "ASCII"}, func(m *Model) string {
		if m.o.ASCII || m.env.wide {
			return "ASCII"
		}
		return "Unicode"
	}, func(m *Model, v string) { m.o.ASCII, m.env.wide = v == "ASCII", false; m.setTheme() }},
	{wSetLanguage, []string{"en", "zh"}, func(m *Model) string { return m.v[wLanguage] },
		func(m *Model, v string) { m.v = catalogue(v); m.o.Language = v }},
	{wSetMotion, []string{"full", "calm"}, func(m *Model) string { return m.o.Motion },
		func(m *Model, v string) { m.o.Motion = v }},
}

// changeSetting goes on to the next value, and hands the settings over to be kept.
func (m *Model) changeSetting(string) tea.Cmd {
	s := settingRows[min(m.list.at, len(settingRows)-1)]
	at := 0
	for i, v := range s.values {
		if v == s.get(m) {
			at = i + 1
		}
	}
	s.set(m, s.values[at%len(s.values)])
	clear(m.kept)
	if m.o.Saved != nil {
		m.o.Saved(Settings{Theme: m.o.Theme, Language: m.v[wLanguage], Motion: m.o.Motion, ASCII: m.o.ASCII})
	}
	return nil
}

func (m *Model) settingsPane(w, h int) []string {
	p := m.t.pane(w, round, talk, m.t.words().put(text|bold, m.v[wSettings]), m.t.words().put(dim, m.v[wSavedAsYouGo]))
	p.rule(m.t.words().put(dim, m.v[wSetSound]), nil)
	device := m.levels.Device
	if device == "" {
		device = m.v[wNone]
	}
	p.add(p.line().sp(2).field(dim, m.v[wHeadset], 16).put(text, device).sp(3).put(good, m.mic.draw(&m.t.g, 8)))
	p.rule(m.t.words().put(dim, m.v[wSetScreen]), nil)
	for i, s := range settingRows {
		l := p.line()
		first := "  "
		if i == m.list.at {
			l.mark = mark
			first = m.t.g.pick + " "
		}
		l.put(talk|bold, first).field(dim, m.v[s.label], 16)
		now := s.get(m)
		if now == "" {
			now = s.values[0]
		}
		for _, v := range s.values {
			if v == now {
				l.put(talk|pill, " "+v+" ").sp(1)
			} else {
				l.put(dim, " "+v+" ").sp(1)
			}
		}
		p.add(l.sp(max(0, l.max-l.w)))
	}
	return p.close(h)
}
