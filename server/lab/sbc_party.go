package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// PartyEnd is how a call of the lab ended.
type PartyEnd struct {
	By     string // "us", "server" or "network"
	Code   int    // SIP code of the refusal; 200 after a BYE
	Reason string // the reason phrase, or the text of the Reason header of a BYE or CANCEL
	At     time.Time
	Err    error
}

// Party is one end of a call at the SBC: a caller, or a phone that was called. Safe for any goroutine.
type Party struct {
	sbc   *SBC
	media *sbcMedia
	id    string // Call-ID
	tag   string
	out   bool // we sent the INVITE
	sdpID uint64

	ringing, answered, ended chan struct{}

	mu          sync.Mutex
	transport   string
	local       sip.FromHeader
	remote      sip.ToHeader
	target      sip.Uri
	routes      []sip.Uri
	next        string // where requests go when neither route nor target says it: the server
	seq         uint32
	version     uint64
	direction   string // what our last offer or answer said
	own         sbcSDP
	secure      bool
	invite      *sip.Request
	ack         *sip.Request
	acked       chan struct{}
	allows      string // Allow of the answer to our INVITE
	cancelled   bool
	cancelSent  bool
	byeSent     bool
	provisional bool
	codes       []int
	requests    []SBCMessage  // requests of the server within the call
	news        chan struct{} // closed and replaced when one comes
	end         PartyEnd
	began       time.Time
	answeredAt  time.Time
	ringingAt   time.Time
	reinvites   int
	refuseNext  int // answers the next re-INVITE of the server with this code
}

func (s *SBC) newParty(out bool, codecs []SBCCodec) (*Party, error) {
	media, err := newSBCMedia(s.host, codecs)
	if err != nil {
		return nil, err
	}
	p := &Party{
		sbc: s, media: media, out: out, news: make(chan struct{}), tag: random(8), sdpID: uint64(time.Now().UnixMilli()), direction: "sendrecv", began: time.Now(),
		ringing: make(chan struct{}), answered: make(chan struct{}), ended: make(chan struct{}), acked: make(chan struct{}, 1),
	}
	return p, nil
}

func (s *SBC) register(p *Party) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialogs[p.id+"|"+p.tag] = p
}

func (s *SBC) dialog(callID, tag string) *Party {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dialogs[callID+"|"+tag]
}

// CallID is the Call-ID on the wire.
func (p *Party) CallID() string { return p.id }

// Ringing is closed at the first 180 or 183.
func (p *Party) Ringing() <-chan struct{} { return p.ringing }

// Answered is closed at the 200.
func (p *Party) Answered() <-chan struct{} { return p.answered }

// Ended is closed when the call is over, whoever ended it.
func (p *Party) Ended() <-chan struct{} { return p.ended }

// End is how the call ended; it is the zero value before Ended is closed.
func (p *Party) End() PartyEnd {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end
}

// Codes are the codes of the provisional answers so far.
func (p *Party) Codes() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.codes)
}

// Allows is the Allow header of the answer to the call's INVITE.
func (p *Party) Allows() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.allows
}

// Times are when the INVITE went, and how long after it the first 180 or 183 and the 200 came; 0 when they did not.
func (p *Party) Times() (began time.Time, ringing, answered time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ringingAt.IsZero() {
		ringing = p.ringingAt.Sub(p.began)
	}
	if !p.answeredAt.IsZero() {
		answered = p.answeredAt.Sub(p.began)
	}
	return p.began, ringing, answered
}

// Requests are the requests within the call that came from the server (BYE, INVITE, UPDATE, INFO, REFER, NOTIFY, …).
func (p *Party) Requests() []SBCMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Heard is what this party hears.
func (p *Party) Heard() *Recording { return p.media.heard }

// Codec is the codec in use; empty before one was negotiated.
func (p *Party) Codec() SBCCodec {
	p.media.mu.Lock()
	defer p.media.mu.Unlock()
	return p.media.codec
}

// Encrypted reports whether voice goes by SRTP.
func (p *Party) Encrypted() bool {
	p.media.mu.Lock()
	defer p.media.mu.Unlock()
	return p.media.out != nil
}

// Media counts packets.
func (p *Party) Media() SBCMediaStats {
	p.media.mu.Lock()
	defer p.media.mu.Unlock()
	return p.media.stats
}

// MediaPort is the local RTP port.
func (p *Party) MediaPort() int { return int(p.media.local.Port()) }

// Say speaks from now on, instead of what was said before; then silence.
func (p *Party) Say(s Speech) { p.media.say(s, false) }

// Repeat speaks from now on, over and over.
func (p *Party) Repeat(s Speech) { p.media.say(s, true) }

// Press sends keys (0-9 * # A-D) as RFC 4733 events, one after the other.
func (p *Party) Press(keys string) { p.media.press(keys) }

// Tones are the keys that the other side pressed so far.
func (p *Party) Tones() string {
	p.media.mu.Lock()
	defer p.media.mu.Unlock()
	return string(p.media.heardTone)
}

// WaitTones waits until the other side has pressed want.
func (p *Party) WaitTones(ctx context.Context, want string) error {
	for {
		got := p.Tones()
		if strings.HasPrefix(got, want) {
			return nil
		}
		select {
		case <-p.media.tonesHad:
		case <-p.ended:
			return fmt.Errorf("heard keys %q, want %q: the call ended", got, want)
		case <-ctx.Done():
			return fmt.Errorf("heard keys %q, want %q: %w", got, want, ctx.Err())
		}
	}
}

// WaitRinging waits for a 180 or 183.
func (p *Party) WaitRinging(ctx context.Context) error { return p.wait(ctx, p.ringing, "ringing") }

// WaitAnswered waits for the 200.
func (p *Party) WaitAnswered(ctx context.Context) error { return p.wait(ctx, p.answered, "an answer") }

// WaitEnded waits for the end of the call.
func (p *Party) WaitEnded(ctx context.Context) (PartyEnd, error) {
	select {
	case <-p.ended:
		return p.End(), nil
	case <-ctx.Done():
		return PartyEnd{}, fmt.Errorf("the call did not end: %w", ctx.Err())
	}
}

func (p *Party) wait(ctx context.Context, c <-chan struct{}, what string) error {
	select {
	case <-c:
		return nil
	default:
	}
	select {
	case <-c:
		return nil
	case <-p.ended:
		e := p.End()
		return fmt.Errorf("waited for %s, but the call was ended by %s: %d %s", what, e.By, e.Code, e.Reason)
	case <-ctx.Done():
		return fmt.Errorf("waited for %s: %w", what, ctx.Err())
	}
}

// finish ends the call once.
func (p *Party) finish(e PartyEnd) {
	p.mu.Lock()
	if !p.end.At.IsZero() {
		p.mu.Unlock()
		return
	}
	e.At = time.Now()
	p.end = e
	p.mu.Unlock()
	p.media.close()
	p.sbc.mu.Lock()
	delete(p.sbc.dialogs, p.id+"|"+p.tag)
	p.sbc.mu.Unlock()
	close(p.ended)
	p.sbc.log.Debug("lab call ended", "sip_call_id", p.id, "by", e.By, "code", e.Code)
}

func (p *Party) isEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

func (p *Party) isAnswered() bool {
	select {
	case <-p.answered:
		return true
	default:
		return false
	}
}

// rang notes a provisional answer.
func (p *Party) rang(code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.provisional = true
	p.codes = append(p.codes, code)
	if code >= 180 {
		select {
		case <-p.ringing:
		default:
			p.ringingAt = time.Now()
			close(p.ringing)
		}
	}
}

func (p *Party) markAnswered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isAnswered() {
		p.answeredAt = time.Now()
		close(p.answered)
	}
}

// RefuseReinvite answers the next re-INVITE of the server with a code, 491 for glare.
func (p *Party) RefuseReinvite(code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuseNext = code
}
