package lab

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// PhoneBehaviour is what a phone does when it is called. The zero value rings and waits for the test (Answer, Reject).
type PhoneBehaviour struct {
	Code       int           // refuses with this: 486 busy, 603 declined, 480 no client, 404, 503, …
	Reason     string        // reason phrase of Code; default the usual one
	RetryAfter int           // seconds, with Code
	RingFor    time.Duration // before it answers or refuses; negative: it rings until the caller gives up
	Answer     bool          // answers after RingFor
	Silent     bool          // no 180 before the answer (cloud voicemail)
	Early      bool          // rings with 183 and voice of its own
	Dead       bool          // takes the INVITE and never says anything, not even 100
	Forks      int           // so many clients ring, each 180 with its own To tag, with Early each 183 with a description of its own; the last answers
	Say        Speech        // spoken once it has answered
	Repeat     bool
	TalkFor    time.Duration // hangs up so long after the answer; 0: never
	Codecs     []SBCCodec    // instead of the SBC's
}

// PhoneAnswers rings for a while, then answers.
func PhoneAnswers(ringFor time.Duration) PhoneBehaviour {
	return PhoneBehaviour{Answer: true, RingFor: ringFor}
}

// PhoneBusy refuses with 486.
func PhoneBusy() PhoneBehaviour { return PhoneBehaviour{Code: 486} }

// PhoneDeclines rings, then its owner declines: 603.
func PhoneDeclines(ringFor time.Duration) PhoneBehaviour {
	return PhoneBehaviour{Code: 603, RingFor: ringFor}
}

// PhoneNoAnswer rings until the caller gives up.
func PhoneNoAnswer() PhoneBehaviour { return PhoneBehaviour{RingFor: -1} }

// PhoneVoicemail is answered by a machine at once, without ringing.
func PhoneVoicemail(after time.Duration) PhoneBehaviour {
	return PhoneBehaviour{Answer: true, Silent: true, RingFor: after,
		Say: SpeechVoice("voicemail", "please leave a message after the tone."), Repeat: false}
}

// Phone is a telephone behind the SBC: an expert's or an agent's Teams client, a desk phone.
type Phone struct {
	sbc    *SBC
	number string
	calls  chan *PhoneCall

	mu        sync.Mutex
	behaviour PhoneBehaviour
	had       []*PhoneCall
}

// PhoneCall is a call that a phone got. Until it is answered the phone can Answer or Reject it.
type PhoneCall struct {
	*Party
	From, FromName, To string
	Invite             SBCMessage // as it came

	do chan PhoneBehaviour // what the test decides
}

// Phone puts a phone behind the SBC, or changes what it does from the next call on. The number is the user of the Request-URI.
func (s *SBC) Phone(number string, b PhoneBehaviour) *Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.phones[number]
	if p == nil {
		p = &Phone{sbc: s, number: number, calls: make(chan *PhoneCall, 64)}
		s.phones[number] = p
	}
	p.Behave(b)
	return p
}

// Number is the phone's number.
func (p *Phone) Number() string { return p.number }

// Behave changes what the phone does from the next call on.
func (p *Phone) Behave(b PhoneBehaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behaviour = b
}

// Calls receives every call that comes in, when its INVITE has been read.
func (p *Phone) Calls() <-chan *PhoneCall { return p.calls }

// Next waits for a call.
func (p *Phone) Next(ctx context.Context) (*PhoneCall, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Had is every call so far.
func (p *Phone) Had() []*PhoneCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.had)
}

// Answer answers a call that rings.
func (c *PhoneCall) Answer() error { return c.decide(PhoneBehaviour{Answer: true}) }

// Reject refuses a call that rings.
func (c *PhoneCall) Reject(code int) error { return c.decide(PhoneBehaviour{Code: code}) }

func (c *PhoneCall) decide(b PhoneBehaviour) error {
	if c.isAnswered() || c.isEnded() {
		return errors.New("lab: the call does not ring any more")
	}
	select {
	case c.do <- b:
		return nil
	default:
		return errors.New("lab: it was decided already")
	}
}

// find gives the phone of a Request-URI user; numbers match with and without +.
func (s *SBC) find(user string) *Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.phones[user]; p != nil {
		return p
	}
	for n, p := range s.phones {
		if strings.TrimPrefix(n, "+") == strings.TrimPrefix(user, "+") {
			return p
		}
	}
	return s.phones["*"]
}

var phoneReasons = map[int]string{
	404: "Not Found", 408: "Request Timeout", 480: "Temporarily Unavailable", 486: "Busy Here", 488: "Not Acceptable Here",
	500: "Server Internal Error", 503: "Service Unavailable", 504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline",
}

func phoneReason(code int) string {
	if r := phoneReasons[code]; r != "" {
		return r
	}
	return "Refused"
}

// ring plays out the behaviour of one call; it returns when the INVITE has its final answer.
func (p *Phone) ring(c *PhoneCall, req *sip.Request, tx sip.ServerTransaction, b PhoneBehaviour) {
	u := &uas{Party: c.Party, req: req, tx: tx}
	if b.Dead {
		<-tx.Done()
		c.finish(PartyEnd{By: "server"})
		return
	}
	if b.Code == 0 || b.RingFor != 0 {
		u.ringing(b)
	}
	var after <-chan time.Time
	if b.RingFor >= 0 && (b.Answer || b.Code != 0) {
		t := time.NewTimer(b.RingFor)
		defer t.Stop()
		after = t.C
	}
	select {
	case <-c.ended: // cancelled
		return
	case <-tx.Done():
		c.finish(PartyEnd{By: "network", Err: tx.Err()})
		return
	case d := <-c.do:
		b.Code, b.Answer = d.Code, d.Answer
	case <-after:
	}
	if b.Code != 0 {
		u.refuse(b)
		return
	}
	if u.accept() && b.TalkFor > 0 {
		hang := time.NewTimer(b.TalkFor)
		defer hang.Stop()
		select {
		case <-c.ended:
		case <-hang.C:
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			_ = c.Hangup(ctx)
		}
	}
}
