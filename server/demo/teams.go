package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cordboard/server/lab"
	"cordboard/session/wire"
)

// chatReads is how soon an expert of the demonstration sees a message, and chatThinks how long the answer takes.
const (
	chatReads  = 250 * time.Millisecond
	chatThinks = 700 * time.Millisecond
)

// chatAnswers are what experts write back to the agent in Teams.
var chatAnswers = map[string]string{
	megan: "Known since this morning: set the MTU to 1400 and reconnect. If that does not help, send him over.",
	lee:   "The invoice went out twice; a credit note follows today.",
	ana:   "In ten minutes. Ask whether they are on the new client.",
	raj:   "On the train, no signal. Please try Megan.",
}

// answersChats lets the experts answer what the agent writes, until ctx ends: each message once.
func (w *world) answersChats(ctx context.Context) {
	answered := map[string]int{}
	tick := time.NewTicker(chatReads)
	defer tick.Stop()
	for {
		for who, words := range chatAnswers {
			sent := 0
			for _, m := range w.microsoft.Messages(adele, who) {
				if m.From == adele {
					sent++
				}
			}
			if sent <= answered[who] {
				continue
			}
			answered[who] = sent
			select {
			case <-time.After(chatThinks):
			case <-ctx.Done():
				return
			}
			if err := w.microsoft.Say(who, adele, words); err != nil {
				w.log.Warn("an expert could not answer in chat", "err", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// asksInChat sends an expert the story of the call in Teams, and waits for the answer on the card.
func (s *shift) asksInChat() error {
	at := time.Now()
	if err := s.types("chat 1"); err != nil {
		return err
	}
	sent := s.microsoft.Messages(adele, megan)
	if len(sent) == 0 || sent[0].From != adele || !strings.Contains(sent[0].Text, "Nestor Wilke") {
		return fmt.Errorf("the chat of Megan Bowen has %+v", sent)
	}
	line, _, _ := strings.Cut(sent[0].Text, "\n")
	s.did("one key: Megan Bowen has the caller's story in her Teams chat, from Adele (%q)", line)
	answer := ""
	err := s.desk.wait(s.ctx, "the answer on the card", 8*time.Second, func(b *wire.Board, _ *wire.SignIn) bool {
		if b.Call == nil || len(b.Call.Chats) == 0 || len(b.Call.Chats[0].Answer) == 0 {
			return false
		}
		answer = b.Call.Chats[0].Answer[0].Words
		return true
	})
	if err != nil {
		return err
	}
	if answer != chatAnswers[megan] {
		return fmt.Errorf("on the card stands %q", answer)
	}
	s.did("her answer is on the agent's card after %.1f s: %q", time.Since(at).Seconds(), answer)
	return nil
}

// voicemail hands the caller to an expert whose voicemail answers: it gets nobody, and the caller comes back.
func (s *shift) voicemail() error {
	phone := s.sbc.Phone(rajNumber, rajsVoicemail())
	mark := s.lines.mark()
	if _, err := fmt.Fprintln(s.keys, "4"); err != nil {
		return err
	}
	asked, err := s.lines.wait(s.ctx, mark, 6*time.Second, func(l string) bool { return word(l) == "no" })
	if err != nil {
		return fmt.Errorf("the desk does not ask before it rings somebody who is offline: %w", err)
	}
	if !strings.Contains(asked, "Raj Patel is offline") {
		return fmt.Errorf("the desk says %q", asked)
	}
	s.did("Raj Patel is offline, read at the moment of the key: the desk asks first; ring anyway")
	if err := s.types("anyway"); err != nil {
		return err
	}
	r, err := s.rung(phone)
	if err != nil {
		return fmt.Errorf("nobody rings Raj Patel: %w", err)
	}
	from := s.caller.Heard().Length()
	if err := r.Heard().WaitSound(s.within(6*time.Second), 700*time.Millisecond, 0); err != nil {
		return fmt.Errorf("who answered is not asked for a key: %w", err)
	}
	s.did("Raj Patel's voicemail answered without a ring: it is asked for key 1, and the caller hears ringing")
	end, err := r.WaitEnded(s.within(12 * time.Second))
	if err != nil {
		return fmt.Errorf("the voicemail is not let go: %w", err)
	}
	if n := len(r.Heard().Chirps(callerChirp, 0)); n > 0 {
		return fmt.Errorf("the voicemail heard the caller")
	}
	why := ""
	err = s.desk.wait(s.ctx, "the caller back on the desk", 3*time.Second, func(b *wire.Board, _ *wire.SignIn) bool {
		if b.Call == nil || b.Call.Back == nil {
			return false
		}
		why = b.Call.Back.Words
		return true
	})
	if err != nil {
		return err
	}
	if err := s.caller.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, from)) > 0 }); err != nil {
		return fmt.Errorf("the caller did not come back to the agent's voice: %w", err)
	}
	s.did("no key: it was hung up on by the %s, and the caller is back with the agent: %q", end.By, why)
	return nil
}

func rajsVoicemail() lab.PhoneBehaviour { return lab.PhoneVoicemail(300 * time.Millisecond) }

// groupCall takes an expert into the call: everybody hears everybody else.
func (s *shift) groupCall() error {
	phone := s.sbc.Phone(meganNumber, meganAnswers(700*time.Millisecond))
	if err := s.types("add 1"); err != nil {
		return err
	}
	m, err := s.rung(phone)
	if err != nil {
		return fmt.Errorf("nobody rings Megan Bowen: %w", err)
	}
	if err := s.state(wire.Conference, 10*time.Second); err != nil {
		return err
	}
	from := s.caller.Heard().Length()
	for _, k := range []struct {
		who    string
		ear    *lab.Recording
		from   time.Duration
		chirps []int
	}{{"the caller", s.caller.Heard(), from, []int{agentChirp, expertChirp}}, {"the expert", m.Heard(), 0, []int{agentChirp, callerChirp}}} {
		for _, chirp := range k.chirps {
			if err := k.ear.Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(chirp, k.from)) > 0 }); err != nil {
				return fmt.Errorf("in the group call %s does not hear voice %d: %w", k.who, chirp, err)
			}
		}
	}
	if err := s.earHears(expertChirp, 10*time.Second); err != nil {
		return err
	}
	s.did("a group call: the caller, the agent and Megan Bowen all hear each other")
	return nil
}

func meganAnswers(ring time.Duration) lab.PhoneBehaviour {
	return lab.PhoneBehaviour{Answer: true, RingFor: ring, Repeat: true, Say: lab.SpeechOf(lab.SpeechChirp(expertChirp), lab.SpeechVoice("megan", "megan bowen speaking."))}
}

// teamRung rings a team at once: the first to answer takes the caller, the others are let go as if they had not missed it.
func (s *shift) teamRung() error {
	c, _, err := s.rings("+14255550143", "Diego Siciliani")
	if err != nil {
		return err
	}
	s.caller = c
	if err := s.types("answer"); err != nil {
		return err
	}
	if err := s.state(wire.Talking, 3*time.Second); err != nil {
		return err
	}
	first := s.sbc.Phone(meganNumber, meganAnswers(700*time.Millisecond))
	other := s.sbc.Phone(leeNumber, lab.PhoneNoAnswer())
	if err := s.types("5"); err != nil {
		return err
	}
	m, err := s.rung(first)
	if err != nil {
		return fmt.Errorf("nobody rings Megan Bowen of the team: %w", err)
	}
	l, err := s.rung(other)
	if err != nil {
		return fmt.Errorf("nobody rings Lee Gu of the team: %w", err)
	}
	s.did("one key: the team rings, %d telephones at once", 2)
	if err := s.state(wire.Wrapup, 10*time.Second); err != nil {
		return err
	}
	end, err := l.WaitEnded(s.within(5 * time.Second))
	if err != nil {
		return fmt.Errorf("the telephone of Lee Gu rings on: %w", err)
	}
	if end.Reason != "Call completed elsewhere" { // of the CANCEL's Reason header
		return fmt.Errorf("the telephone of Lee Gu shows a missed call: the CANCEL says %q", end.Reason)
	}
	if err := c.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(expertChirp, 0)) > 0 }); err != nil {
		return fmt.Errorf("the caller does not hear the first to answer: %w", err)
	}
	if err := m.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(callerChirp, 0)) > 0 }); err != nil {
		return fmt.Errorf("the first to answer does not hear the caller: %w", err)
	}
	s.did("Megan Bowen was first and has the caller; Lee Gu's telephone was told %q and shows nothing missed", end.Reason)
	for _, line := range []string{"2", "done"} {
		if err := s.types(line); err != nil {
			return err
		}
	}
	if err := s.state(wire.Ready, 3*time.Second); err != nil {
		return err
	}
	return c.Hangup(s.within(5 * time.Second))
}

// rung gives the call that a telephone rings with now; earlier ones have ended.
func (s *shift) rung(p *lab.Phone) (*lab.PhoneCall, error) {
	ctx := s.within(5 * time.Second)
	for {
		c, err := p.Next(ctx)
		if err != nil {
			return nil, err
		}
		select {
		case <-c.Ended():
		default:
			return c, nil
		}
	}
}
