package call_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/acd"
	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// The house of these tests: real calls and a real arbiter in virtual time; SIP, sound and consoles are played.

type played struct {
	mu   sync.Mutex
	said []string
}

func (p *played) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, fmt.Sprintf(format, args...))
}

func (p *played) has(part string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.said {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

func (p *played) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.said, "\n")
}

// dialog plays a SIP leg.
type dialog struct {
	played
	info trunk.Info
	sink func(trunk.Event)
	slow chan func() // nil: a 200 goes out at once; else what is to be called then
}

func (d *dialog) Info() trunk.Info                  { return d.info }
func (d *dialog) Sink(f func(trunk.Event))          { d.sink = f }
func (d *dialog) Progress(code int, _ []byte) error { d.note("progress %d", code); return nil }
func (d *dialog) Answer(sdp []byte, sent ...func()) error {
	d.note("answer %s", sdp)
	for _, f := range sent {
		if d.slow != nil {
			d.slow <- f
			continue
		}
		f()
	}
	return nil
}
func (d *dialog) Reject(code int, why string, _ time.Duration) error {
	d.note("reject %d %s", code, why)
	return nil
}
func (d *dialog) Hangup(why trunk.Reason)              { d.note("hangup %d %s", why.Code, why.Text) }
func (d *dialog) Probe()                               { d.note("probe") }
func (d *dialog) ReferProgress(id, code int, _ string) { d.note("refer %d %d", id, code) }
func (d *dialog) Reoffer(sdp []byte)                   { d.note("reoffer") }
func (d *dialog) AnswerReoffer(sdp []byte, code int)   { d.note("answer reoffer %d %s", code, sdp) }

// voice plays a leg of sound; it knows what it hears.
type voice struct {
	id        string
	mu        sync.Mutex
	hears     string
	tones     string
	closed    bool
	figures   *media.Stats // nil: those of a good call
	noCodec   bool
	direction media.Direction
	sink      func(media.Event)
}

func (v *voice) ID() string { return v.id }
func (v *voice) Stats() media.Stats {
	if v.figures != nil {
		return *v.figures
	}
	return media.Stats{Codec: media.G722, PacketsReceived: 100, MOS: 4.2}
}
func (v *voice) Tones(d string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tones += d
	return nil
}
func (v *voice) Hear(s media.Source) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.hears = "silence"
	if s != nil {
		v.hears = fmt.Sprint(s)
	}
}
func (v *voice) heard() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.hears
}
func (v *voice) Sink(f func(media.Event)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sink = f
}
func (v *voice) tells(e media.Event) {
	v.mu.Lock()
	f := v.sink
	v.mu.Unlock()
	f(e)
}
func (v *voice) isClosed() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.closed
}
func (v *voice) Close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
}
func (v *voice) turns(d media.Direction) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.direction = d
}
func (v *voice) Offer() ([]byte, error) { return []byte("our offer"), nil }
func (v *voice) Answer(o []byte) ([]byte, error) {
	if v.noCodec {
		return nil, media.ErrNoCodec
	}
	return []byte("our answer"), nil
}
func (v *voice) Accept([]byte) error { return nil }
func (v *voice) Direction() media.Direction {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.direction
}

// room plays a mix; it knows who is in it and who is muted.
type room struct {
	mu    sync.Mutex
	in    []string
	muted map[string]bool
}

func (r *room) Add(l media.Leg) { r.mu.Lock(); defer r.mu.Unlock(); r.in = append(r.in, l.ID()) }
func (r *room) Remove(l media.Leg) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.in = slices.DeleteFunc(r.in, func(x string) bool { return x == l.ID() })
}
func (r *room) Mute(l media.Leg, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.muted == nil {
		r.muted = map[string]bool{}
	}
	r.muted[l.ID()] = on
}
func (r *room) mutes(l *voice) bool { r.mu.Lock(); defer r.mu.Unlock(); return r.muted[l.id] }
func (r *room) size() int           { r.mu.Lock(); defer r.mu.Unlock(); return len(r.in) }
func (*room) Source(l media.Leg) media.Source {
	return (*media.Mix)(nil).Source(l)
}
func (*room) Close() {}

// house is a contact centre of two agents and one queue.
type house struct {
	played  // cards and lines of news
	t       *testing.T
	acd     *acd.Distributor
	deps    call.Deps
	voices  []*voice
	lines   map[fact.AgentID]*voice
	lineUp  bool
	dialed  []*dialog
	out     []trunk.Outgoing
	offers  chan call.Offer
	cards   map[fact.AgentID]call.Card
	facts   []fact.Entry
	calls   []*call.Call
	mu      sync.Mutex
	noCodec bool
	speaks  bool  // callers are told why nobody takes them
	room    *room // the last
}

func (h *house) NewVoice(o media.RTPOptions) (call.Voice, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := &voice{id: o.ID, noCodec: h.noCodec}
	h.voices = append(h.voices, v)
	return v, nil
}
func (h *house) Music(q fact.QueueID) media.Source { return media.Music(nil) }
func (h *house) NewMix() call.Mix                  { h.room = &room{}; return h.room }
func (h *house) Ringback() media.Source            { return media.Ringback("gb") }
func (h *house) Announce(q fact.QueueID, word string, done func()) (media.Source, time.Duration) {
	if !h.speaks {
		return nil, 0
	}
	h.note("said: %s of %s", word, q)
	time.AfterFunc(3*time.Second, done)
	return media.Once(media.NewClip("word "+word, make([]int16, 320), 16000), nil), 3 * time.Second
}
func (h *house) Confirm(call.Caller, func()) media.Source {
	return media.Once(media.NewClip("press a key", make([]int16, 320), 16000), nil)
}
func (h *house) Line(id fact.AgentID) (media.Leg, bool) { return h.lines[id], h.lineUp }
func (h *house) Dial(o trunk.Outgoing, f func(trunk.Event)) call.Dialog {
	d := &dialog{sink: f}
	h.mu.Lock()
	h.dialed, h.out = append(h.dialed, d), append(h.out, o)
	h.mu.Unlock()
	return d
}
func (h *house) Put(e fact.Entry) { h.mu.Lock(); defer h.mu.Unlock(); h.facts = append(h.facts, e) }
func (h *house) AgentIs(c routing.Changed, _ routing.AgentView) {
	h.note("%s is %s (%s)", c.Agent, c.To, c.Reason)
}
func (h *house) Queues([]acd.QueueNow)                       {}
func (h *house) InLine(fact.AgentID, int, int, fact.AgentID) {}
func (h *house) Offer(to fact.AgentID, _ *call.Call, o call.Offer) {
	h.note("%s rings: %s", to, o.Queue)
	h.offers <- o
}
func (h *house) OfferGone(to fact.AgentID, o call.OfferGone) {
	h.note("%s stops ringing: %s", to, o.Outcome)
}
func (h *house) Card(to fact.AgentID, _ *call.Call, k call.Card) {
	h.mu.Lock()
	h.cards[to] = k
	h.mu.Unlock()
}
func (h *house) cardOf(id fact.AgentID) call.Card {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cards[id]
}
func (h *house) dialled(i int) (*dialog, trunk.Outgoing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dialed[i], h.out[i]
}
func (h *house) phone(i int) *dialog { d, _ := h.dialled(i); return d }
func (h *house) leg(i int) *voice {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.voices[i]
}
func (h *house) entries() []fact.Entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]fact.Entry(nil), h.facts...)
}
func (h *house) setLines(up bool)                           { h.mu.Lock(); defer h.mu.Unlock(); h.lineUp = up }
func (h *house) setNoCodec()                                { h.mu.Lock(); defer h.mu.Unlock(); h.noCodec = true }
func (h *house) CardGone(to fact.AgentID, _ fact.ContactID) { h.note("%s: card gone", to) }
func (h *house) Wrap(to fact.AgentID, _ *call.Call, w call.Wrap) {
	h.note("%s wraps: %s %s %s", to, w.Ended, w.Code, w.Note)
}
func (h *house) WrapGone(to fact.AgentID, _ fact.ContactID) { h.note("%s: wrap gone", to) }
func (h *house) Say(to fact.AgentID, s call.Said)           { h.note("%s hears of: %s", to, s.Words) }

func newHouse(t *testing.T) *house {
	h := &house{t: t, lines: map[fact.AgentID]*voice{"adele": {id: "adele"}, "alex": {id: "alex"}}, lineUp: true, offers: make(chan call.Offer, 16), cards: map[fact.AgentID]call.Card{}}
	h.acd = acd.New(acd.Options{Tenant: "contoso", Prefix: "t", Ledger: h, Desk: h, Log: slog.New(slog.DiscardHandler), Settings: routing.Settings{
		Grace: 20 * time.Second,
		Queues: []routing.Queue{{ID: "support", Agents: []fact.AgentID{"adele", "alex"}, Ring: 20 * time.Second, Wrap: 30 * time.Second, LongestWait: 10 * time.Minute},
			{ID: "sales", Agents: []fact.AgentID{"alex"}, Ring: 20 * time.Second, Wrap: 30 * time.Second}},
	}})
	h.deps = call.Deps{
		Media: h, Dialer: h, Lines: h, ACD: h.acd, Consoles: h, Log: slog.New(slog.DiscardHandler),
		Rules: &call.Rules{
			Tenant: "contoso",
			Number: func(_ string, n fact.Number) (flow.Destination, bool) {
				return flow.Destination{Kind: "queue", ID: "support"}, n == "+442079460018"
			},
			Queue: func(id fact.QueueID) (call.Queue, bool) {
				return call.Queue{ID: id, Name: strings.ToUpper(string(id)), Wrap: 30 * time.Second, Codes: []call.Code{{ID: "vpn", Name: "VPN"}}}, id == "support" || id == "sales"
			},
			AgentName: func(id fact.AgentID) string { return string(id) },
			TrunkFor:  func(n fact.Number) (fact.Number, string, bool) { return n, "london", n != "+1900" },
			SRTP:      func(string) string { return "off" },
			Codecs:    func(string) []media.Codec { return media.AllCodecs() },
			CallerID:  func(c, called fact.Number) (fact.Number, fact.Number) { return c, called },
			RingFor:   18 * time.Second, LineWait: 2 * time.Second,
		},
	}
	return h
}

// arrives starts a call and gives its dialog.
func (h *house) arrives(from string) *dialog {
	d := &dialog{info: trunk.Info{Trunk: "london", Tenant: "contoso", From: from, FromName: "Nestor Wilke", To: "+442079460018", SDP: []byte("offer")}}
	h.calls = append(h.calls, call.Start(h.deps, d))
	synctest.Wait()
	return d
}

func (h *house) ready(id fact.AgentID) {
	h.acd.Tell(routing.SignIn{Agent: id})
	h.acd.Tell(routing.Want{Agent: id, Ready: true, By: routing.ByAgent})
	synctest.Wait()
}

// answers lets the agent take the next offer.
func (h *house) answers(id fact.AgentID) *call.Call {
	h.t.Helper()
	select {
	case o := <-h.offers:
		h.acd.Tell(routing.Accept{Reservation: o.Reservation, Agent: id})
		synctest.Wait()
		for _, c := range h.calls {
			if c.ID() == o.Contact {
				return c
			}
		}
	default:
		h.t.Fatalf("nothing rings; so far:\n%s", h.all())
	}
	return nil
}

func (h *house) state(id fact.AgentID) (s fact.State) {
	done := make(chan struct{})
	h.acd.Agent(id, func(v routing.AgentView, _ bool) { s = v.State; close(done) })
	<-done
	return s
}

func (h *house) want(id fact.AgentID, want fact.State) {
	h.t.Helper()
	synctest.Wait()
	if got := h.state(id); got != want {
		h.t.Fatalf("%s is %s, want %s; so far:\n%s", id, got, want, h.all())
	}
}

func (h *house) hears(v *voice, part string) {
	h.t.Helper()
	synctest.Wait()
	if got := v.heard(); !strings.Contains(strings.ToLower(got), part) {
		h.t.Fatalf("%s hears %q, want %q", v.id, got, part)
	}
}

// do gives the call a command and the reply.
func (h *house) do(c *call.Call, f func(call.Reply) call.Event) *call.No {
	h.t.Helper()
	var no *call.No
	replied := false
	if !c.Tell(f(func(n *call.No) { no, replied = n, true })) {
		h.t.Fatal("the call has ended")
	}
	synctest.Wait()
	if !replied {
		h.t.Fatal("no reply to a command")
	}
	return no
}

func (h *house) must(c *call.Call, f func(call.Reply) call.Event) {
	h.t.Helper()
	if no := h.do(c, f); no != nil {
		h.t.Fatalf("refused: %+v", *no)
	}
}

// ended gives the one end of the contact.
func (h *house) ended(id fact.ContactID) fact.Ended {
	h.t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []fact.Ended
	for _, e := range h.facts {
		if f, ok := e.Fact.(fact.Ended); ok && e.Contact == id {
			all = append(all, f)
		}
	}
	if len(all) != 1 {
		h.t.Fatalf("the contact ended %d times: %+v", len(all), all)
	}
	return all[0]
}

// in runs a test in virtual time and holds what must hold at the end of each: facts in order, every offer
// ended, no call left.
func in(t *testing.T, f func(t *testing.T, h *house)) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		f(t, h)
		for _, c := range h.calls {
			c.Tell(call.Stop{})
		}
		synctest.Wait()
		for id, line := range h.lines { // nobody is left in an agent's ear
			if got := line.heard(); got != "" && got != "silence" {
				t.Errorf("after all calls %s hears %q", id, got)
			}
		}
		h.acd.Close()
		open := map[fact.ReservationID]bool{}
		for i, e := range h.entries() {
			if e.N != uint64(i+1) {
				t.Fatalf("fact %d has number %d", i+1, e.N)
			}
			switch f := e.Fact.(type) {
			case fact.Offered:
				open[f.Reservation] = true
			case fact.OfferEnded:
				if f.Outcome != fact.LineDown {
					delete(open, f.Reservation)
				}
			}
		}
		if len(open) > 0 {
			t.Fatalf("offers without an end: %v", open)
		}
	})
}

func TestACallerWaitsWithMusicAndTalksToTheAgent(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		d := h.arrives("+442079460042")
		if !d.has("progress 180") || !d.has("answer our answer") {
			t.Fatalf("the caller's leg: %s", d.all())
		}
		h.hears(h.leg(0), "music")
		time.Sleep(38 * time.Second)
		h.ready("adele")
		c := h.answers("adele")
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
		h.hears(h.lines["adele"], "caller")
		if k := h.cardOf("adele"); k.Waited != 38*time.Second || k.Caller.Name != "Nestor Wilke" || k.Queue != "SUPPORT" {
			t.Fatalf("card %+v", k)
		}
		time.Sleep(time.Minute)
		d.sink(trunk.Ended{By: "peer", Cause: "bye"})
		h.want("adele", fact.Wrapup)
		if e := h.ended(c.ID()); e.End != fact.Completed || e.By != "caller" || e.TalkMS != 60000 {
			t.Fatalf("ended %+v", e)
		}
		h.must(c, func(r call.Reply) call.Event { return call.CodeSet{Agent: "adele", Code: "vpn", Reply: r} })
		h.must(c, func(r call.Reply) call.Event { return call.Note{Agent: "adele", Text: "router", Reply: r} })
		h.acd.Tell(routing.WrapDone{Agent: "adele"})
		h.want("adele", fact.Ready)
		var w fact.Wrapped
		for _, e := range h.entries() {
			if f, ok := e.Fact.(fact.Wrapped); ok {
				w = f
			}
		}
		if w.Code != "vpn" || w.ByTimer {
			t.Fatalf("wrapped %+v", w)
		}
		time.Sleep(routing.UndoFor + 2*time.Second) // it could be taken back
		synctest.Wait()
		if c.Tell(call.Show{Agent: "adele"}) {
			t.Fatal("the call lives on after its wrap-up")
		}
	})
}

func TestACallerWhoHangsUpIsNobodysFault(t *testing.T) {
	for _, when := range []string{"waiting", "ringing", "ringing and accepted at once"} {
		t.Run(when, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				if when != "waiting" {
					h.ready("adele")
				}
				d := h.arrives("+442079460042")
				if when == "ringing and accepted at once" {
					o := <-h.offers
					h.acd.Tell(routing.Accept{Reservation: o.Reservation, Agent: "adele"})
				}
				d.sink(trunk.Ended{By: "peer", Cause: "bye"})
				synctest.Wait()
				e := h.ended(h.calls[0].ID())
				if e.By != "caller" {
					t.Fatalf("ended %+v", e)
				}
				if when == "ringing" {
					h.want("adele", fact.Ready)
					if !h.has("adele stops ringing: caller_gone") {
						t.Fatal(h.all())
					}
				}
				if s := h.state("adele"); s == fact.Connecting || s == fact.Talking {
					t.Fatalf("adele is bound to nobody: %s", s)
				}
			})
		})
	}
}

func TestAMissedCallGoesToTheNextAgentAndTheMusicGoesOn(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		<-h.offers
		time.Sleep(20 * time.Second)
		h.want("adele", fact.MissedState)
		h.hears(h.leg(0), "music")
		h.ready("alex")
		h.answers("alex")
		h.want("alex", fact.Talking)
	})
}

func TestHoldGivesMusicToTheCallerAndSilenceToTheAgent(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, func(r call.Reply) call.Event { return call.Hold{Agent: "adele", Reply: r} })
		h.want("adele", fact.HeldState)
		h.hears(h.leg(0), "music")
		h.hears(h.lines["adele"], "silence")
		time.Sleep(34 * time.Second)
		h.must(c, func(r call.Reply) call.Event { return call.Resume{Agent: "adele", Reply: r} })
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
		h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "adele", Reply: r} })
		if e := h.ended(c.ID()); e.HoldMS != 34000 || e.By != "agent" {
			t.Fatalf("ended %+v", e)
		}
	})
}

func transferTo(to call.Target) func(call.Reply) call.Event {
	return func(r call.Reply) call.Event { return call.Transfer{Agent: "adele", To: to, Reply: r} }
}

var megan = call.Target{Kind: "expert", ID: "megan", Name: "Megan Bowen", Number: "+442079460101"}

func TestATransferThatFailsBringsTheCallerBack(t *testing.T) {
	for why, fail := range map[string]func(*dialog){
		"declined":    func(d *dialog) { d.sink(trunk.Rejected{Code: 603}) },
		"busy":        func(d *dialog) { d.sink(trunk.Rejected{Code: 486}) },
		"no_number":   func(d *dialog) { d.sink(trunk.Rejected{Code: 404}) },
		"unreachable": func(d *dialog) { d.sink(trunk.Unreachable{Err: fmt.Errorf("no SBC")}) },
		"no_answer":   func(d *dialog) { time.Sleep(18 * time.Second) },
	} {
		t.Run(why, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, transferTo(megan))
				h.want("adele", fact.Transferring)
				h.hears(h.leg(0), "ringback")
				h.hears(h.lines["adele"], "silence")
				if _, out := h.dialled(0); out.To != "+442079460101" || out.From != "+442079460042" {
					t.Fatalf("dialled %+v", out)
				}
				h.phone(0).sink(trunk.Ringing{Code: 180})
				synctest.Wait()
				fail(h.phone(0))
				h.want("adele", fact.Talking)
				h.hears(h.leg(0), "adele")
				h.hears(h.lines["adele"], "caller")
				if b := h.cardOf("adele").Back; b == nil || b.Why != why {
					t.Fatalf("back %+v", b)
				}
				if why == "no_answer" && !h.phone(0).has("hangup") {
					t.Fatal("the expert's telephone rings on")
				}
				if !h.leg(1).isClosed() {
					t.Fatal("the expert's voice leg is left open")
				}
			})
		})
	}
}

// What each final answer means for the agent, by what came before it.
func TestTheWordsForEachAnswer(t *testing.T) {
	for name, k := range map[string]struct {
		rang bool
		code int
		why  string
	}{
		"nobody signed in":              {false, 480, "unreachable"},
		"it rang, then nobody":          {true, 480, "no_answer"},
		"the network waited":            {true, 408, "no_answer"},
		"the network did not get there": {false, 408, "unreachable"},
		"busy everywhere":               {true, 600, "busy"},
		"nowhere":                       {false, 604, "no_number"},
		"not acceptable":                {false, 606, "unreachable"},
		"sent elsewhere":                {false, 302, "unreachable"},
		"a fault":                       {true, 500, "unreachable"},
		"out of service":                {false, 503, "unreachable"},
		"not allowed":                   {false, 403, "unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, transferTo(megan))
				if k.rang {
					h.phone(0).sink(trunk.Ringing{Code: 180})
				}
				h.phone(0).sink(trunk.Rejected{Code: k.code})
				h.want("adele", fact.Talking)
				h.hears(h.leg(0), "adele")
				if b := h.cardOf("adele").Back; b == nil || b.Why != k.why || b.Code != k.code {
					t.Fatalf("back %+v, want %s", b, k.why)
				}
			})
		})
	}
}

func TestATransferThatIsAnsweredFreesTheAgent(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		d := h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(megan))
		h.phone(0).sink(trunk.Ringing{Code: 180})
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		h.want("adele", fact.Wrapup)
		h.hears(h.leg(0), "/") // the expert's leg is named after the transfer
		h.hears(h.leg(1), "caller")
		h.acd.Tell(routing.WrapDone{Agent: "adele"})
		h.want("adele", fact.Ready)
		h.phone(0).sink(trunk.Ended{By: "peer", Cause: "bye"})
		if e := h.ended(c.ID()); e.End != fact.Transferred || e.By != "expert" {
			t.Fatalf("ended %+v", e)
		}
		if !d.has("hangup") {
			t.Fatal("the caller is left in silence")
		}
	})
}

func TestATransferIsTakenBackUntilItIsAnswered(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(megan))
		h.must(c, func(r call.Reply) call.Event { return call.Undo{Agent: "adele", Reply: r} })
		h.want("adele", fact.Talking)
		if !h.phone(0).has("hangup") {
			t.Fatal("the expert's telephone rings on")
		}
		if no := h.do(c, func(r call.Reply) call.Event { return call.Undo{Agent: "adele", Reply: r} }); no == nil {
			t.Fatal("there was nothing to take back")
		}
		h.phone(0).sink(trunk.Answered{SDP: []byte("late")})
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
	})
}

func TestACallerWhoHangsUpInATransferStopsTheRinging(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		d := h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(megan))
		d.sink(trunk.Ended{By: "peer", Cause: "bye"})
		h.want("adele", fact.Wrapup)
		if !h.phone(0).has("hangup") {
			t.Fatal("the expert's telephone rings on")
		}
		h.ended(c.ID())
	})
}

func TestATransferToAnAgent(t *testing.T) {
	alex := call.Target{Kind: "agent", ID: "alex", Name: "Alex Wilber"}
	for _, outcome := range []string{"accepted", "missed", "declined", "not there"} {
		t.Run(outcome, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				d := h.arrives("+442079460042")
				c := h.answers("adele")
				if outcome != "not there" {
					h.ready("alex")
				}
				h.must(c, transferTo(alex))
				if outcome == "not there" {
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
					return
				}
				o := <-h.offers
				switch outcome {
				case "accepted":
					h.acd.Tell(routing.Accept{Reservation: o.Reservation, Agent: "alex"})
				case "declined":
					h.acd.Tell(routing.Decline{Reservation: o.Reservation, Agent: "alex"})
				case "missed":
					time.Sleep(18 * time.Second)
				}
				if outcome != "accepted" {
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
					return
				}
				h.want("alex", fact.Talking)
				h.want("adele", fact.Wrapup)
				h.hears(h.leg(0), "alex")
				d.sink(trunk.Ended{By: "peer"})
				h.want("alex", fact.Wrapup)
				if e := h.ended(c.ID()); e.End != fact.Completed {
					t.Fatalf("ended %+v", e)
				}
			})
		})
	}
}

func TestATransferToAQueueWaitsThereAnew(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(call.Target{Kind: "queue", ID: "sales", Name: "Sales"}))
		h.want("adele", fact.Transferring)
		h.hears(h.leg(0), "music")
		time.Sleep(routing.UndoFor)
		h.want("adele", fact.Wrapup)
		h.hears(h.leg(0), "music")
		h.ready("alex")
		h.answers("alex")
		h.want("alex", fact.Talking)
	})
}

func TestATransferToAQueueIsTakenBack(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(call.Target{Kind: "queue", ID: "sales", Name: "Sales"}))
		time.Sleep(2 * time.Second)
		h.must(c, func(r call.Reply) call.Event { return call.Undo{Agent: "adele", Reply: r} })
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
		time.Sleep(5 * time.Second)
		h.want("adele", fact.Talking)
		h.ready("alex") // of sales: nobody waits there
		h.want("alex", fact.Ready)
	})
}

func TestATransferToAQueueIsNotTakenBackFromWhoAnswered(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.ready("alex")
		h.must(c, transferTo(call.Target{Kind: "queue", ID: "sales", Name: "Sales"}))
		h.answers("alex")
		h.want("alex", fact.Talking)
		h.want("adele", fact.Wrapup)
		h.hears(h.leg(0), "alex")
		if no := h.do(c, func(r call.Reply) call.Event { return call.Undo{Agent: "adele", Reply: r} }); no == nil {
			t.Fatal("the caller was taken from alex")
		}
	})
}

func TestFinishedWorkIsTakenUpAgain(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		d := h.arrives("+442079460042")
		c := h.answers("adele")
		d.sink(trunk.Ended{By: "peer", Cause: "bye"})
		h.want("adele", fact.Wrapup)
		h.must(c, func(r call.Reply) call.Event { return call.CodeSet{Agent: "adele", Code: "vpn", Reply: r} })
		h.acd.Tell(routing.WrapDone{Agent: "adele"})
		h.want("adele", fact.Ready)
		time.Sleep(time.Second)
		h.acd.Tell(routing.Undo{Agent: "adele"})
		h.want("adele", fact.Wrapup)
		h.must(c, func(r call.Reply) call.Event { return call.Note{Agent: "adele", Text: "more", Reply: r} })
		h.must(c, func(r call.Reply) call.Event { return call.CodeSet{Agent: "adele", Code: "", Reply: r} })
		h.acd.Tell(routing.WrapDone{Agent: "adele"})
		h.want("adele", fact.Ready)
		time.Sleep(time.Minute)
		synctest.Wait()
		if c.Tell(call.Stop{}) {
			t.Fatal("the call lives on when nothing can be taken back any more")
		}
	})
}

func TestAnAgentWhoComesBackWithANewLineIsHeardByIt(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		h.answers("adele")
		h.acd.Tell(routing.Console{Agent: "adele"})
		h.want("adele", fact.Lost)
		h.lines["adele"] = &voice{id: "adele's new line"}
		h.acd.Tell(routing.Console{Agent: "adele", Back: true})
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "new line")
		h.hears(h.lines["adele"], "caller")
	})
}

func TestACardOfAnEndlessCallStaysSmall(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		for range 300 {
			h.must(c, func(r call.Reply) call.Event { return call.Hold{Agent: "adele", Reply: r} })
			h.must(c, func(r call.Reply) call.Event { return call.Resume{Agent: "adele", Reply: r} })
			h.must(c, func(r call.Reply) call.Event { return call.Tones{Agent: "adele", Digits: "12#", Reply: r} })
		}
		k := h.cardOf("adele")
		if len(k.Story) > 200 || len(k.Tones) > 128 || !strings.HasPrefix(k.Story[0].Words, "came in") || k.Story[len(k.Story)-1].Words != "hold over" || !strings.HasSuffix(k.Tones, "12#") {
			t.Fatalf("%d lines from %q to %q; %d tones", len(k.Story), k.Story[0].Words, k.Story[len(k.Story)-1].Words, len(k.Tones))
		}
	})
}

func TestAnAgentWhoTalksCallsForHelp(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Emergency = func(n fact.Number) (string, fact.Number) { return "local", "+442079460000" }
		h.ready("adele")
		h.arrives("+442079460042")
		h.answers("adele")
		h.ready("alex")
		var no *call.No
		c := call.Dial(h.deps, "adele", fact.AtConsole, call.Target{Kind: call.Help, Name: "999", Number: "999"}, func(n *call.No) { no = n })
		h.calls = append(h.calls, c)
		h.want("adele", fact.Dialing)
		_, out := h.dialled(0)
		if no != nil || out.To != "999" || out.Trunk != "local" || out.From != "+442079460000" || out.Asserted != "+442079460000" {
			t.Fatalf("refused %+v; dialled %+v", no, out)
		}
		h.hears(h.leg(0), "music")
		h.answers("alex") // the caller is first in line
		h.hears(h.leg(0), "alex")
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		h.want("adele", fact.Talking)
		h.phone(0).sink(trunk.Ended{By: "peer", Cause: "bye"})
		h.want("adele", fact.NotReady)
	})
}

func TestALostConsole(t *testing.T) {
	for _, back := range []bool{true, false} {
		t.Run(fmt.Sprint("back ", back), func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.acd.Tell(routing.Console{Agent: "adele"})
				h.want("adele", fact.Lost)
				h.hears(h.leg(0), "music")
				if back {
					time.Sleep(19 * time.Second)
					h.acd.Tell(routing.Console{Agent: "adele", Back: true})
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
					return
				}
				h.arrives("+442079460043") // somebody else waits, and came later
				time.Sleep(20 * time.Second)
				h.want("adele", fact.NotReady)
				h.ready("alex")
				if again := h.answers("alex"); again != c {
					t.Fatal("the lost caller is not at the head of the queue")
				}
			})
		})
	}
}

func TestAnAgentWhoseLineIsDownDoesNotGetTheCaller(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.setLines(false)
		h.ready("adele")
		h.arrives("+442079460042")
		h.answers("adele")
		h.want("adele", fact.Connecting)
		time.Sleep(2 * time.Second)
		h.want("adele", fact.Lost)
		h.hears(h.leg(0), "music")
		h.setLines(true)
		h.ready("alex")
		h.answers("alex")
		h.want("alex", fact.Talking)
	})
}

func TestAnUnknownNumberAndANoCodecOfferAreRefused(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		d := &dialog{info: trunk.Info{Trunk: "london", To: "+1", SDP: []byte("offer")}}
		h.calls = append(h.calls, call.Start(h.deps, d))
		synctest.Wait()
		if !d.has("reject 404") {
			t.Fatal(d.all())
		}
		h.setNoCodec()
		d = h.arrives("+44")
		if !d.has("reject 488") {
			t.Fatal(d.all())
		}
		for _, c := range h.calls {
			if e := h.ended(c.ID()); e.End != fact.Refused {
				t.Fatalf("ended %+v", e)
			}
		}
	})
}

func TestTheLongestWaitEndsTheCall(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		d := h.arrives("+442079460042")
		time.Sleep(10 * time.Minute)
		if e := h.ended(h.calls[0].ID()); e.End != fact.Unanswered || e.Reason != "longest_wait" {
			t.Fatalf("ended %+v", e)
		}
		if !d.has("hangup") {
			t.Fatal("the caller is left")
		}
	})
}

func TestAPeersHoldAndLateOfferAreAnswered(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		d := h.arrives("+442079460042")
		d.sink(trunk.Reoffered{SDP: []byte("hold")})
		synctest.Wait()
		if !d.has("answer reoffer 200 our answer") {
			t.Fatal(d.all())
		}
		d.sink(trunk.Reoffered{})
		synctest.Wait()
		if !d.has("answer reoffer 200 our offer") {
			t.Fatal(d.all())
		}
	})
}

func TestLateKeysDoNothing(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		for name, f := range map[string]func(call.Reply) call.Event{
			"hold":     func(r call.Reply) call.Event { return call.Hold{Agent: "alex", Reply: r} },
			"hang up":  func(r call.Reply) call.Event { return call.Hangup{Agent: "alex", Reply: r} },
			"transfer": func(r call.Reply) call.Event { return call.Transfer{Agent: "alex", To: megan, Reply: r} },
			"note":     func(r call.Reply) call.Event { return call.Note{Agent: "alex", Text: "x", Reply: r} },
		} {
			if no := h.do(c, f); no == nil || no.Code != "too_late" {
				t.Errorf("%s by an agent who does not have the call: %+v", name, no)
			}
		}
		h.want("adele", fact.Talking)
		if no := h.do(c, transferTo(call.Target{Kind: "number", Number: "+1900", Name: "+1900"})); no == nil || no.Code != "not_allowed" {
			t.Fatalf("a forbidden number: %+v", no)
		}
		h.want("adele", fact.Talking)
	})
}

func TestAskingFirst(t *testing.T) {
	ask := func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: megan, Reply: r} }
	for _, way := range []string{"complete", "drop", "swap twice", "join and leave", "join, the guest leaves", "join, end for all", "she hangs up", "declines", "the caller hangs up", "the agent is lost", "the agent is lost, and she takes the caller by a key"} {
		t.Run(way, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				d := h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, ask)
				h.want("adele", fact.Consulting)
				h.hears(h.leg(0), "music")
				h.hears(h.lines["adele"], "ringback")
				m := h.phone(0)
				if way == "declines" {
					m.sink(trunk.Rejected{Code: 603})
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
					return
				}
				if no := h.do(c, func(r call.Reply) call.Event { return call.Complete{Agent: "adele", Reply: r} }); no == nil {
					t.Fatal("handed on to somebody who has not answered")
				}
				m.sink(trunk.Answered{SDP: []byte("answer")})
				h.hears(h.leg(1), "adele")
				h.hears(h.leg(0), "music")
				join := func() {
					h.must(c, func(r call.Reply) call.Event { return call.Join{Agent: "adele", Reply: r} })
					h.want("adele", fact.Conference)
					h.hears(h.leg(0), "mix")
					h.hears(h.leg(1), "mix")
				}
				switch way {
				case "complete":
					h.must(c, func(r call.Reply) call.Event { return call.Complete{Agent: "adele", Reply: r} })
					h.want("adele", fact.Wrapup)
					h.hears(h.leg(1), "caller")
					d.sink(trunk.Ended{By: "peer"})
					if e := h.ended(c.ID()); e.End != fact.Transferred || !m.has("hangup") {
						t.Fatalf("ended %+v", e)
					}
				case "drop":
					h.must(c, func(r call.Reply) call.Event { return call.Drop{Agent: "adele", Reply: r} })
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
					if !m.has("hangup") {
						t.Fatal("she is left")
					}
				case "swap twice":
					swap := func(r call.Reply) call.Event { return call.Swap{Agent: "adele", Reply: r} }
					h.must(c, swap)
					h.hears(h.leg(0), "adele")
					h.hears(h.leg(1), "music")
					h.must(c, swap)
					h.hears(h.leg(0), "music")
					h.hears(h.leg(1), "adele")
				case "join and leave":
					join()
					h.must(c, func(r call.Reply) call.Event { return call.Complete{Agent: "adele", Reply: r} })
					h.want("adele", fact.Wrapup)
					h.hears(h.leg(0), "/")
					m.sink(trunk.Ended{By: "peer"})
					synctest.Wait()
					if !d.has("hangup") {
						t.Fatal("the caller is left alone")
					}
				case "join, the guest leaves":
					join()
					m.sink(trunk.Ended{By: "peer"})
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
				case "join, end for all":
					join()
					h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "adele", Reply: r} })
					if !d.has("hangup") || !m.has("hangup") {
						t.Fatal("somebody is left")
					}
				case "she hangs up":
					m.sink(trunk.Ended{By: "peer"})
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
				case "the caller hangs up":
					d.sink(trunk.Ended{By: "peer"})
					h.want("adele", fact.DirectCall)
					h.hears(h.lines["adele"], "/")
					h.hears(h.leg(1), "adele")
					if e := h.ended(c.ID()); e.End != fact.Completed || e.By != "caller" || m.has("hangup") {
						t.Fatalf("ended %+v", e)
					}
					if k := h.cardOf("adele"); k.Direction != fact.Direct || k.Caller.Name != "Megan Bowen" || len(k.Parties) != 2 || k.Parties[1].ID != "megan" {
						t.Fatalf("card %+v", k)
					}
					m.sink(trunk.Ended{By: "peer"})
					h.want("adele", fact.Wrapup)
					h.ended(c.ID())
				case "the agent is lost, and she takes the caller by a key":
					h.acd.Tell(routing.Console{Agent: "adele"})
					time.Sleep(20 * time.Second)
					h.want("adele", fact.NotReady)
					h.hears(h.leg(1), "press a key")
					h.leg(1).tells(media.Tone{Digit: '1'})
					h.hears(h.leg(1), "caller")
					h.hears(h.leg(0), "/")
				case "the agent is lost":
					h.acd.Tell(routing.Console{Agent: "adele"})
					h.hears(h.leg(1), "music")
					time.Sleep(20 * time.Second)
					h.want("adele", fact.NotReady)
					h.hears(h.leg(0), "music")
					time.Sleep(6 * time.Second)
					synctest.Wait()
					if !m.has("hangup") {
						t.Fatal("she is left")
					}
					h.ready("alex")
					h.answers("alex")
					h.want("alex", fact.Talking)
				}
			})
		})
	}
}

func TestAnAgentCallsOut(t *testing.T) {
	for _, way := range []string{"answered", "busy", "no answer", "given up", "forbidden", "in a call"} {
		t.Run(way, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.acd.Tell(routing.SignIn{Agent: "adele"})
				synctest.Wait()
				number := fact.Number("+441")
				if way == "forbidden" {
					number = "+1900"
				}
				if way == "in a call" {
					h.ready("adele")
					h.arrives("+442079460042")
					h.answers("adele")
				}
				var no *call.No
				c := call.Dial(h.deps, "adele", fact.AtConsole, call.Target{Kind: "number", Name: "+441", Number: number}, func(n *call.No) { no = n })
				h.calls = append(h.calls, c)
				synctest.Wait()
				switch way {
				case "forbidden":
					if no == nil || no.Code != "not_allowed" {
						t.Fatalf("reply %+v", no)
					}
					h.want("adele", fact.NotReady)
					return
				case "in a call":
					if no == nil || no.Code != "not_now" {
						t.Fatalf("reply %+v", no)
					}
					h.want("adele", fact.Talking)
					return
				}
				h.want("adele", fact.Dialing)
				h.hears(h.lines["adele"], "ringback")
				d := h.phone(0)
				switch way {
				case "answered":
					d.sink(trunk.Ringing{Code: 180})
					d.sink(trunk.Answered{SDP: []byte("answer")})
					h.want("adele", fact.Talking)
					h.hears(h.leg(0), "adele")
					d.sink(trunk.Ended{By: "peer"})
					if e := h.ended(c.ID()); e.End != fact.Completed || e.By != "called" {
						t.Fatalf("ended %+v", e)
					}
				case "busy":
					d.sink(trunk.Rejected{Code: 486})
				case "no answer":
					time.Sleep(18 * time.Second)
				case "given up":
					h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "adele", Reply: r} })
				}
				h.want("adele", fact.NotReady) // where it was before
				if way != "answered" {
					if e := h.ended(c.ID()); e.End != fact.Unanswered {
						t.Fatalf("ended %+v", e)
					}
				}
			})
		})
	}
}

func TestASecondTransferThatIsRefusedLeavesTheFirst(t *testing.T) {
	for name, to := range map[string]call.Target{
		"a forbidden number": {Kind: "number", Number: "+1900", Name: "+1900"}, "an unknown queue": {Kind: "queue", ID: "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, transferTo(megan))
				if no := h.do(c, transferTo(to)); no == nil {
					t.Fatal("not refused")
				}
				h.phone(0).sink(trunk.Rejected{Code: 603})
				h.want("adele", fact.Talking)
				h.hears(h.leg(0), "adele")
			})
		})
	}
}

func TestATransferToAnAgentThatIsTakenBackBeforeItRings(t *testing.T) {
	alex := call.Target{Kind: "agent", ID: "alex", Name: "Alex Wilber"}
	for _, then := range []string{"nothing", "to the agent again", "to an expert"} {
		t.Run(then, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.ready("alex")
				c.Tell(transferTo(alex)(nil))
				c.Tell(call.Undo{Agent: "adele"})
				switch then {
				case "nothing":
					h.want("alex", fact.Ready)
					h.want("adele", fact.Talking)
					if h.has("alex rings") {
						t.Fatal("alex rings for nobody")
					}
				case "to the agent again":
					c.Tell(transferTo(alex)(nil))
					h.want("alex", fact.OfferedState)
					h.answers("alex")
					h.want("alex", fact.Talking)
					h.hears(h.leg(0), "alex")
				case "to an expert":
					c.Tell(transferTo(megan)(nil))
					h.want("alex", fact.Ready)
					h.want("adele", fact.Transferring)
				}
			})
		})
	}
}

func TestADirectCallThatNobodyTakesEnds(t *testing.T) {
	for _, why := range []string{"missed", "declined", "the console is lost"} {
		t.Run(why, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.deps.Rules.Number = func(string, fact.Number) (flow.Destination, bool) {
					return flow.Destination{Kind: "agent", ID: "adele"}, true
				}
				h.ready("adele")
				d := h.arrives("+442079460042")
				h.hears(h.leg(0), "ringback")
				o := <-h.offers
				switch why {
				case "missed":
					time.Sleep(18 * time.Second)
				case "declined":
					h.acd.Tell(routing.Decline{Reservation: o.Reservation, Agent: "adele"})
				default:
					h.acd.Tell(routing.Console{Agent: "adele"})
				}
				synctest.Wait()
				if !d.has("hangup") {
					t.Fatal("it rings on at nobody")
				}
				if e := h.ended(h.calls[0].ID()); e.End != fact.Unanswered {
					t.Fatalf("ended %+v", e)
				}
			})
		})
	}
}

func TestAnOwnCallWithoutWorkAfterItEndsFromAnywhere(t *testing.T) {
	for _, where := range []string{"asking", "in a group", "handed on"} {
		t.Run(where, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				c := call.Dial(h.deps, "adele", fact.AtConsole, call.Target{Kind: "number", Name: "+441", Number: "+441"}, nil)
				h.calls = append(h.calls, c)
				synctest.Wait()
				h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
				synctest.Wait()
				h.must(c, func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: megan, Reply: r} })
				h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
				synctest.Wait()
				switch where {
				case "in a group":
					h.must(c, func(r call.Reply) call.Event { return call.Join{Agent: "adele", Reply: r} })
				case "handed on":
					h.must(c, func(r call.Reply) call.Event { return call.Complete{Agent: "adele", Reply: r} })
				}
				if where != "handed on" {
					h.phone(0).sink(trunk.Ended{By: "peer"})
				}
				h.want("adele", fact.Ready)
			})
		})
	}
}

func TestAnOwnCallThatEndsBeforeItMayBegin(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.acd.Tell(routing.SignIn{Agent: "adele"})
		synctest.Wait()
		replies := 0
		c := call.Dial(h.deps, "adele", fact.AtConsole, call.Target{Kind: "number", Name: "+441", Number: "+441"}, func(*call.No) { replies++ })
		c.Tell(call.Stop{})
		h.want("adele", fact.NotReady)
		if replies != 1 {
			t.Fatalf("%d replies", replies)
		}
	})
}

func TestWrapUpThatAReloadTookAway(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprint("console lost ", lost), func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				d := h.arrives("+442079460042")
				c := h.answers("adele")
				h.acd.Tell(routing.Configure{Settings: routing.Settings{Grace: 20 * time.Second, Queues: []routing.Queue{{ID: "support", Agents: []fact.AgentID{"adele", "alex"}, Ring: 20 * time.Second}}}})
				if lost {
					h.acd.Tell(routing.Console{Agent: "adele"})
					synctest.Wait()
				}
				d.sink(trunk.Ended{By: "peer"})
				synctest.Wait()
				if !h.has("adele: wrap gone") {
					t.Fatalf("the work after the call stays for ever: %s", h.all())
				}
				if c.Tell(call.Show{Agent: "adele"}) {
					t.Fatal("the call lives on")
				}
			})
		})
	}
}

func TestAFaultInACallLeavesNobodyBoundToIt(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		d := h.arrives("+442079460042")
		c, o, busy := h.calls[0], <-h.offers, make(chan struct{})
		c.Tell(call.Hold{Agent: "alex", Reply: func(*call.No) { <-busy }})
		synctest.Wait()
		c.Tell(call.Hold{Agent: "alex", Reply: func(*call.No) { panic("a fault") }})
		h.acd.Tell(routing.Accept{Reservation: o.Reservation, Agent: "adele"})
		synctest.Wait()
		close(busy)
		synctest.Wait()
		if s := h.state("adele"); s == fact.Connecting || s == fact.Talking {
			t.Fatalf("adele is bound to nobody: %s", s)
		}
		if !d.has("hangup") {
			t.Fatal("the caller is left in silence")
		}
	})
}

func TestWhoIsAskedAndAnswersAtTheLastMomentIsNotDropped(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c, busy := h.answers("adele"), make(chan struct{})
		h.must(c, func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: megan, Reply: r} })
		time.Sleep(17 * time.Second)
		c.Tell(call.Hold{Agent: "alex", Reply: func(*call.No) { <-busy }})
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		time.Sleep(2 * time.Second) // the ringing time is over while the answer waits to be heard
		close(busy)
		h.want("adele", fact.Consulting)
		h.hears(h.leg(1), "adele")
		if h.phone(0).has("hangup") {
			t.Fatal("she was hung up on")
		}
	})
}

func TestSilenceEndsACallOnlyWhenThePeerNoLongerKnowsIt(t *testing.T) {
	for _, alive := range []bool{true, false} {
		t.Run(fmt.Sprint("alive ", alive), func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ready("adele")
				d := h.arrives("+442079460042")
				c := h.answers("adele")
				h.leg(0).tells(media.Dead{Since: time.Now()})
				synctest.Wait()
				if !d.has("probe") || d.has("hangup") {
					t.Fatalf("the silent leg: %s", d.all())
				}
				d.sink(trunk.Probed{Alive: alive})
				if alive {
					h.want("adele", fact.Talking)
					return
				}
				h.want("adele", fact.Wrapup)
				if e := h.ended(c.ID()); e.By != "system" || e.Code != 408 {
					t.Fatalf("ended %+v", e)
				}
				if !d.has("hangup") {
					t.Error("the peer is not told, and may still have a call")
				}
			})
		})
	}
}
