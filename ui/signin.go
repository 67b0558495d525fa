package ui

import (
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"cordboard/session/wire"
)

// door is what stands before the desk: the demo's first screen, signing in, and what keeps the person out.
func (m *Model) door(w, h int) []string {
	switch m.mode() {
	case inDemo:
		return m.demoPane(w, h)
	case inSignIn:
		return m.signInPane(w, h)
	case inBlocked:
		return m.blockedPane(w, h)
	case inRefused, inOut:
		return m.refusedPane(w, h)
	case inElsewhere:
		return m.elsewherePane(w, h)
	}
	return m.startPane(w, h)
}

// signInPane shows the address, the code, and a square that a phone can read.
func (m *Model) signInPane(w, h int) []string {
	s := &m.sign
	title := m.t.words().put(text|bold, m.v[wSignInTitle]).put(dim, " "+m.v[wSignInWith])
	p := m.t.pane(w, round, talk, title, nil)
	square, side := m.square(s.URL, h-2)
	left := 0
	if side > 0 && p.inner() >= side+34 {
		left = side + 3
	} else {
		square = nil
	}
	say := m.signInWords(p.inner() - left)
	for i := range max(len(square), len(say)) {
		if p.height() >= h-1 {
			break
		}
		l := p.line()
		if i < len(square) {
			l.raw(square[i], side)
		}
		l.to(left)
		if i < len(say) {
			l.add(say[i])
		}
		p.add(l)
	}
	return p.close(h)
}

func (m *Model) signInWords(w int) []*line {
	s := &m.sign
	t := m.t
	var out []*line
	add := func(l *line) { out = append(out, l) }
	add(t.line(w))
	if s.Stage == wire.SignInBrowser {
		add(t.line(w).put(text, m.v[wBrowserOpen]))
		add(t.line(w))
		for _, r := range hardRows(s.URL, w) {
			add(t.line(w).put(talk|link, r))
		}
		if s.Remote != "" {
			add(t.line(w))
			add(t.line(w).put(dim, m.v[wRemoteFirst]))
			for _, r := range hardRows(s.Remote, w) {
				add(t.line(w).put(text|bold, r))
			}
		}
	} else {
		add(t.line(w).put(text, m.v[wOpenOnAny]))
		for _, r := range hardRows(s.URL, w) {
			add(t.line(w).put(text|bold, r))
		}
		add(t.line(w).put(dim, m.v[wOrScan]))
		add(t.line(w))
		add(t.line(w).put(text, m.v[wAndType]))
		add(t.line(w))
		l := t.line(w).sp(3).put(talk|pill, " "+group(s.Code)+" ").sp(3)
		l.put(text|bold, "y ").put(dim, m.v[wkCopy])
		if m.o.Open != nil {
			l.sp(2).put(text|bold, "o ").put(dim, m.v[wkOpen])
		}
		add(l)
	}
	add(t.line(w))
	add(t.line(w).put(dim, m.v[wWaitingForYou]))
	if !s.Until.IsZero() {
		left := max(0, s.Until.Sub(m.now))
		whole := 15 * time.Minute
		add(t.line(w).bar(talk, min(30, w-7), float64(left)/float64(whole), false).sp(1).put(text|bold, running(left)))
	}
	add(t.line(w))
	add(t.line(w).put(text|bold, "b ").put(dim, m.v[wkBrowser]).sp(3).put(text|bold, "Enter ").put(dim, m.v[wkNewCode]))
	if s.Server != "" {
		l := t.line(w).put(dim, s.Server)
		if m.conn.State == wire.ConnUp && m.conn.Took > 0 {
			l.sp(1).put(good, t.g.ready).sp(1).put(dim, itoa(int(m.conn.Took.Milliseconds()))+" ms")
		}
		add(l)
	}
	return out
}

// hardRows breaks an address at any place.
func hardRows(s string, w int) []string {
	var rows []string
	for width(s) > w && w > 4 {
		r := []rune(s)
		rows = append(rows, string(r[:w]))
		s = string(r[w:])
	}
	return append(rows, s)
}

// square is a QR code of an address in half blocks, black on white in every theme, with two quiet modules around it.
// Scheme and host are put in capitals (they are the same in either case), which makes it smaller. Too high: none.
func (m *Model) square(url string, most int) ([]string, int) {
	if url == "" || m.t.g.ready == asciiGlyphs.ready {
		return nil, 0
	}
	code, err := qr.Encode(capitals(url), qr.L, qr.Auto)
	if err != nil {
		return nil, 0
	}
	n := code.Bounds().Dx()
	side := n + 4
	if (side+1)/2 > most {
		return nil, 0
	}
	white := func(x, y int) bool {
		x, y = x-2, y-2
		if x < 0 || y < 0 || x >= n || y >= n {
			return true
		}
		r, _, _, _ := code.At(x, y).RGBA()
		return r > 0x7fff
	}
	on := "\x1b[38;2;255;255;255;48;2;0;0;0m"
	halves := [4]string{" ", "▄", "▀", "█"}
	switch m.t.profile {
	case 1: // termenv.ANSI256
		on = "\x1b[38;5;231;48;5;16m"
	case 2: // termenv.ANSI
		on = "\x1b[97;40m"
	case 3: // no colour: reverse, so that the light modules are the ground of a dark terminal's ink
		on = ""
	}
	var rows []string
	for y := 0; y < side; y += 2 {
		var b strings.Builder
		b.WriteString(on)
		for x := range side {
			i := 0
			if white(x, y) {
				i |= 2
			}
			if y+1 >= side || white(x, y+1) {
				i |= 1
			}
			b.WriteString(halves[i])
		}
		if on != "" {
			b.WriteString(off)
		}
		rows = append(rows, b.String())
	}
	return rows, side
}

// capitals puts an address into the small alphabet of QR codes where that changes nothing: scheme and host.
// A short path in lower case stays as it is.
func capitals(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, path, has := strings.Cut(rest, "/")
	out := strings.ToUpper(scheme + "://" + host)
	if has {
		out += "/" + path
	}
	return out
}

// blockedPane says what keeps the person from signing in, and the other ways, in order of ease.
func (m *Model) blockedPane(w, h int) []string {
	s := &m.sign
	head := map[wire.SignInStage]word{wire.SignInBlocked: wSignInBlocked, wire.SignInExpired: wSignInExpired,
		wire.SignInDeclined: wSignInDeclined, wire.SignInFailed: wSignInFailed}[s.Stage]
	p := m.t.pane(w, thick, bad, m.t.words().put(bad|bold, m.t.g.missed+" "+m.v[head]), nil)
	p.blank(1)
	for _, r := range wrapText(s.Words, p.inner()) {
		p.add(p.line().put(text, r))
	}
	p.blank(1)
	p.add(p.line().put(text|bold, "Enter  ").put(text, m.v[wkNewCode]))
	p.add(p.line().put(text|bold, "b      ").put(text, m.v[wBrowserHere]))
	if s.Remote != "" {
		p.add(p.line().sp(7).put(dim, m.v[wRemoteFirst]))
		p.add(p.line().sp(7).put(text|bold, s.Remote).sp(3).put(text|bold, "y ").put(dim, m.v[wkCopy]))
		if s.URL != "" {
			p.add(p.line().sp(7).put(dim, m.v[wThenOpen]))
			for _, r := range hardRows(s.URL, p.inner()-7) {
				p.add(p.line().sp(7).put(talk|link, r))
			}
		}
	}
	if s.Stage == wire.SignInBlocked {
		p.blank(1)
		p.add(p.line().put(dim, m.v[wForAdmin]))
	}
	if s.Detail != "" {
		p.blank(1)
		for _, r := range wrapText(s.Detail, p.inner()) {
			p.add(p.line().put(dim, r))
		}
	}
	n := min(h, max(p.height()+2, 13))
	return append(p.close(n), blankRows(w, h-n)...)
}

func blankRows(w, n int) []string {
	var rows []string
	for range n {
		rows = append(rows, blanks(w))
	}
	return rows
}

// refusedPane says why the server does not let this console in.
func (m *Model) refusedPane(w, h int) []string {
	r := m.conn.Refused
	if m.board.Out != nil {
		r = m.board.Out
	}
	if r == nil {
		r = &wire.Refused{}
	}
	head := map[string]word{"no_role": wNoRole, "unknown": wNotKnown, "other_oid": wOtherPerson, "too_old": wTooOld,
		"draining": wDraining, "out": wPutOut, "token": wTokenOut, "elsewhere": wElsewhereNow}[r.Code]
	if head == 0 {
		head = wRefused
	}
	p := m.t.pane(w, thick, bad, m.t.words().put(bad|bold, m.t.g.missed+" "+m.v[head]), nil)
	p.blank(1)
	for _, row := range wrapText(r.Words, p.inner()) {
		p.add(p.line().put(text, row))
	}
	p.blank(1)
	p.add(p.line().put(text|bold, "Enter   ").put(text, m.v[wTryAgain]))
	p.add(p.line().put(text|bold, "Ctrl+C  ").put(text, m.v[wkLeave]))
	n := min(h, p.height()+2)
	return append(p.close(n), blankRows(w, h-n)...)
}

func (m *Model) elsewherePane(w, h int) []string {
	p := m.t.pane(w, thick, ring, m.t.words().put(ring|bold, m.v[wElsewhere]), nil)
	p.blank(1)
	for _, row := range wrapText(m.conn.Refused.Words, p.inner()) {
		p.add(p.line().put(text, row))
	}
	p.blank(1)
	p.add(p.line().put(ring|pill, " Enter ").put(text|bold, " "+m.v[wTakeoverHere]))
	p.add(p.line().put(text|bold, " Esc    ").put(text, m.v[wkLeave]))
	n := min(h, p.height()+2)
	return append(p.close(n), blankRows(w, h-n)...)
}

// startPane is the short time in which nothing is asked of the person.
func (m *Model) startPane(w, h int) []string {
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, "cordboard"), nil)
	p.blank(max(0, h/2-3))
	words := m.v[wStarting]
	switch {
	case m.sign.Stage == wire.SignInDone:
		words = m.v.f(wConnectingTo, "server", m.sign.Server)
	case m.sign.Words != "":
		words = m.sign.Words
	}
	p.centred(p.line().put(text, words))
	if m.sign.Account != "" {
		p.centred(p.line().put(dim, m.sign.Account))
	}
	if m.conn.Attempt > 1 {
		p.centred(p.line().put(dim, m.v.f(wTrying, "n", m.v.ordinal(m.conn.Attempt))))
	}
	if m.sign.Weak {
		p.centred(p.line().put(ring, m.v[wWeakStore]))
	}
	return p.close(h)
}

// demoPane is the demo's first screen. The line that is next is the filled one; done lines get a tick and stay.
func (m *Model) demoPane(w, h int) []string {
	d := m.o.Demo
	p := m.t.pane(w, round, talk, m.t.words().put(text|bold, m.v[wDemoTitle]).put(dim, " "+m.v[wDemoWhat]), nil)
	p.blank(1)
	lines := d.Lines
	if len(lines) == 0 {
		lines = []string{m.v[wDemoYou]}
	}
	for _, s := range lines {
		for _, r := range wrapText(s, p.inner()) {
			p.add(p.line().put(text, r))
		}
	}
	p.blank(1)
	m.demoSteps(p)
	p.blank(1)
	p.add(p.line().put(dim, m.v[wDemoSilent]))
	if len(d.Dots) > 0 {
		rows := []*line{p.line()}
		for _, s := range d.Dots {
			if l := rows[len(rows)-1]; l.w > 0 && l.w+width(s)+2 > p.inner() {
				rows = append(rows, p.line())
			}
			rows[len(rows)-1].put(good, m.t.g.ready+" ").put(text, s).sp(2)
		}
		p.blank(max(0, min(h, 20)-p.height()-2-len(rows)))
		p.rule(nil, nil)
		for _, l := range rows {
			p.add(l)
		}
	}
	n := min(h, max(p.height()+1, 14))
	return append(p.close(n), blankRows(w, h-n)...)
}

// demoRow goes on with the demo's steps on the desk, until the last is done.
func (m *Model) demoRow(l *line) {
	keys := [4]string{"Enter", "r", "Space", "1"}
	names := [4]word{wkSignIn, wkReady, wkAnswer, wkTransfer}
	l.put(dim, m.v[wDemo]+"  ")
	next := true
	for i := range keys {
		switch {
		case m.demoDone[i]:
			l.put(good|bold, m.t.g.tick+" ").put(dim, m.v[names[i]])
		case next && m.demoKey(i):
			next = false
			l.put(talk|pill, " "+keys[i]+" ").put(text|bold, " "+m.v[names[i]])
		default:
			next = false
			l.put(text|bold, keys[i]+" ").put(dim, m.v[names[i]])
		}
		l.sp(3)
	}
}

// demoKey says that the key of a step acts now: Space not before it rings, 1 not without a call.
func (m *Model) demoKey(step int) bool {
	switch step {
	case 2:
		return m.stateMode() == inRing
	case 3:
		return m.stateMode() == inTalk
	}
	return true
}

// demoSteps are the four keys of the first call.
func (m *Model) demoSteps(p *pane) {
	d := m.o.Demo
	keys := [4]string{"Enter", "r", "Space", "1"}
	names := [4]word{wkSignIn, wkReady, wkAnswer, wkTransfer}
	built := [4]word{wDemoStep1, wDemoStep2, wDemoStep3, wDemoStep4}
	next := true
	for i := range keys {
		does := d.Steps[i]
		if does == "" {
			does = m.v[built[i]]
		}
		l := p.line().sp(1)
		switch {
		case m.demoDone[i]:
			l.put(good|bold, m.t.g.tick).sp(1).field(dim, " "+keys[i]+" ", 8).field(dim, m.v[names[i]], 10).put(dim, does)
		case next:
			next = false
			l.sp(2).put(talk|pill, " "+keys[i]+" ").to(11).field(text|bold, m.v[names[i]], 10).put(text, does)
		default:
			l.sp(2).field(text|bold, " "+keys[i]+" ", 8).field(text, m.v[names[i]], 10).put(dim, does)
		}
		p.add(l)
	}
}
