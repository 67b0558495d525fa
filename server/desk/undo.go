package desk

import (
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// undo is what a key of the agent did a moment ago and may be taken back. A transfer is not among them: the call
// knows for how long that can be taken back.
type undo struct {
	what  string // as wire.Undo.What
	until time.Time
	do    func(*seat, wire.Command)
}

// undoable: a command has been done that may be taken back.
type undoable struct {
	what string
	do   func(*seat, wire.Command)
}

func (e undoable) apply(s *seat) {
	s.undo = &undo{e.what, time.Now().Add(routing.UndoFor), e.do}
	s.publish(wire.News{Me: s.me(s.view)})
}

func (s *seat) nothingToUndo() {
	s.undo = nil
	s.publish(wire.News{Me: s.me(s.view)})
}

// holds reports whether it may still be taken back after a change of the agent's state.
func (u *undo) holds(c routing.Changed) bool {
	switch u.what {
	case "state", "done":
		return c.By == routing.ByAgent && (c.To == fact.Ready || c.To == fact.NotReady) || routing.OnCall(c.To) && c.From == c.To
	case "hold":
		return c.To == fact.HeldState || c.To == fact.Talking
	}
	return c.To == fact.Wrapup // a code
}

// undoLast takes back what is under way, else what was done last.
func (s *seat) undoLast(c wire.Command) {
	if k := s.board.Call; k != nil && (k.Transfer != nil || s.undo == nil) {
		s.toCall(c, func(r call.Reply) call.Event { return call.Undo{Agent: s.person.ID, Reply: r} })
		return
	}
	u := s.undo
	if u == nil || time.Now().After(u.until) {
		s.no(c.ID, "too_late", "nothing_to_undo", "There is nothing to take back.")
		return
	}
	s.nothingToUndo()
	u.do(s, c)
}

// undoState takes back the agent's own last change of state, or that the work after a call is done.
func undoState(s *seat, c wire.Command) {
	s.room.tenant().ACD.Ask(routing.Undo{Agent: s.person.ID}, s.inTime(c.ID, done{key: "ok_undone", words: "taken back"}))
}

// asked makes the reply of the arbiter to a command that may be taken back.
func (s *seat) asked(id string, d done, what string) func(*routing.TooLate) {
	answer := s.inTime(id, d)
	return func(late *routing.TooLate) {
		if late == nil {
			s.tell(undoable{what, undoState})
		}
		answer(late)
	}
}

// held makes the reply of a call to hold and resume, each of which takes back the other.
func (s *seat) held(id string, back wire.Verb) call.Reply {
	answer := s.answer(id, done{})
	return func(no *call.No) {
		if no == nil {
			s.tell(undoable{"hold", func(s *seat, c wire.Command) {
				s.toCall(c, func(r call.Reply) call.Event {
					if back == wire.DoHold {
						return call.Hold{Agent: s.person.ID, Reply: r}
					}
					return call.Resume{Agent: s.person.ID, Reply: r}
				})
			}})
		}
		answer(no)
	}
}

// code sets the wrap-up code; taken back, the one before stands again.
func (s *seat) code(c wire.Command) {
	before := ""
	if w := s.board.Wrap; w != nil {
		before = w.Code
	}
	s.toWrap(c, func(call.Reply) call.Event {
		answer := s.answer(c.ID, done{})
		return call.CodeSet{Agent: s.person.ID, Code: c.Code, Reply: func(no *call.No) {
			if no == nil {
				s.tell(undoable{"code", func(s *seat, c wire.Command) {
					s.toWrap(c, func(r call.Reply) call.Event { return call.CodeSet{Agent: s.person.ID, Code: before, Reply: r} })
				}})
			}
			answer(no)
		}}
	})
}
