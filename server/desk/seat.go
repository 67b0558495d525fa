package desk

import (
	"crypto/rand"
	"slices"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// How long things last.
const (
	keepSession  = 2 * time.Minute  // a lost console can resume for this long
	silentAfter  = 6 * time.Second  // a connection without a frame for this long counts as silent
	deadAfter    = 45 * time.Second // and is closed after this long: three beats of an idle console
	lineSilent   = 2 * time.Second  // a line without a packet for this long counts as silent
	checkEvery   = 250 * time.Millisecond
	keepNews     = 128
	newsKept     = 35 * time.Second // news that a console may not have had: it gives a dead connection up within 30 s
	keepReplies  = 64
	tokenEarly   = 5 * time.Minute // a fresh token is wanted this long before the old one ends
	tokenLate    = 5 * time.Minute // and the connection is dropped this long after
	presenceTake = 400 * time.Millisecond
)

type event interface{ apply(*seat) }

// seat is one signed-in person. Its fields belong to its goroutine.
type seat struct {
	room   *room
	person *people.Person
	role   people.Role
	inbox  *inbox.Inbox[event]
	line   Line

	board    wire.Board
	seq      uint64
	news     []wire.News // the last ones, for a console that comes back
	later    later
	resume   string
	conn     *conn
	welcomed bool      // conn has had its Welcome; before that no news goes out
	cameAt   time.Time // when it had
	lostAt   time.Time // when the connection was lost; zero while there is one
	gone     bool      // told to the arbiter
	idle     wire.Idle
	view     routing.AgentView

	call       *call.Call // of the card
	wrap       *call.Call
	offers     map[fact.ReservationID]*call.Call
	replies    map[string]*wire.Reply // nil while under way
	order      []asked
	tried      map[string]string
	facts      []wire.Fact // known of the caller of factsOf
	factsOf    fact.ContactID
	freshening bool // the day's figures are being read
	stale      bool // and must be read again
	figuresAt  time.Time
	found      []fact.AgentID // by the last search
	foundTill  time.Time      // when they no longer count as shown
	aged       bool           // an expert was read again and is as before
	agedAt     time.Time      // when the experts were shown last
	callsToday int
	undo       *undo        // what may be taken back now
	shown      string       // the number the agent chose to show last
	lastQueue  fact.QueueID // of the last call that came by a queue
	expires    time.Time
	removed    bool   // no longer of the contact centre
	token      string // with which the person signed in, for what needs the person's own rights
	oid        string
	chatter    Chatter // made of the token; nil: not yet
	chatBy     any     // the tenant's ChatBy then
	chats      []*chat
	chosen     []fact.AgentID // the experts of the board, in the order of their digits
	over       bool
}

func newSeat(r *room, p *people.Person, role people.Role) *seat {
	t := r.tenant()
	s := &seat{
		room: r, person: p, role: role, inbox: inbox.New[event](), offers: map[fact.ReservationID]*call.Call{},
		replies: map[string]*wire.Reply{}, tried: map[string]string{}, resume: rand.Text(),
	}
	s.later.due = time.NewTimer(soon)
	s.later.due.Stop()
	s.line = t.Line(p.ID)
	s.board = wire.Board{Tenant: wire.Tenant{ID: string(t.ID), Name: t.Name, Emergency: t.Rules.Emergency}, Reasons: t.Rules.Reasons}
	s.board.Me = wire.Me{ID: string(p.ID), Name: p.Name, Role: role.String(), State: wire.Offline, Since: time.Now()}
	s.choose()
	s.board.Experts = s.experts()
	r.mu.Lock()
	s.board.Queues = s.mine(r.board)
	s.board.Graph = r.graph
	r.mu.Unlock()
	return s
}

func (s *seat) tell(e event) { s.inbox.Put(e) }

func (s *seat) run() {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for !s.over {
		select {
		case <-s.inbox.Ready():
			for _, e := range s.inbox.Take() {
				e.apply(s)
			}
		case <-s.later.due.C:
			s.release()
		case <-tick.C:
			s.check(time.Now())
		}
	}
	s.leave()
}

// leave ends the seat: the person is signed out, the line ends.
func (s *seat) leave() {
	s.room.tenant().CloseLine(s.person.ID) // first: the next seat of this person makes its own
	for _, e := range s.inbox.Close() {
		if c, ok := e.(connected); ok {
			c.conn.close("the session has ended; connect again")
		}
	}
	s.room.mu.Lock()
	if s.room.seats[s.person.ID] == s {
		delete(s.room.seats, s.person.ID)
	}
	delete(s.room.looks, s)
	s.room.lookSoon()
	s.room.mu.Unlock()
	if s.conn != nil {
		s.conn.close("signed out")
	}
}

func (s *seat) panicked(p *inbox.Panic) {
	s.room.desk.o.Log.Error("a seat ended by a fault of our own", "agent", s.person.ID, "err", p, "stack", string(p.Stack))
	s.room.tenant().ACD.Tell(routing.Console{Agent: s.person.ID})
	s.leave()
}

// check looks whether the console is gone, for good or for now, and whether its token is still good.
func (s *seat) check(now time.Time) {
	if s.undo != nil && now.After(s.undo.until) {
		s.nothingToUndo()
	}
	s.forgetNews(now)
	s.forgetReplies(now)
	s.checkLooks(now)
	s.checkChats(now)
	s.releaseCalm(now)
	acd := s.room.tenant().ACD
	lost := s.conn == nil || now.Sub(s.conn.heard()) > silentAfter
	silent := now.Sub(s.line.LastHeard()) > lineSilent
	switch {
	case lost && silent && !s.gone:
		s.gone = true
		acd.Tell(routing.Console{Agent: s.person.ID})
	case s.gone && s.conn != nil && s.welcomed && !silent: // only the way to it was blocked
		s.gone = false
		acd.Tell(routing.Console{Agent: s.person.ID, Back: true})
	}
	if s.conn != nil && now.Sub(s.conn.heard()) > deadAfter {
		s.drop("silent")
	}
	if s.conn != nil && now.After(s.expires.Add(tokenLate)) {
		s.conn.send(wire.FromServer{News: &wire.News{Seq: s.seq, At: now, Out: &wire.Refused{Code: "token", Key: "door_expired", Words: "Your sign-in has expired. Sign in again."}}})
		s.drop("token expired")
	}
	if s.conn == nil && !s.lostAt.IsZero() && now.Sub(s.lostAt) > keepSession {
		s.signOut(routing.ByRule, "connection", func(ok bool) {})
	}
}

// drop closes the connection; the session stays for a console that comes back.
func (s *seat) drop(why string) {
	if s.conn != nil {
		s.conn.close(why)
		s.conn = nil
		s.lostAt = time.Now()
		s.looks()
	}
}

// signOut asks the arbiter to let the person go. It refuses while there is a caller.
func (s *seat) signOut(by, why string, done func(ok bool)) {
	c := s.conn
	s.room.tenant().ACD.Ask(routing.SignOut{Agent: s.person.ID, By: by}, func(late *routing.TooLate) {
		s.tell(signedOut{late == nil, why, done, c})
	})
}

type signedOut struct {
	ok   bool
	why  string
	done func(bool)
	conn *conn // that stood then
}

func (e signedOut) apply(s *seat) {
	e.done(e.ok)
	if !e.ok {
		return
	}
	s.record(fact.SignedOut{Why: e.why})
	if s.conn != nil && s.conn != e.conn { // another console has signed in meanwhile
		return
	}
	s.over = true
}

func (s *seat) record(f fact.Fact) {
	s.room.tenant().ACD.Record(fact.Entry{At: time.Now(), Agent: s.person.ID, Fact: f})
}

// publish numbers a news item, with what waits for one, keeps it, and sends it.
func (s *seat) publish(n wire.News) {
	s.seq++
	n.Seq, n.At = s.seq, time.Now()
	s.later.take(&n, n.At)
	merge(&s.board, &n)
	if n.Offer != nil || n.Call != nil || len(n.Clear) > 0 {
		s.looks()
	}
	s.news = append(s.news, n)
	if len(s.news) > keepNews {
		s.news = slices.Delete(s.news, 0, len(s.news)-keepNews/2)
	}
	if s.conn != nil && s.welcomed && !s.conn.send(wire.FromServer{News: &n}) {
		s.drop("too slow")
	}
}

// forgetNews lets go of what a console that is there must have had.
func (s *seat) forgetNews(now time.Time) {
	if s.conn == nil || !s.welcomed || len(s.news) == 0 || now.Sub(s.news[0].At) <= newsKept {
		return
	}
	old := slices.IndexFunc(s.news, func(n wire.News) bool { return now.Sub(n.At) <= newsKept })
	if old < 0 {
		s.news = nil
		return
	}
	s.news = slices.Clone(s.news[old:]) // a busy hour's room is given back
}

// missedSince gives the news after seq, and whether none of them is lost.
func (s *seat) missedSince(seq uint64) ([]wire.News, bool) {
	if seq > s.seq {
		return nil, false
	}
	if seq == s.seq {
		return nil, true
	}
	for i, n := range s.news {
		if n.Seq == seq+1 {
			return s.news[i:], true
		}
	}
	return nil, false
}

// connected: a console has come in, or back.
type connected struct {
	conn    *conn
	hello   wire.Hello
	oid     string
	expires time.Time
}

func (e connected) apply(s *seat) {
	if s.over {
		e.conn.close("the session has ended; connect again")
		return
	}
	now := time.Now()
	resumes := e.hello.Resume != "" && e.hello.Resume == s.resume
	if s.conn != nil && s.conn.console != e.hello.Console && !resumes {
		if !e.hello.Takeover && now.Sub(s.conn.heard()) < silentAfter {
			e.conn.refuse(*turnedAway("elsewhere", "door_takeover", "{who} is signed in on another console. Take over here?", "who", s.person.Name))
			return
		}
		s.conn.send(wire.FromServer{News: &wire.News{Seq: s.seq, At: now, Out: &wire.Refused{Code: "elsewhere", Key: "door_elsewhere", Words: "You signed in on another console."}}})
	}
	if s.conn != nil && s.conn != e.conn {
		s.conn.close("replaced")
	}
	s.conn, s.welcomed, s.lostAt, s.expires = e.conn, false, time.Time{}, e.expires
	s.token, s.oid, s.chatter = e.hello.Token, e.oid, nil
	s.arrive(e, resumes)
}

// arrive tells the arbiter that the console is there. The console is welcomed when the arbiter has said what
// follows from it, so that the first board is true.
func (s *seat) arrive(e connected, resumes bool) {
	t := s.room.tenant()
	if !resumes {
		s.record(fact.SignedIn{Console: e.hello.Console, Role: s.role.String(), Program: e.hello.Program})
	}
	if s.gone {
		s.gone = false
		t.ACD.Tell(routing.Console{Agent: s.person.ID, Back: true})
	}
	t.ACD.Ask(routing.SignIn{Agent: s.person.ID, Skills: s.skills()}, func(*routing.TooLate) { s.tell(admitted{e, resumes}) })
}

func (s *seat) skills() (out []routing.Skill) {
	for k, v := range s.person.Skills {
		out = append(out, routing.Skill{Name: k, Level: v})
	}
	return out
}

// admitted: the arbiter knows of the console.
type admitted struct {
	e       connected
	resumes bool
}

func (a admitted) apply(s *seat) {
	e := a.e
	if s.conn != e.conn { // replaced meanwhile
		return
	}
	w := wire.Welcome{Server: s.room.desk.o.Program, Now: time.Now(), Resume: s.resume, ICE: s.room.tenant().Rules.ICE, TokenBy: e.expires.Add(-tokenEarly)}
	missed, whole := s.missedSince(e.hello.Seq)
	if a.resumes && whole {
		w.Resumed, w.Seq = true, e.hello.Seq
	} else {
		missed = nil
		board := s.board
		w.Board, w.Seq = &board, s.seq
	}
	e.conn.start(s)
	e.conn.send(wire.FromServer{Welcome: &w})
	for i := range missed {
		e.conn.send(wire.FromServer{News: &missed[i]})
	}
	s.welcomed, s.cameAt = true, time.Now()
	s.looks()
	s.freshen()
}

// disconnected: a connection has ended.
type disconnected struct{ conn *conn }

func (e disconnected) apply(s *seat) {
	if s.conn == e.conn {
		s.conn, s.lostAt = nil, time.Now()
		s.looks()
		s.check(time.Now())
	}
}

type renewed struct {
	conn    *conn
	token   string
	expires time.Time
	err     error
}

func (e renewed) apply(s *seat) {
	if e.err != nil {
		e.conn.send(wire.FromServer{News: &wire.News{Seq: s.seq, At: time.Now(), Out: &wire.Refused{Code: "token", Key: "door_token_now", Words: "Your sign-in was not accepted any more. Sign in again."}}})
		if s.conn == e.conn {
			s.drop("token refused")
		}
		return
	}
	s.expires = e.expires
	s.token, s.chatter = e.token, nil
}

// serverStops ends the session; the console tries to connect again.
type serverStops struct{}

func (serverStops) apply(s *seat) { s.over = true }

type putOut struct{ why wire.Refused }

func (e putOut) apply(s *seat) {
	if s.conn != nil {
		s.conn.send(wire.FromServer{News: &wire.News{Seq: s.seq, At: time.Now(), Out: &e.why}})
	}
	s.drop("put out")
	s.resume = rand.Text()
	s.gone = true
	s.room.tenant().ACD.Tell(routing.Console{Agent: s.person.ID})
	s.lostAt = time.Now().Add(-keepSession)
}

type sdpCame struct {
	conn *conn
	line wire.LineSDP
}

// apply hands a description to the line. Setting it up takes time and is done beside.
func (e sdpCame) apply(s *seat) {
	if s.conn != e.conn { // a console that was replaced must not take the line back
		return
	}
	line, console := s.line, e.conn.console
	inbox.Go(func(p *inbox.Panic) {
		s.room.desk.o.Log.Error("a line could not be set up by a fault of our own", "agent", s.person.ID, "err", p)
		e.conn.send(wire.FromServer{Line: &wire.LineSDP{ID: e.line.ID, Type: "refused", Why: "the server could not set the line up"}})
	}, func() {
		answer, err := line.Offer(console, e.line.SDP)
		if err != nil {
			s.room.desk.o.Log.Warn("a console's line was refused", "agent", s.person.ID, "err", err)
			e.conn.send(wire.FromServer{Line: &wire.LineSDP{ID: e.line.ID, Type: "refused", Why: err.Error()}})
			return
		}
		e.conn.send(wire.FromServer{Line: &wire.LineSDP{ID: e.line.ID, Type: "answer", SDP: answer}})
	})
}
