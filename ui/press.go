package ui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	ringGuard   = 300 * time.Millisecond // a ring never takes a key that was meant for something else
	wrapGuard   = 500 * time.Millisecond // a digit for an expert is no code, when the caller hangs up just then
	digitWindow = 400 * time.Millisecond // two digits this close are digits, not an expert
	secondPress = 250 * time.Millisecond // a second press comes at least this long after the first
	heldPress   = 90 * time.Millisecond  // a held key repeats quicker than this
	sureFor     = 3 * time.Second
)

// typed takes a key message. Keys that came in one read are taken apart, outside text fields; a paste is text, never keys.
func (m *Model) typed(k tea.KeyMsg) tea.Cmd {
	if k.Paste {
		return m.pasted(string(k.Runes))
	}
	if k.Type == tea.KeyRunes && len(k.Runes) > 1 && !k.Alt {
		return m.burst(k.Runes)
	}
	return m.press(k)
}

// burst presses the keys one by one; what follows the key that opened a text field is text.
func (m *Model) burst(runes []rune) tea.Cmd {
	var cmds []tea.Cmd
	for i, r := range runes {
		if m.mode().typing() {
			cmds = append(cmds, m.press(tea.KeyMsg{Type: tea.KeyRunes, Runes: runes[i:]}))
			break
		}
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		if r == ' ' {
			one.Type = tea.KeySpace
		}
		cmds = append(cmds, m.press(one))
	}
	return tea.Batch(cmds...)
}

func (m *Model) pasted(s string) tea.Cmd {
	switch in := m.mode(); {
	case in.typing():
		return m.edited(func(e *editor) { e.insert(s) })
	case in == inKeypad:
		return m.pasteTones(s)
	}
	m.say(m.v[wPasteNowhere], false)
	return nil
}

// press takes one key.
func (m *Model) press(k tea.KeyMsg) tea.Cmd {
	key := k.String()
	in := m.mode()
	defer func() { m.lastKey, m.lastKeyAt = key, m.now }()
	if key == m.lastKey {
		defer func() { m.sameKeyAt = m.now }()
	}
	if in != inSure && in != inGate {
		m.problem = Told{}
	}
	if in == inSure {
		return m.pressSure(key)
	}
	if m.secondDigit(key) {
		return m.digitsAfterAll(key)
	}
	if in.typing() {
		return m.pressText(in, k, key)
	}
	if m.guarded(in, key) {
		return nil
	}
	b := m.keys.find(m, in, key)
	if b == nil && (in == inHelp || in == inWhy) {
		m.over, m.behind = m.behind, overNone // a key of the desk works through the page that explains it
		if under := m.keys.find(m, m.mode(), key); under != nil && under.act != actHelp {
			return under.run(m, key)
		}
		return nil
	}
	if b == nil {
		if in == inReason || in == inDecline || in == inAsk || in == inChat || in == inQueue || in == inCopy {
			m.prefix = inNone
		}
		return nil
	}
	return b.run(m, key)
}

// guarded protects what has just appeared from keys that were on their way before it.
func (m *Model) guarded(in mode, key string) bool {
	if in == inWrap && m.now.Sub(m.wrapAt) < wrapGuard && (key == "enter" || len(key) == 1 && key[0] >= '1' && key[0] <= '9') {
		return true // it was meant for the call that has just ended
	}
	if in != inRing || strings.HasPrefix(key, "f") && len(key) > 1 || key == "ctrl+c" {
		return false
	}
	young := m.now.Sub(m.ringAt) < ringGuard
	busy := !m.ringAfter.IsZero() && m.ringAt.Sub(m.ringAfter) < ringGuard
	return young && busy
}

// pressText is a key while a text field is open: its own keys first, then the field.
func (m *Model) pressText(in mode, k tea.KeyMsg, key string) tea.Cmd {
	if b := m.keys.find(m, in, key); b != nil {
		return b.run(m, key)
	}
	done := false
	cmd := m.edited(func(e *editor) { done = e.key(k) })
	if !done {
		return nil
	}
	return cmd
}

// pressSure is a key while a second press is awaited. The same key acts when it comes at least 250 ms after the last press of it
// and is not followed at once by another: so a held key never does. Any other key only cancels.
func (m *Model) pressSure(key string) tea.Cmd {
	if key == "?" {
		return open(overHelp)(m, key)
	}
	if key != m.sure.key {
		m.sure = sureness{}
		return nil
	}
	m.sure.held++
	quick := m.now.Sub(m.lastKeyAt) < secondPress
	if quick {
		m.sure.since = m.now
		return nil
	}
	count := m.sure.held
	return later(heldPress, func(m *Model) tea.Cmd {
		if m.sure.act == "" || m.sure.held != count {
			return nil
		}
		return m.sureYes(m.sure.key)
	})
}

// secondDigit says that this digit came so soon after another that both are digits for the line.
func (m *Model) secondDigit(key string) bool {
	return len(key) == 1 && key[0] >= '0' && key[0] <= '9' && !m.digitAt.IsZero() && m.now.Sub(m.digitAt) < digitWindow && m.board.Call != nil
}

// digitsAfterAll takes the transfer of the first digit back and opens the keypad with both.
func (m *Model) digitsAfterAll(key string) tea.Cmd {
	both := m.digitWas + key
	m.digitAt = time.Time{}
	m.over, m.gate = overKeypad, nil
	m.toneWait = both
	m.toneFor = both
	m.say(m.v[wDigitsAfterAll], false)
	return m.do(undo())
}
