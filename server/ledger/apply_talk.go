package ledger

import (
	"strings"
	"time"

	"cordboard/server/fact"
)

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func (s *shelf) connected(b *book, at int64, who string, f fact.Connected) error {
	c := b.contact
	if v := b.waiting(); v != nil {
		b.leave(at, "", "answered")
		v.Agent = who
		if f.WaitedMS > 0 {
			v.WaitedMS = f.WaitedMS
		}
	}
	if c.Answered == 0 {
		c.Answered, c.Agent, c.WaitedMS = at, who, f.WaitedMS
	}
	c.talkedWith(who)
	t := &Talk{Tenant: c.Tenant, Contact: c.ID, No: len(b.talks) + 1, Agent: who, Queue: string(f.Queue), Began: at}
	b.talks = append(b.talks, t)
	b.touch(talkTable, t)
	a, err := s.agent(c.Tenant, who)
	if err != nil {
		return err
	}
	a.talk, a.of = t, b
	return nil
}

func (c *Contact) talkedWith(who string) {
	for w := range strings.SplitSeq(c.With, ", ") {
		if w == who {
			return
		}
	}
	c.With = strings.TrimPrefix(c.With+", "+who, ", ")
}

// talk gives the talk an agent is in with this contact; without an agent the last one that goes on.
func (b *book) talk(who string) *Talk {
	for i := len(b.talks) - 1; i >= 0; i-- {
		if t := b.talks[i]; t.Ended == 0 && (who == "" || t.Agent == who) {
			return t
		}
	}
	return nil
}

func (b *book) hold(at int64, who string) {
	if t := b.talk(who); t != nil && t.HeldSince == 0 {
		t.HeldSince = at
		b.touch(talkTable, t)
	}
}

func (b *book) resume(at int64, who string) {
	if t := b.talk(who); t != nil && t.HeldSince != 0 {
		t.HoldMS += max(0, (at-t.HeldSince)/1000)
		t.HeldSince = 0
		b.touch(talkTable, t)
	}
}

// endTalk ends the talk of one agent.
func (b *book) endTalk(t *Talk, at int64, to string) {
	if t.Ended != 0 {
		return
	}
	if t.HeldSince != 0 {
		t.HoldMS += max(0, (at-t.HeldSince)/1000)
		t.HeldSince = 0
	}
	t.Ended, t.HandedTo = at, to
	b.touch(talkTable, t)
}

func (b *book) endTalks(at int64, to string) {
	for _, t := range b.talks {
		b.endTalk(t, at, to)
	}
}

func (b *book) moved(at int64, e *fact.Entry, f fact.Moved) {
	c := b.contact
	m := b.transfer(string(f.Transfer))
	if m == nil {
		m = &Transfer{Tenant: c.Tenant, Contact: c.ID, No: len(b.transfers) + 1, Transfer: string(f.Transfer), Agent: string(e.Agent),
			Consult: f.Consult, ToKind: f.ToKind, To: f.To, Started: at}
		if e.Personal != nil {
			m.Number = string(e.Personal.Number)
		}
		b.transfers = append(b.transfers, m)
		c.Transfers++
	}
	if f.Stage == fact.Tried { // one of a team; the transfer goes on
		return
	}
	m.Stage = string(f.Stage)
	if f.Code != 0 {
		m.Code = f.Code
	}
	if f.Why != "" {
		m.Why = f.Why
	}
	if f.Back != "" {
		m.Back = f.Back
	}
	switch f.Stage {
	case fact.RingingAt:
		m.Ringing = at
	case fact.Answered, fact.Failed, fact.TakenBack:
		m.Ended = at
	}
	if f.Stage == fact.Answered {
		to := f.To
		if f.Who != "" {
			to = f.Who
		}
		if f.ToKind != "queue" {
			c.talkedWith(to)
		}
		if t := b.talk(m.Agent); t != nil && !m.Consult {
			b.endTalk(t, at, to)
		}
	}
	b.touch(transferTable, m)
}

func (b *book) transfer(id string) *Transfer {
	for _, m := range b.transfers {
		if m.Transfer == id {
			return m
		}
	}
	return nil
}

// ended ends the contact, once. One that was open when the server died ended then: the hours that the server
// did not run are nobody's talk.
func (b *book) ended(at, died int64, f fact.Ended) {
	c := b.contact
	if c.Ended != 0 {
		return
	}
	if f.End == fact.Broken && c.Arrived <= died {
		at = died
	}
	how := "left"
	switch f.End {
	case fact.Abandoned:
		how = "abandoned"
	case fact.Broken:
		how = "lost"
	}
	b.leave(at, "", how)
	if c.Answered == 0 && c.Since != 0 {
		c.WaitedMS = max(0, (at-c.Since)/1000)
	}
	b.endTalks(at, "")
	c.Ended, c.End, c.EndedBy, c.Code, c.Reason = at, string(f.End), f.By, f.Code, f.Reason
	c.TalkMS, c.HoldMS = f.TalkMS, f.HoldMS
	if f.TalkMS == 0 && f.HoldMS == 0 {
		for _, t := range b.talks {
			c.TalkMS += t.TalkMS()
			c.HoldMS += t.HoldMS
		}
	}
}

func (b *book) wrapped(who string, f fact.Wrapped) {
	c := b.contact
	c.WrapMS += f.WrapMS
	if f.Code != "" {
		c.WrapCode = f.Code
	}
	for i := len(b.talks) - 1; i >= 0; i-- {
		if t := b.talks[i]; t.Agent == who {
			t.WrapMS, t.Code = t.WrapMS+f.WrapMS, f.Code
			b.touch(talkTable, t)
			return
		}
	}
}

func (b *book) noted(at int64, e *fact.Entry, f fact.Noted) {
	text := ""
	if e.Personal != nil {
		text = e.Personal.Note
	}
	for _, n := range b.notes {
		if n.Agent == string(e.Agent) {
			n.At, n.Chars, n.Text = at, f.Chars, text
			b.touch(noteTable, n)
			return
		}
	}
	n := &Note{b.contact.Tenant, b.contact.ID, string(e.Agent), at, f.Chars, text}
	b.notes = append(b.notes, n)
	b.touch(noteTable, n)
}
