package desk

import (
	"slices"
	"strings"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// Bounds of what a console may say.
const (
	maxID     = 128
	maxSearch = 256
)

// commanded is a command of the console. Done once; the same id again gets the same reply.
type commanded struct {
	conn *conn
	cmd  wire.Command
}

func (e commanded) apply(s *seat) {
	if r, known := s.replies[e.cmd.ID]; known {
		if r != nil {
			e.conn.send(wire.FromServer{Reply: r})
		}
		return
	}
	if len(e.cmd.ID) > maxID {
		e.conn.log.Info("a console sent a command with an id that is too long", "agent", s.person.ID)
		e.conn.close("bad command")
		return
	}
	s.remember(e.cmd.ID)
	do, ok := verbs[e.cmd.Do]
	if !ok {
		s.no(e.cmd.ID, "bad", "unknown_command", "The server does not know this command; it may be older than the console.")
		return
	}
	do(s, e.cmd)
}

// asked is a command that came, and when it was answered.
type asked struct {
	id string
	at time.Time
}

func (s *seat) remember(id string) {
	s.replies[id] = nil
	s.order = append(s.order, asked{id: id})
	if len(s.order) > keepReplies {
		delete(s.replies, s.order[0].id)
		s.order = s.order[1:]
	}
}

// forgetReplies lets go of what a console that is there must have had: one that came back has asked again by now.
func (s *seat) forgetReplies(now time.Time) {
	if s.conn == nil || !s.welcomed || now.Sub(s.cameAt) <= newsKept {
		return
	}
	old := 0
	for old < len(s.order) && s.replies[s.order[old].id] != nil && now.Sub(s.order[old].at) > newsKept {
		delete(s.replies, s.order[old].id)
		old++
	}
	if old > 0 {
		s.order = slices.Clone(s.order[old:])
	}
	if len(s.order) == 0 && old > 0 {
		s.replies = map[string]*wire.Reply{} // the old one would keep its room
	}
}

// reply answers a command, on the seat's goroutine.
func (s *seat) reply(r wire.Reply) {
	if i := slices.IndexFunc(s.order, func(a asked) bool { return a.id == r.ID }); i >= 0 {
		s.replies[r.ID], s.order[i].at = &r, time.Now()
	}
	if s.conn != nil {
		s.conn.send(wire.FromServer{Reply: &r})
	}
}

func (s *seat) ok(id string, d done) { s.reply(d.reply(id)) }

// no refuses a command: the key names the sentence in the console's catalogue, the words are it in English, args are
// pairs of a name and what stands for {name}.
func (s *seat) no(id, code, key, words string, args ...string) {
	s.reply(refusal(id, call.Because(code, key, words, args...)))
}

func refusal(id string, no *call.No) wire.Reply {
	return wire.Reply{ID: id, Code: no.Code, Key: no.Key, Words: no.Words, Args: no.Args}
}

// done is what is said when a command was carried out, as the words of a refusal.
type done struct {
	key, words string
	args       []string
}

func (d done) reply(id string) wire.Reply {
	n := call.Because("", d.key, d.words, d.args...)
	return wire.Reply{ID: id, OK: true, Key: n.Key, Words: n.Words, Args: n.Args}
}

// replied brings a reply from another goroutine.
type replied struct{ r wire.Reply }

func (e replied) apply(s *seat) { s.reply(e.r) }

// answer makes the reply of a call to a command.
func (s *seat) answer(id string, d done) call.Reply {
	return func(no *call.No) {
		if no != nil {
			s.tell(replied{refusal(id, no)})
			return
		}
		s.tell(replied{d.reply(id)})
	}
}

// inTime makes the reply of the arbiter to a command.
func (s *seat) inTime(id string, d done) func(*routing.TooLate) {
	return func(late *routing.TooLate) {
		if late != nil {
			s.tell(replied{refusal(id, tooLate(late.Why))})
			return
		}
		s.tell(replied{d.reply(id)})
	}
}

func tooLate(why string) *call.No {
	switch why {
	case string(fact.Missed):
		return call.Because("too_late", "late_missed", "Too late: it rang for its whole time and went on.")
	case string(fact.CallerOff):
		return call.Because("too_late", "caller_gone", "The caller hung up before you answered.")
	case string(fact.Accepted):
		return call.Because("too_late", "late_accepted", "This call is answered already.")
	case string(fact.Declined):
		return call.Because("too_late", "late_declined", "You have declined this call.")
	case string(fact.Withdrawn):
		return call.Because("too_late", "withdrawn", "The call went elsewhere.")
	case "not_now":
		return call.Because("too_late", "late_not_now", "That cannot be done now.")
	case "code":
		return call.Because("not_now", "code_wanted", "This call wants a code first.")
	case routing.ReasonTelephone:
		return call.Because("not_now", "telephone_gone", "Your telephone is not there. Look whether it is on and registered, or let calls ring at the console.")
	case "undo":
		return call.Because("too_late", "late_undo", "That can no longer be taken back.")
	}
	return call.Because("too_late", "late_gone", "This call is no longer there.")
}

// verbs says what each command does.
var verbs = map[wire.Verb]func(*seat, wire.Command){
	wire.DoReady: func(s *seat, c wire.Command) {
		what := "state"
		if s.view.State == fact.Wrapup { // which it ends
			what = "done"
		}
		s.room.tenant().ACD.Ask(routing.Want{Agent: s.person.ID, Ready: true, By: routing.ByAgent}, s.asked(c.ID, done{key: "ok_ready", words: "ready"}, what))
	},
	wire.DoNotReady: (*seat).notReady,
	wire.DoAnswer:   (*seat).accept,
	wire.DoDecline: func(s *seat, c wire.Command) {
		if !s.mayDecline(c.Reason) {
			s.no(c.ID, "unknown", "no_reason", "There is no such reason.")
			return
		}
		s.room.tenant().ACD.Ask(routing.Decline{Reservation: fact.ReservationID(c.Reservation), Agent: s.person.ID, Reason: c.Reason}, s.inTime(c.ID, done{key: "ok_declined", words: "declined"}))
	},
	wire.DoHold: func(s *seat, c wire.Command) {
		s.toCall(c, func(call.Reply) call.Event {
			return call.Hold{Agent: s.person.ID, Reply: s.held(c.ID, wire.DoResume)}
		})
	},
	wire.DoResume: func(s *seat, c wire.Command) {
		s.toCall(c, func(call.Reply) call.Event {
			return call.Resume{Agent: s.person.ID, Reply: s.held(c.ID, wire.DoHold)}
		})
	},
	wire.DoMute: func(s *seat, c wire.Command) {
		s.toCall(c, func(r call.Reply) call.Event { return call.Muted{Agent: s.person.ID, On: c.Muted, Reply: r} })
	},
	wire.DoTones:     (*seat).tones,
	wire.DoTransfer:  (*seat).transfer,
	wire.DoAsk:       (*seat).transfer,
	wire.DoAdd:       (*seat).transfer,
	wire.DoRemove:    (*seat).remove,
	wire.DoMuteParty: (*seat).muteParty,
	wire.DoLeave:     (*seat).leaveGroup,
	wire.DoDial:      (*seat).dial,
	wire.DoSwap: func(s *seat, c wire.Command) {
		s.toCall(c, func(r call.Reply) call.Event { return call.Swap{Agent: s.person.ID, Reply: r} })
	},
	wire.DoJoin: func(s *seat, c wire.Command) {
		s.toCall(c, func(r call.Reply) call.Event { return call.Join{Agent: s.person.ID, Reply: r} })
	},
	wire.DoComplete: func(s *seat, c wire.Command) {
		s.toCall(c, func(r call.Reply) call.Event { return call.Complete{Agent: s.person.ID, Reply: r} })
	},
	wire.DoDrop: func(s *seat, c wire.Command) {
		s.toCall(c, func(r call.Reply) call.Event { return call.Drop{Agent: s.person.ID, Reply: r} })
	},
	wire.DoUndo: (*seat).undoLast,
	wire.DoHangup: func(s *seat, c wire.Command) {
		s.toCall(c, func(r call.Reply) call.Event { return call.Hangup{Agent: s.person.ID, Reply: r} })
	},
	wire.DoNote: func(s *seat, c wire.Command) {
		s.toEither(c, func(r call.Reply) call.Event {
			return call.Note{Agent: s.person.ID, Text: cleanNote(c.Text), Reply: r}
		})
	},
	wire.DoCode:     (*seat).code,
	wire.DoEndpoint: (*seat).endpoint,
	wire.DoDone: func(s *seat, c wire.Command) {
		s.room.tenant().ACD.Ask(routing.WrapDone{Agent: s.person.ID}, s.asked(c.ID, done{key: "ok_done", words: "done"}, "done"))
	},
	wire.DoExtend: func(s *seat, c wire.Command) {
		s.room.tenant().ACD.Ask(routing.WrapMore{Agent: s.person.ID}, s.inTime(c.ID, done{key: "ok_more", words: "more time"}))
	},
	wire.DoSearch: (*seat).search,
	wire.DoChat:   (*seat).chat,
	wire.DoHistory: func(s *seat, c wire.Command) {
		t := s.room.tenant()
		s.besideFor(c.ID, func() event {
			r := wire.Reply{ID: c.ID, OK: true}
			if t.History != nil {
				r.Rows = t.History.Last(t.ID, s.person.ID, 200)
			}
			return replied{r}
		})
	},
	wire.DoWhy: (*seat).why,
	wire.DoSignOut: func(s *seat, c wire.Command) {
		s.signOut(routing.ByAgent, "asked", func(ok bool) {
			if ok {
				s.ok(c.ID, done{key: "ok_signedout", words: "signed out"})
			} else {
				s.no(c.ID, "not_now", "have_caller", "You have a caller. Hang up or hand the call on first.")
			}
		})
	},
}

// mayDecline reports whether an offer may be declined for a reason: none, one of its queue, or one of not ready.
func (s *seat) mayDecline(reason string) bool {
	is := func(r wire.Reason) bool { return r.ID == reason }
	o := s.board.Offer
	if reason == "" || o != nil && slices.ContainsFunc(o.Reasons, is) {
		return true
	}
	return (o == nil || len(o.Reasons) == 0) && slices.ContainsFunc(s.room.tenant().Rules.Reasons, is)
}

func (s *seat) notReady(c wire.Command) {
	reasons := s.room.tenant().Rules.Reasons
	if c.Reason == "" && len(reasons) > 0 {
		c.Reason = reasons[0].ID
	}
	if !slices.ContainsFunc(reasons, func(r wire.Reason) bool { return r.ID == c.Reason }) && c.Reason != "" {
		s.no(c.ID, "unknown", "no_reason", "There is no such reason.")
		return
	}
	s.room.tenant().ACD.Ask(routing.Want{Agent: s.person.ID, Reason: c.Reason, By: routing.ByAgent}, s.asked(c.ID, done{key: "ok_notready", words: "not ready"}, "state"))
}

func (s *seat) accept(c wire.Command) {
	id := fact.ReservationID(c.Reservation)
	if id == "" && s.board.Offer != nil {
		id = fact.ReservationID(s.board.Offer.Reservation)
	}
	if o := s.board.Offer; o != nil && o.Endpoint != "" && o.Reservation == string(id) {
		s.reply(refusal(c.ID, answerThere(o.Endpoint)))
		return
	}
	k, answer := s.offers[id], s.inTime(c.ID, done{key: "ok_talking", words: "talking"})
	s.room.tenant().ACD.Ask(routing.Accept{Reservation: id, Agent: s.person.ID}, func(late *routing.TooLate) {
		if late == nil && c.Muted && k != nil { // the call has been told of the agent by now
			k.Tell(call.Muted{Agent: s.person.ID, On: true})
		}
		answer(late)
	})
}

// toCall hands a command to the call on the desk. A late key never reaches the next call: the console says
// which one it meant.
func (s *seat) toCall(c wire.Command, make func(call.Reply) call.Event) {
	if s.call == nil || c.Contact != "" && string(s.call.ID()) != c.Contact {
		s.no(c.ID, "too_late", "call_over", "This call is over.")
		return
	}
	if !s.call.Tell(make(s.answer(c.ID, done{}))) {
		s.no(c.ID, "too_late", "call_over", "This call is over.")
	}
}

func (s *seat) toWrap(c wire.Command, make func(call.Reply) call.Event) {
	if s.wrap == nil || c.Contact != "" && string(s.wrap.ID()) != c.Contact || !s.wrap.Tell(make(s.answer(c.ID, done{}))) {
		s.no(c.ID, "too_late", "call_closed", "This call is closed.")
	}
}

func (s *seat) toEither(c wire.Command, make func(call.Reply) call.Event) {
	if s.wrap != nil && (s.call == nil || c.Contact == string(s.wrap.ID())) {
		s.toWrap(c, make)
		return
	}
	s.toCall(c, make)
}

func (s *seat) tones(c wire.Command) {
	if c.Digits == "" || strings.Trim(c.Digits, "0123456789*#ABCD,") != "" || len(c.Digits) > 64 {
		s.no(c.ID, "bad", "tones_are", "Tones are 0 to 9, * and #.")
		return
	}
	s.toCall(c, func(r call.Reply) call.Event { return call.Tones{Agent: s.person.ID, Digits: c.Digits, Reply: r} })
}

func cleanNote(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (s *seat) why(c wire.Command) {
	t := s.room.tenant()
	id := fact.ContactID(c.Contact)
	if id == "" || t.History == nil {
		var idle wire.Idle
		if s.board.Me.State == wire.Ready {
			idle = s.idle
		}
		told := []wire.Line{idleWords(idle)}
		if k := s.board.Me.Kept; k != nil {
			told = append(told, phrase("idle_kept", "No calls of {queues} while Teams says {activity}.", "queues", strings.Join(k.Queues, ", "), "activity", k.Activity))
		}
		r := wire.Reply{ID: c.ID, OK: true, Told: told}
		for _, l := range told {
			r.Lines = append(r.Lines, l.Words)
		}
		s.reply(r)
		return
	}
	s.besideFor(c.ID, func() event {
		steps, sum := t.History.Why(t.ID, id)
		r := wire.Reply{ID: c.ID, OK: true, Steps: steps, Sum: sum.Words, Sums: sum.Parts}
		for _, x := range steps { // for consoles that know no steps, and for --plain
			r.Lines = append(r.Lines, strings.TrimSpace(x.At.Format("15:04:05.000")+"  "+x.What+"  "+x.Words))
		}
		return replied{r}
	})
}

func idleWords(i wire.Idle) wire.Line {
	switch {
	case i.Place == 0:
		return phrase("idle_none", "You are in no line now.")
	case i.Place == 1:
		return phrase("idle_next", "You are next.")
	}
	return phrase("idle_before", "Before you: {who}, idle longer.", "who", i.Before)
}

// phrase is a line with its key in the console's catalogue.
func phrase(key, words string, args ...string) wire.Line {
	n := call.Because("", key, words, args...)
	return wire.Line{Key: n.Key, Args: n.Args, Words: n.Words}
}
