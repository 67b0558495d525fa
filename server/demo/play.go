package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cordboard/audio"
	"cordboard/server/lab"
	"cordboard/server/ledger"
	"cordboard/session/wire"
)

// play is the shift, step by step. The first error ends it.
func (s *shift) play() error {
	for _, step := range []func() error{s.signsIn, s.firstCaller, s.holds, s.presenceMoves, s.declined, s.asksInChat, s.handsOn, s.wrapsUp, s.secondCaller, s.teamRung, s.lastCaller, s.voicemail, s.groupCall, s.hangsUp} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *shift) state(want wire.State, limit time.Duration) error {
	return s.desk.wait(s.ctx, "state "+string(want), limit, func(b *wire.Board, _ *wire.SignIn) bool { return b.Me.State == want })
}

func (s *shift) signsIn() error {
	err := s.desk.wait(s.ctx, "a device code", 10*time.Second, func(_ *wire.Board, x *wire.SignIn) bool { return x.Code != "" })
	if err != nil {
		return err
	}
	s.did("the console shows a code for the Microsoft page %s", s.microsoft.Page())
	codes := s.microsoft.Codes()
	if len(codes) == 0 {
		return fmt.Errorf("the authority knows of no code")
	}
	if err := s.microsoft.Approve(codes[len(codes)-1], adele); err != nil {
		return err
	}
	at := time.Now()
	if err := s.state(wire.NotReady, 15*time.Second); err != nil {
		return err
	}
	s.did("Adele Vance approved it and is signed in after %d ms; not ready", time.Since(at).Milliseconds())
	if err := s.types("ready"); err != nil {
		return err
	}
	if err := s.state(wire.Ready, 2*time.Second); err != nil {
		return err
	}
	s.did("ready")
	return nil
}

// rings lets a caller ring, and gives the time from INVITE to the offer on the desk.
func (s *shift) rings(number, name string) (*lab.Caller, time.Duration, error) {
	at := time.Now()
	c, err := s.call(s.ctx, number, name, "hello, this is "+name+".", callerChirp)
	if err != nil {
		return nil, 0, err
	}
	err = s.desk.wait(s.ctx, "an offer on the desk", 5*time.Second, func(b *wire.Board, _ *wire.SignIn) bool { return b.Offer != nil && b.Offer.Caller.Name == name })
	return c, time.Since(at), err
}

func (s *shift) firstCaller() error {
	c, took, err := s.rings(nestor, "Nestor Wilke")
	if err != nil {
		return err
	}
	s.caller = c
	s.did("Nestor Wilke of Fabrikam rings on the desk %.1f ms after the INVITE", ms(took))
	if err := c.Heard().WaitSound(s.ctx, 300*time.Millisecond, 0); err != nil {
		return fmt.Errorf("the caller hears no music while waiting: %w", err)
	}
	s.did("the caller hears music meanwhile")
	from := c.Heard().Length()
	at := time.Now()
	if err := s.types("answer"); err != nil {
		return err
	}
	if err := s.state(wire.Talking, 3*time.Second); err != nil {
		return err
	}
	s.did("answered; talking after %.1f ms", ms(time.Since(at)))
	return s.hearEachOther(c.Party, from)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// within bounds one wait.
func (s *shift) within(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(s.ctx, d)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// hearEachOther waits until the agent's voice is at the party, and the party's in the agent's ear.
func (s *shift) hearEachOther(p *lab.Party, from time.Duration) error {
	at := time.Now()
	if err := p.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, from)) > 0 }); err != nil {
		return fmt.Errorf("the agent's voice did not reach the other side: %w", err)
	}
	s.did("the agent's voice is heard on the other side (%s, %d ms)", p.Codec(), time.Since(at).Milliseconds())
	if err := s.earHears(callerChirp, 10*time.Second); err != nil {
		return err
	}
	s.did("the caller's voice is in the agent's ear")
	return nil
}

// earHears waits until the agent's ear has heard a chirp in what it heard from now on.
func (s *shift) earHears(chirp int, limit time.Duration) error {
	return s.until(limit, "the voice in the agent's ear", func() bool {
		pcm, rate := s.ear()
		const last = 4 // seconds
		return len(lab.FindChirps(pcm[max(0, len(pcm)-last*rate):], rate, chirp)) > 0
	})
}

// ear reads what the agent's ear has heard so far.
func (s *shift) ear() ([]int16, int) {
	f, err := os.Open(s.earFile())
	if err != nil {
		return nil, 48000
	}
	defer f.Close()
	pcm, rate, err := audio.ReadWAV(f)
	if err != nil {
		return nil, 48000
	}
	return pcm, rate
}

// until asks again and again, a few times a second.
func (s *shift) until(limit time.Duration, what string, ok func() bool) error {
	end := time.After(limit)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			return fmt.Errorf("%s did not come within %v", what, limit)
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
	return nil
}

func (s *shift) holds() error {
	from := s.caller.Heard().Length()
	if err := s.types("hold"); err != nil {
		return err
	}
	if err := s.state(wire.Held, 2*time.Second); err != nil {
		return err
	}
	if err := s.caller.Heard().WaitSound(s.within(5*time.Second), 500*time.Millisecond, from+300*time.Millisecond); err != nil {
		return fmt.Errorf("no music on hold: %w", err)
	}
	if n := len(s.caller.Heard().Chirps(agentChirp, from+500*time.Millisecond)); n > 0 {
		return fmt.Errorf("the agent is heard on hold")
	}
	s.did("on hold the caller hears music, not the agent")
	if err := s.types("resume"); err != nil {
		return err
	}
	from = s.caller.Heard().Length()
	if err := s.state(wire.Talking, 2*time.Second); err != nil {
		return err
	}
	if err := s.caller.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, from)) > 0 }); err != nil {
		return fmt.Errorf("after the hold the agent is not heard: %w", err)
	}
	s.did("resumed; the caller hears the agent again")
	if err := s.types("tones 12#"); err != nil {
		return err
	}
	if err := s.caller.WaitTones(s.within(5*time.Second), "12#"); err != nil {
		return fmt.Errorf("keypad tones: %w", err)
	}
	s.did("keypad tones 1 2 # reach the caller's line")
	return nil
}

// presenceMoves changes an expert's presence at Microsoft and waits for it on the desk.
func (s *shift) presenceMoves() error {
	at := time.Now()
	if err := s.microsoft.SetPresence(lee, lab.MicrosoftPresence{Availability: "Available", Activity: "Available"}); err != nil {
		return err
	}
	err := s.desk.wait(s.ctx, "Lee Gu's presence on the desk", 8*time.Second, func(b *wire.Board, _ *wire.SignIn) bool {
		for _, e := range b.Experts {
			if e.Name == "Lee Gu" {
				return e.Availability == "Available"
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	s.did("Lee Gu came out of a meeting; the dot on the desk is green after %.1f s", time.Since(at).Seconds())
	return nil
}

// declined hands the caller to an expert who declines: the caller comes back.
func (s *shift) declined() error {
	if err := s.types("2"); err != nil {
		return err
	}
	if err := s.state(wire.Transfer, 2*time.Second); err != nil {
		return err
	}
	s.did("one key: Lee Gu's telephone rings, the caller hears ringing")
	from := s.caller.Heard().Length()
	if err := s.state(wire.Talking, 8*time.Second); err != nil {
		return err
	}
	if err := s.caller.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, from)) > 0 }); err != nil {
		return fmt.Errorf("the caller did not come back to the agent's voice: %w", err)
	}
	s.did("Lee Gu declined (603); the caller is back with the agent")
	return nil
}

// handsOn hands the caller to an expert who answers.
func (s *shift) handsOn() error {
	phone := s.sbc.Phone(meganNumber, meganAnswers(700*time.Millisecond))
	at := time.Now()
	if err := s.types("1"); err != nil {
		return err
	}
	m, err := phone.Next(s.within(5 * time.Second))
	if err != nil {
		return fmt.Errorf("the telephone of Megan Bowen does not ring: %w", err)
	}
	s.did("one key: Megan Bowen's telephone rings %.1f ms later, and shows %s", ms(time.Since(at)), m.From)
	if err := s.state(wire.Wrapup, 10*time.Second); err != nil {
		return err
	}
	from := s.caller.Heard().Length()
	if err := s.caller.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(expertChirp, from)) > 0 }); err != nil {
		return fmt.Errorf("the caller does not hear the expert: %w", err)
	}
	if err := m.Heard().Wait(s.within(10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(callerChirp, 0)) > 0 }); err != nil {
		return fmt.Errorf("the expert does not hear the caller: %w", err)
	}
	s.did("Megan Bowen answered; she and the caller hear each other, the agent is free")
	return nil
}

func (s *shift) wrapsUp() error {
	for _, line := range []string{"1", "note VPN drops since Monday; Megan took over", "done"} {
		if err := s.types(line); err != nil {
			return err
		}
	}
	if err := s.state(wire.Ready, 3*time.Second); err != nil {
		return err
	}
	s.did("wrapped up: code VPN, a note; ready again")
	if err := s.caller.Hangup(s.within(5 * time.Second)); err != nil {
		return err
	}
	s.did("the caller hung up on Megan Bowen")
	return nil
}

// secondCaller rings and hangs up before the answer.
func (s *shift) secondCaller() error {
	c, _, err := s.rings(alexNumber, "Alex Wilber")
	if err != nil {
		return err
	}
	at := time.Now()
	if err := c.Hangup(s.within(5 * time.Second)); err != nil {
		return err
	}
	err = s.desk.wait(s.ctx, "the end of the ringing", 3*time.Second, func(b *wire.Board, _ *wire.SignIn) bool { return b.Offer == nil && b.Me.State == wire.Ready })
	if err != nil {
		return err
	}
	s.did("Alex Wilber hung up while it rang; the desk is ready again after %.1f ms, nothing is missed", ms(time.Since(at)))
	return nil
}

// lastCaller is answered.
func (s *shift) lastCaller() error {
	c, took, err := s.rings("+14255550142", "Lynne Robbins")
	if err != nil {
		return err
	}
	s.caller = c
	s.did("Lynne Robbins rings %.1f ms after the INVITE", ms(took))
	if err := s.types("answer"); err != nil {
		return err
	}
	return s.state(wire.Talking, 3*time.Second)
}

// hangsUp hangs up from the agent's side at last.
func (s *shift) hangsUp() error {
	for range 2 {
		if err := s.types("hangup"); err != nil {
			return err
		}
	}
	end, err := s.caller.WaitEnded(s.within(5 * time.Second))
	if err != nil {
		return err
	}
	s.did("the agent hung up (said twice); the caller's leg ended by the %s", end.By)
	if err := s.state(wire.Wrapup, 3*time.Second); err != nil {
		return err
	}
	for _, line := range []string{"4", "done"} {
		if err := s.types(line); err != nil {
			return err
		}
	}
	return s.state(wire.Ready, 3*time.Second)
}

// report prints the ledger and holds it against what happened.
func (s *shift) report() error {
	dir := filepath.Join(s.dir, "data")
	r, err := ledger.OpenReader(s.ctx, dir)
	if err != nil {
		return err
	}
	defer r.Close()
	want := []string{"transferred", "abandoned", "transferred", "completed"}
	err = s.until(5*time.Second, "the end of four contacts in the ledger", func() bool {
		var ends []string
		err := r.Contacts(s.ctx, ledger.Filter{Tenant: "contoso"}, func(c *ledger.Contact) error { ends = append(ends, c.End); return nil })
		return err == nil && slices.Equal(ends, want)
	})
	if err != nil {
		return err
	}
	s.did("the ledger has four contacts: %s", strings.Join(want, ", "))
	return ledger.ContactsReport(s.ctx, s.out, ledger.ReportOptions{Dir: dir}, ledger.Filter{})
}
