package media

import (
	"time"
)

func (l *RTPLeg) rules() *rules {
	return &rules{codecs: l.o.Codecs, srtp: l.o.SRTP, six: l.us.addr.Is6(), ice: l.o.ICE}
}

// Offer gives our offer, also for a re-INVITE: the version goes up only when it is not as the last description was.
func (l *RTPLeg) Offer() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Load() {
		return nil, ErrClosed
	}
	types := noPayloads()
	if l.agreed != nil {
		types = l.agreed.receive // numbers keep their meaning within a session (RFC 3264 §8.3.2)
	}
	for _, c := range l.o.Codecs {
		if types.codec[c] == noType {
			types.codec[c] = c.staticType()
		}
	}
	if types.cn == noType {
		types.cn = typeCN
	}
	if types.events == noType {
		types.events = typeEvents
	}
	of := &offer{proto: "RTP/AVP", types: types}
	sealed := l.o.SRTP == "require" || l.agreed != nil && l.agreed.ours != nil
	if sealed {
		of.proto = "RTP/SAVP"
		if l.key == nil {
			k := newCrypto("1", suite80)
			l.key = &k
		}
		of.key = l.key
	}
	if l.o.ICE {
		if l.creds == nil {
			c := newICECreds()
			l.creds = &c
		}
		of.ice = l.creds
	}
	l.pending = of
	return l.us.describe(l.us.offerBody(of, l.o.Codecs, l.o.Ptime)), nil
}

// Answer takes the peer's offer and gives the answer to it; from now on media goes as agreed. When it fails nothing
// has changed. Errors: ErrNoCodec, ErrCrypto, ErrAddress (488), *SDPError (400), ErrClosed.
func (l *RTPLeg) Answer(sdp []byte) ([]byte, error) {
	d, err := parseSDP(sdp)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Load() {
		return nil, ErrClosed
	}
	a, err := l.rules().choose(d)
	if err != nil {
		return nil, err
	}
	if a.their != nil {
		l.keyFor(a)
	}
	if a.ice != nil {
		l.credsFor(a)
	}
	if err = l.adopt(a); err != nil {
		return nil, err
	}
	l.pending = nil
	return l.us.describe(l.us.answerBody(a, l.o.Ptime)), nil
}

// keyFor gives our key of an answer: the one in use when the peer keeps its own, else a new one, so that both
// begin to count packets anew.
func (l *RTPLeg) keyFor(a *agreement) {
	if old := l.agreed; old != nil && old.ours != nil && old.their.same(a.their) && old.ours.suite == a.their.suite {
		k := *old.ours
		k.tag = a.their.tag
		a.ours = &k
	} else {
		k := newCrypto(a.their.tag, a.their.suite)
		a.ours = &k
	}
	l.key = a.ours
}

// credsFor gives our credentials of an answer: those in use while the peer keeps its own, else new ones, for its new
// ones begin the checks anew (RFC 8445 §9).
func (l *RTPLeg) credsFor(a *agreement) {
	old := l.agreed
	if l.creds == nil || old == nil || old.ice == nil || old.ice.theirs != a.ice.theirs {
		c := newICECreds()
		l.creds = &c
	}
	a.ice.ours = *l.creds
}

// Accept takes the peer's answer to our Offer; it may come again, when another answers or an early one is made
// final. Errors: as Answer's, and ErrNoOffer.
func (l *RTPLeg) Accept(sdp []byte) error {
	d, err := parseSDP(sdp)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed.Load():
		return ErrClosed
	case l.pending == nil:
		return ErrNoOffer
	}
	a, err := l.rules().settle(l.pending, d)
	if err != nil {
		return err
	}
	return l.adopt(a)
}

// Direction is what the peer's last description says; SendRecv before there is one.
func (l *RTPLeg) Direction() Direction {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.agreed == nil {
		return SendRecv
	}
	return l.agreed.theirs
}

// adopt lets media go as agreed.
func (l *RTPLeg) adopt(a *agreement) error {
	old := l.peer.Load()
	next, err := newPeer(l, a, old)
	if err != nil {
		return err
	}
	l.agreed = a
	l.peer.Store(next)
	muted := !a.theirs.Receives() || !a.remote.IsValid()
	moved := old == nil || a.remote.IsValid() && old.agreed.remote.IsValid() && a.remote != old.agreed.remote
	l.out.open(way{to: next, types: a.send, codec: a.codec, fixed: true, muted: muted, anew: moved})
	l.watch.expect(a.theirs == SendRecv && a.remote.IsValid(), time.Now())
	return nil
}

// beat looks after the leg: reports, what has to be told, and how good the sound is.
func (l *RTPLeg) beat(now time.Time) {
	s := l.Stats()
	for _, e := range l.watch.look(&s, now) {
		l.tell(e)
	}
	p := l.peer.Load()
	if p == nil {
		return
	}
	if b := l.due(now); b != nil {
		p.report(b)
	}
}

// Stats gives what has been counted and measured so far.
func (l *RTPLeg) Stats() Stats {
	s := l.core.Stats()
	if p := l.peer.Load(); p != nil {
		s.SRTP = p.opens != nil
	}
	return s
}
