package ui

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"cordboard/session/wire"
)

const (
	plainWait = 5 * time.Second        // an answer to a line comes within this, or the line says so
	plainHold = 250 * time.Millisecond // events wait this long for the answer that belongs before them
	plainSure = 10 * time.Second
)

// RunPlain is the desk as lines, for screen readers and scripts: one event a line, one command a line, nothing rewritten.
// Each line of input gets exactly one "ok" or "no", then come the events. The keys of the screen are the short words.
func RunPlain(ctx context.Context, o Options, start func(tell func(any))) error {
	in, out := files(o)
	p := &plain{m: newModel(ctx, o), o: o, w: bufio.NewWriter(out)}
	p.m.o.Server = sentTo{p}
	box := &mailbox{ready: make(chan struct{}, 1)}
	lines := make(chan string)
	go readLines(ctx, in, lines)
	go start(box.put)
	return p.loop(ctx, box, lines)
}

type plain struct {
	m *Model
	o Options
	w *bufio.Writer

	waiting string // the command whose answer is awaited
	word    string // what was typed, for an answer without words
	since   time.Time
	held    []string // events that came before the answer
	sureBy  time.Time
	spoken  map[string]bool // countdowns that were said
	said    string          // the last word about the line
	heard   string          // who hears whom, as it was said last
	known   string          // what was said to be known about the caller
	early   string          // a line that came before the desk was open
	done    bool
}

// sentTo notes the id of what is sent, so that the answer finds its line.
type sentTo struct{ p *plain }

func (s sentTo) Do(c wire.Command) {
	if c.Do != wire.DoNote || s.p.waiting == "" {
		s.p.waiting = c.ID
	}
	if s.p.o.Server != nil {
		s.p.o.Server.Do(c)
	}
}

func (s sentTo) SignIn(a string) {
	if s.p.o.Server != nil {
		s.p.o.Server.SignIn(a)
	}
}

func (s sentTo) Takeover(yes bool) {
	if s.p.o.Server != nil {
		s.p.o.Server.Takeover(yes)
	}
}

func readLines(ctx context.Context, in io.Reader, lines chan<- string) {
	defer close(lines)
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 64*1024), 64*1024)
	for s.Scan() {
		select {
		case lines <- s.Text():
		case <-ctx.Done():
			return
		}
	}
}

// loop is the one owner of all of it: what is told, what is typed, the clock.
func (p *plain) loop(ctx context.Context, box *mailbox, lines <-chan string) error {
	clock := time.NewTicker(100 * time.Millisecond)
	defer clock.Stop()
	p.spoken = map[string]bool{}
	for !p.done {
		typed := lines
		if p.early != "" && p.doorMoved() {
			l := p.early
			p.early = ""
			p.line(l)
		}
		if p.waiting != "" || p.early != "" {
			typed = nil // one line at a time
		}
		select {
		case <-ctx.Done():
			return nil
		case <-box.ready:
			box.mu.Lock()
			told := box.held
			box.held = nil
			box.mu.Unlock()
			for _, v := range told {
				p.told(v)
			}
		case l, more := <-typed:
			if !more {
				lines = nil
				p.ended()
				continue
			}
			p.m.now = p.m.o.Now()
			p.line(clean(strings.TrimSpace(l)))
		case <-clock.C:
			p.m.now = p.m.o.Now()
			p.tick()
		}
		if err := p.w.Flush(); err != nil {
			return nil // nobody reads any more
		}
	}
	return p.w.Flush()
}

// ended is the end of the input: it signs out, unless a caller would be cut off; the server then holds the call.
func (p *plain) ended() {
	if p.o.Stay {
		return
	}
	p.m.flushNote()
	if p.m.welcomed && p.m.board.Call == nil && p.o.Server != nil {
		p.o.Server.Do(wire.Command{ID: p.m.prefixID + "-out", Do: wire.DoSignOut})
	}
	p.print("bye", p.m.v[wpBye])
	p.done = true
}

// tick says countdowns and lets go of what waited too long.
func (p *plain) tick() {
	if p.waiting != "" && p.m.now.Sub(p.since) > plainHold {
		p.release()
	}
	if p.waiting != "" && p.m.now.Sub(p.since) > plainWait {
		delete(p.m.pending, p.waiting)
		p.waiting = ""
		p.print("no", p.m.v[wpNoAnswerYet])
	}
	p.countdowns()
	if p.m.o.Phone != nil {
		p.m.levels = p.m.o.Phone.Levels()
		p.lineWord()
	}
}

// stamp is what every line begins with.
func (p *plain) stamp() string {
	s := clock(p.m.local(p.m.server()), true)
	if p.o.Clock == "mono" {
		d := monotonic()
		return fmt.Sprintf("%d.%06d %s", d/time.Second, d%time.Second/time.Microsecond, s)
	}
	return s
}

// print writes one line at once.
func (p *plain) print(word, sentence string) {
	fmt.Fprintf(p.w, "%s %-7s %s\n", p.stamp(), word, sentence)
	_ = p.w.Flush()
}

// event writes a line, or keeps it behind the answer that is awaited.
func (p *plain) event(word, sentence string) {
	if p.waiting == "" {
		p.print(word, sentence)
		return
	}
	p.held = append(p.held, fmt.Sprintf("%s %-7s %s\n", p.stamp(), word, sentence))
}

func (p *plain) release() {
	for _, l := range p.held {
		_, _ = p.w.WriteString(l)
	}
	p.held = p.held[:0]
}

// answered is the reply to the line that waits.
func (p *plain) answered(r wire.Reply) {
	m := p.m
	cmd := m.pending[r.ID]
	mine := r.ID == p.waiting
	before := m.news
	m.replied(r)
	m.news = before
	if !mine {
		return
	}
	p.waiting = ""
	switch {
	case r.Code == "ask" && r.Ask != nil:
		p.print("no", m.v.question(*r.Ask))
		p.release()
		p.gate(r.Ask)
		return
	case !r.OK:
		p.print("no", m.v.refusal(r))
	case cmd.Do == wire.DoSearch:
		p.print("ok", p.people())
	case cmd.Do == wire.DoHistory:
		p.print("ok", m.v.f(wNCalls, "n", itoa(len(r.Rows))))
		for i := range r.Rows {
			row := &r.Rows[i]
			p.print("call", fmt.Sprintf("%s %s, %s, %s, %s", clock(m.local(row.At), false), m.nameOf(&row.Caller), m.rowQueue(row), lasted(ms(row.Talk)), m.v.ending(row.End)))
		}
	case cmd.Do == wire.DoWhy:
		p.print("ok", strings.Join(m.v.asked(r), "  "))
	case r.Words != "":
		p.print("ok", m.v.refusal(r))
	default:
		p.print("ok", p.word)
	}
	p.release()
}
