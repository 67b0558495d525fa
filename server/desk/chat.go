package desk

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// Chatter is Teams chat as one agent, with the agent's own rights. Errors are *ChatError.
type Chatter interface {
	// Open gives the chat of the agent with a person, and makes it if there is none.
	Open(ctx context.Context, who *people.Person) (chat string, err error)
	// Say sends a message and gives its time by Graph's clock.
	Say(ctx context.Context, chat, words string) (time.Time, error)
	// Heard gives what others wrote in a chat after a moment, oldest first.
	Heard(ctx context.Context, chat string, after time.Time) ([]ChatLine, error)
}

// ChatLine is a message of another, plain text.
type ChatLine = wire.Line

// ChatError is why a chat cannot be had.
type ChatError struct {
	Why        string // consent, setup (Microsoft does not let the server act for the agent), busy, away (Graph does not answer), unknown (the person has no account), refused
	Code       string // setup: Microsoft's
	Permission string // consent: what is missing
	Link       string // consent: where an administrator gives it
	Again      time.Duration
	Err        error
}

func (e *ChatError) Error() string {
	if e.Err != nil {
		return "teams chat: " + e.Why + ": " + e.Err.Error()
	}
	return "teams chat: " + e.Why
}

func (e *ChatError) Unwrap() error { return e.Err }

// How answers are looked for.
const (
	chatEvery = 3 * time.Second
	chatFor   = 10 * time.Minute // after the last message of the agent
	chatTake  = 10 * time.Second // one request
	chatMost  = 20               // chats that are followed at a time
	chatText  = 4000             // characters of a message; Teams takes about 28 KB
	chatLines = 20               // answers that are shown
)

// chat is one chat with a person about a contact.
type chat struct {
	contact fact.ContactID
	who     *people.Person
	w       wire.Chat
	id      string    // Graph's, once it is open
	after   time.Time // of the last message, by Graph's clock
	next    time.Time // when to look for answers; zero: not yet, or no more
	until   time.Time
	looking bool
}

// chat sends an expert what the console wrote in the agent's language: who is calling, why, and the notes so far.
func (s *seat) chat(c wire.Command) {
	t := s.room.tenant()
	k, contact := s.board.Call, fact.ContactID("")
	if k != nil {
		contact = fact.ContactID(k.Contact)
	}
	if c.To == nil {
		s.no(c.ID, "bad", "say_whom", "Say to whom.")
		return
	}
	who := t.person(c.To.ID)
	switch {
	case t.Chat == nil:
		s.reply(wire.Reply{ID: c.ID, Code: "not_allowed", Key: "chat_none", Words: "There is no Teams chat here: no Microsoft Graph is configured."})
		return
	case who == nil || c.To.Kind == wire.ToQueue || c.To.Kind == wire.ToTeam || c.To.Kind == wire.ToNumber:
		s.no(c.ID, "unknown", "no_person", "There is no such person.")
		return
	case who.ID == s.person.ID:
		s.no(c.ID, "not_now", "yourself", "That is yourself.")
		return
	case k == nil || c.Contact != "" && c.Contact != k.Contact:
		s.no(c.ID, "too_late", "call_over", "This call is over.")
		return
	case strings.TrimSpace(c.Text) == "":
		s.no(c.ID, "bad", "chat_empty", "There is nothing to send.")
		return
	case utf8.RuneCountInString(c.Text) > chatText:
		s.no(c.ID, "not_now", "chat_long", "That is too long for a chat message.")
		return
	}
	words := cleanNote(c.Text)
	chatter, err := s.chatting(t)
	if err != nil {
		s.chatFailed(c.ID, who, err)
		return
	}
	known := ""
	if x := s.chatOf(contact, who.ID); x != nil {
		known = x.id
	}
	s.besideFor(c.ID, func() event {
		ctx, cancel := context.WithTimeout(context.Background(), chatTake)
		defer cancel()
		id := known
		var err error
		if id == "" {
			if id, err = chatter.Open(ctx, who); err != nil {
				return chatSent{command: c.ID, who: who, err: err}
			}
		}
		at, err := chatter.Say(ctx, id, words)
		return chatSent{c.ID, contact, who, id, words, at, err}
	})
}

// chatting gives Teams chat as this person, with the token of now.
func (s *seat) chatting(t *Tenant) (Chatter, error) {
	if s.chatBy != t.ChatBy {
		s.chatter, s.chatBy = nil, t.ChatBy
	}
	if s.chatter == nil && t.Chat != nil {
		var err error
		if s.chatter, err = t.Chat(s.token, s.oid); err != nil {
			s.chatter = nil
			return nil, err
		}
	}
	return s.chatter, nil
}

func (s *seat) chatOf(contact fact.ContactID, who fact.AgentID) *chat {
	for _, x := range s.chats {
		if x.contact == contact && x.who.ID == who {
			return x
		}
	}
	return nil
}

// chatSent: a message went out, or did not.
type chatSent struct {
	command string
	contact fact.ContactID
	who     *people.Person
	id      string
	words   string
	at      time.Time
	err     error
}

func (e chatSent) apply(s *seat) {
	if e.err != nil {
		s.chatFailed(e.command, e.who, e.err)
		return
	}
	now := time.Now()
	x := s.chatOf(e.contact, e.who.ID)
	if x == nil {
		x = &chat{contact: e.contact, who: e.who, id: e.id, w: wire.Chat{ID: string(e.who.ID), With: e.who.Name}, after: e.at}
		s.chats = append(s.chats, x)
		if len(s.chats) > chatMost {
			s.chats = s.chats[1:]
		}
	}
	x.w.Sent, x.w.Words, x.w.Failed, x.w.Key, x.w.Args = now, e.words, "", "", nil
	x.next, x.until = now.Add(chatEvery), now.Add(chatFor)
	s.room.tenant().ACD.Record(fact.Entry{At: now, Contact: e.contact, Agent: s.person.ID, Fact: fact.Chatted{To: string(e.who.ID), Stage: fact.ChatSent, Chars: len([]rune(e.words))}})
	s.showChats(e.contact, nil)
	s.reply(wire.Reply{ID: e.command, OK: true, Key: "chat_sent", Args: map[string]string{"who": e.who.Name}, Words: "The context went to " + e.who.Name + "'s Teams chat."})
}

// showChats puts the chats of a contact on its card.
func (s *seat) showChats(contact fact.ContactID, say *wire.Said) {
	n := wire.News{Said: say}
	if k := s.board.Call; k != nil && k.Contact == string(contact) {
		card := *k
		card.Chats = s.chatsOf(contact)
		n.Call = &card
	}
	if n.Call != nil || say != nil {
		s.publish(n)
	}
}

func (s *seat) chatsOf(contact fact.ContactID) (out []wire.Chat) {
	for _, x := range s.chats {
		if x.contact == contact {
			w := x.w
			w.Answer = append([]wire.Line(nil), x.w.Answer...)
			out = append(out, w)
		}
	}
	return out
}

// chatFailed says which right is missing and who gives it, or what else stands in the way.
func (s *seat) chatFailed(command string, who *people.Person, err error) {
	r := wire.Reply{ID: command, Code: "not_now"}
	r.Key, r.Args, r.Words = chatWords(who.Name, err)
	if r.Key == "chat_consent" {
		r.Code = "not_allowed"
	}
	s.room.desk.o.Log.Info("a chat message was not sent", "agent", s.person.ID, "err", err)
	s.reply(r)
}

func chatWords(who string, err error) (key string, args map[string]string, words string) {
	e, ok := errors.AsType[*ChatError](err)
	if !ok {
		e = &ChatError{Why: "away", Err: err}
	}
	switch e.Why {
	case "consent":
		return "chat_consent", map[string]string{"right": e.Permission, "link": e.Link}, "The right " + e.Permission + " is missing. An administrator gives it at " + e.Link
	case "setup":
		return "chat_setup", map[string]string{"code": e.Code}, "Microsoft does not let the server write for you (" + e.Code + "). Sign in again; if that does not help, tell your administrator."
	case "busy":
		return "chat_busy", map[string]string{"s": e.Again.Round(time.Second).String()}, "Microsoft asks us to wait " + e.Again.Round(time.Second).String() + ". Try again then."
	case "unknown":
		return "chat_unknown", map[string]string{"who": who}, who + " has no account in this company's directory."
	case "refused":
		return "chat_refused", map[string]string{"who": who}, "Teams does not take a message to " + who + "."
	}
	return "chat_away", nil, "Microsoft Graph does not answer. Nothing was sent."
}

// checkChats looks for answers where it is time. It runs with every check of the seat.
func (s *seat) checkChats(now time.Time) {
	kept := s.chats[:0]
	for _, x := range s.chats {
		if x.next.IsZero() || now.After(x.until) {
			if x.next = (time.Time{}); s.board.Call == nil || s.board.Call.Contact != string(x.contact) {
				continue // nobody sees it any more
			}
		} else if !x.looking && !now.Before(x.next) {
			s.lookForAnswers(x)
		}
		kept = append(kept, x)
	}
	clear(s.chats[len(kept):])
	s.chats = kept
}

func (s *seat) lookForAnswers(x *chat) {
	chatter, err := s.chatting(s.room.tenant())
	if chatter == nil {
		s.notHeard(x, err, time.Now())
		return
	}
	x.looking = true
	id, after := x.id, x.after
	s.beside(func() event {
		ctx, cancel := context.WithTimeout(context.Background(), chatTake)
		defer cancel()
		lines, err := chatter.Heard(ctx, id, after)
		return chatHeard{x, lines, err}
	})
}

// chatHeard: answers of an expert, or why there are none.
type chatHeard struct {
	x     *chat
	lines []wire.Line
	err   error
}

func (e chatHeard) apply(s *seat) {
	x, now := e.x, time.Now()
	x.looking = false
	if e.err != nil {
		s.notHeard(x, e.err, now)
		return
	}
	x.next = now.Add(chatEvery)
	var last *wire.Said
	for _, l := range e.lines {
		if !l.At.After(x.after) { // another look was faster
			continue
		}
		x.after = l.At
		l.Words = clean(l.Words)
		x.w.Answer = append(x.w.Answer, l)
		last = &wire.Said{Kind: "message", Key: "chat_answer", Args: map[string]string{"who": x.w.With, "words": l.Words}, Words: x.w.With + " answers: " + l.Words}
	}
	if last == nil {
		return
	}
	x.w.Answer = x.w.Answer[max(0, len(x.w.Answer)-chatLines):]
	x.until = now.Add(chatFor)
	s.room.tenant().ACD.Record(fact.Entry{At: now, Contact: x.contact, Agent: s.person.ID, Fact: fact.Chatted{To: string(x.who.ID), Stage: fact.ChatAnswered}})
	s.showChats(x.contact, last)
}

func (s *seat) notHeard(x *chat, err error, now time.Time) {
	x.next = now.Add(chatEvery)
	e, ok := errors.AsType[*ChatError](err)
	switch {
	case ok && e.Why == "busy":
		x.next = now.Add(max(chatEvery, e.Again))
	case ok && (e.Why == "consent" || e.Why == "refused" || e.Why == "setup"):
		x.next = time.Time{}
		x.w.Key, x.w.Args, x.w.Failed = chatWords(x.w.With, err)
		s.showChats(x.contact, nil)
	}
}
