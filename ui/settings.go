package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// What a telephone may be able to do besides; the page offers what there is.
type (
	chooser interface{ Choose(input, output string) } // another headset, by name; empty: the system's
	zipper  interface{ Zip() }                        // a short tone before a call that is answered by itself
	ringsOn interface{ RingOn(output string) }        // the ring tone from another device, by name; empty: the ear
	looper  interface{ Loop(on bool) }                // the microphone in the ear
	meters  interface{ Meter(on bool) }               // its level is shown without a call: it must not rest
)

// setting is a row of the settings page; Enter goes on to its next value.
type setting struct {
	label  word
	sound  bool
	values []string
	now    string
	shown  func(string) string
	set    func(*Model, string)
}

// settings are the rows that there are now.
func (m *Model) settings() []setting {
	same := func(s string) string { return s }
	device := func(s string) string {
		if s == "" {
			return m.v[wSystemDevice]
		}
		return s
	}
	onOff := func(s string) string {
		if s == "on" {
			return m.v[wOn]
		}
		return m.v[wOff]
	}
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	glyphs := "Unicode"
	if m.o.ASCII || m.env.wide {
		glyphs = "ASCII"
	}
	var rows []setting
	if _, ok := m.o.Phone.(chooser); ok && m.o.Headsets != nil {
		rows = append(rows,
			setting{wSetMicrophone, true, append([]string{""}, m.inputs...), m.o.Input, device, func(m *Model, v string) { m.o.Input = v; m.choose() }},
			setting{wSetEar, true, append([]string{""}, m.outputs...), m.o.Output, device, func(m *Model, v string) { m.o.Output = v; m.choose() }})
	}
	if _, ok := m.o.Phone.(ringsOn); ok && m.o.Headsets != nil {
		rows = append(rows, setting{wSetRinger, true, append([]string{""}, m.outputs...), m.o.Ringer, func(s string) string {
			if s == "" {
				return m.v[wSetEar]
			}
			return s
		}, func(m *Model, v string) {
			m.o.Ringer = v
			m.o.Phone.(ringsOn).RingOn(v)
		}})
	}
	if me := &m.board.Me; len(me.Endpoints) > 1 {
		rows = append(rows, setting{wSetEndpoint, true, me.Endpoints, me.Endpoint, m.v.endpoint, func(m *Model, v string) {
			m.do(wire.Command{Do: wire.DoEndpoint, Endpoint: v})
		}})
	}
	return append(rows,
		setting{wSetAuto, true, []string{"off", "on"}, or(m.o.AutoAnswer, "off"), onOff, func(m *Model, v string) { m.o.AutoAnswer = v }},
		setting{wSetTheme, false, []string{"auto", "dark", "light", "16", "none"}, or(m.o.Theme, "auto"), same, func(m *Model, v string) { m.o.Theme = v; m.setTheme() }},
		setting{wSetGlyphs, false, []string{"Unicode", "ASCII"}, glyphs, same, func(m *Model, v string) { m.o.ASCII, m.env.wide = v == "ASCII", false; m.setTheme() }},
		setting{wSetLanguage, false, []string{"en", "zh"}, m.v[wLanguage], same, func(m *Model, v string) { m.v, m.o.Language = catalogue(v), v }},
		setting{wSetMotion, false, []string{"full", "calm"}, or(m.o.Motion, "full"), same, func(m *Model, v string) { m.o.Motion = v }})
}

// endpoint names where calls ring.
func (v words) endpoint(s string) string {
	switch s {
	case "softphone":
		return v[wAtConsole]
	case "sip":
		return v[wAtTelephone]
	case "teams":
		return "Teams"
	}
	return s
}

// openSettings opens the page, and looks for headsets beside the loop.
func (m *Model) openSettings(key string) tea.Cmd {
	open(overSettings)(m, key)
	if m.o.Headsets == nil {
		return nil
	}
	list := m.o.Headsets
	return func() tea.Msg {
		in, out := list()
		return laterMsg{func(m *Model) tea.Cmd {
			m.inputs, m.outputs = scrub(in), scrub(out)
			return nil
		}}
	}
}

func (m *Model) choose() {
	if p, ok := m.o.Phone.(chooser); ok {
		p.Choose(m.o.Input, m.o.Output)
	}
}

// changeSetting goes on to the next value, and hands the settings over to be kept.
func (m *Model) changeSetting(string) tea.Cmd {
	rows := m.settings()
	s := rows[min(m.list.at, len(rows)-1)]
	at := slices.Index(s.values, s.now) + 1
	s.set(m, s.values[at%len(s.values)])
	clear(m.kept)
	if m.o.Saved != nil {
		m.o.Saved(Settings{Theme: m.o.Theme, Language: m.v[wLanguage], Motion: m.o.Motion, ASCII: m.o.ASCII, Input: m.o.Input, Output: m.o.Output, Ringer: m.o.Ringer, AutoAnswer: m.o.AutoAnswer})
	}
	return nil
}

// testHeadset lets the person hear the own microphone, until the key comes again or it rings.
func (m *Model) testHeadset(string) tea.Cmd {
	m.loop(!m.looping)
	return nil
}

func (m *Model) canTest() bool {
	_, ok := m.o.Phone.(looper)
	return ok && m.board.Call == nil && m.board.Offer == nil
}

func (m *Model) loop(on bool) {
	if p, ok := m.o.Phone.(looper); ok && on != m.looping {
		m.looping = on
		p.Loop(on)
	}
}

// showLevel keeps the microphone awake while its level is on the screen.
func (m *Model) showLevel() {
	on := m.welcomed && m.over == overSettings
	if p, ok := m.o.Phone.(meters); ok && on != m.metering {
		m.metering = on
		p.Meter(on)
	}
}

func (m *Model) settingsPane(w, h int) []string {
	p := m.t.pane(w, round, talk, m.t.words().put(text|bold, m.v[wSettings]), m.t.words().put(dim, m.v[wSavedAsYouGo]))
	p.rule(m.t.words().put(dim, m.v[wSetSound]), nil)
	device := m.levels.Device
	if device == "" {
		device = m.v[wNone]
	}
	l := p.line().sp(2).field(dim, m.v[wHeadset], 16).put(text, device).sp(3).put(good, m.mic.draw(&m.t.g, 8))
	if m.canTest() {
		l.sp(3).put(text|bold, "v ").put(dim, m.v[wkTest])
	}
	p.add(l)
	screen := false
	for i, s := range m.settings() {
		if !s.sound && !screen {
			screen = true
			p.rule(m.t.words().put(dim, m.v[wSetScreen]), nil)
		}
		p.add(m.settingLine(p, s, i == m.list.at))
	}
	return p.close(h)
}

// settingLine shows a row's values, the one that holds filled; of many only that one.
func (m *Model) settingLine(p *pane, s setting, marked bool) *line {
	l := p.line()
	first := "  "
	if marked {
		l.mark = mark
		first = m.t.g.pick + " "
	}
	l.put(talk|bold, first).field(dim, m.v[s.label], 16)
	if s.sound && len(s.values) != 2 {
		l.put(talk|pill, " "+cut(s.shown(s.now), max(4, l.max-l.w-14), m.t.g.ellipsis)+" ").sp(2).put(dim, m.v.f(wOneOf, "n", itoa(slices.Index(s.values, s.now)+1), "of", itoa(len(s.values))))
		return l.sp(max(0, l.max-l.w))
	}
	for _, v := range s.values {
		if v == s.now {
			l.put(talk|pill, " "+s.shown(v)+" ").sp(1)
		} else {
			l.put(dim, " "+s.shown(v)+" ").sp(1)
		}
	}
	return l.sp(max(0, l.max-l.w))
}
