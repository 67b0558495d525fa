package media

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// patience is how long packets from another port of the peer's address have to wait for the one that was agreed.
const patience = 200 * time.Millisecond

// peer is the other end of an RTP leg as one negotiation left it.
type peer struct {
	leg     *RTPLeg
	agreed  *agreement
	receive payloads
	remote  atomic.Pointer[netip.AddrPort] // where we send
	from    *latch
	ice     *iceTalk // nil: the peer does not check

	seals     *srtpKeys // outgoing, under the Sender's lock; nil: plain
	opens     *srtpKeys // incoming, reader only
	sealMu    sync.Mutex
	sealsRTCP *srtp.Context
	openMu    sync.Mutex
	opensRTCP *srtp.Context
	wire      [1600]byte // under the Sender's lock
}

// sealRoom is what SRTP adds to a packet at most: an MKI and a tag.
const sealRoom = 128 + 10

// latch is where the peer's packets were seen to come from, since its address was agreed. Only the leg's reader uses it.
type latch struct {
	since time.Time
	exact bool // the agreed port itself was heard
	addr  netip.AddrPort
	heard time.Time
}

// newPeer makes the other end; what an unchanged key has counted goes on.
func newPeer(l *RTPLeg, a *agreement, old *peer) (*peer, error) {
	p := &peer{leg: l, agreed: a, receive: a.receive, from: &latch{since: time.Now()}}
	to := a.remote
	var talked *iceTalk
	if old != nil {
		talked = old.ice
	}
	p.ice = newICETalk(a.ice, talked)
	if old != nil && (old.agreed.remote == a.remote || p.ice != nil && p.ice == old.ice && p.ice.chosen.Load() && a.remote.IsValid()) {
		p.from, to = old.from, *old.remote.Load()
	}
	p.remote.Store(&to)
	if a.ours == nil {
		return p, nil
	}
	var err, more error
	if old != nil && old.seals != nil && old.agreed.ours.same(a.ours) {
		p.seals, p.sealsRTCP = old.seals, old.sealsRTCP
	} else {
		p.seals, err = newSRTP(a.ours)
		p.sealsRTCP, more = a.ours.context(false)
		err = errors.Join(err, more)
	}
	if old != nil && old.opens != nil && old.agreed.their.same(a.their) {
		p.opens, p.opensRTCP = old.opens, old.opensRTCP
	} else {
		p.opens, more = newSRTP(a.their)
		err = errors.Join(err, more)
		p.opensRTCP, more = a.their.context(true)
		err = errors.Join(err, more)
	}
	return p, err
}

// send is the outlet of the leg's Sender.
func (p *peer) send(h *rtp.Header, payload []byte) error {
	n := 12 + len(payload)
	if n > len(p.wire)-sealRoom {
		return errors.New("a packet too long to send")
	}
	b := p.wire[:n]
	putRTP(b, header{pt: h.PayloadType, marker: h.Marker, seq: h.SequenceNumber, ts: h.Timestamp, ssrc: p.leg.ssrc})
	copy(b[12:], payload)
	if p.seals != nil {
		b = p.seals.seal(b, 12)
	}
	_, err := p.leg.rtp.WriteToUDPAddrPort(b, *p.remote.Load())
	return err
}

// mayCome judges a packet's source by its address before it is read. Only the agreed address counts; another port of
// it, or the address of its signalling, is taken when the agreed one stays silent, as behind some firewalls. What
// carries a valid SRTP tag proves itself. Reader only.
func (p *peer) mayCome(from netip.AddrPort, now time.Time) bool {
	l := p.from
	switch {
	case p.ice.decides():
		return from == p.agreed.remote || p.ice.knows(from)
	case from == p.agreed.remote:
		l.exact = true
	case l.exact, from.Addr() != p.agreed.remote.Addr() && from.Addr() != p.leg.o.Peer:
		return false
	case from != l.addr && (now.Sub(l.since) < patience || now.Sub(l.heard) < 2*time.Second):
		return false
	}
	return true
}

// follow sends to where the peer's packets come from. Reader only.
func (p *peer) follow(from netip.AddrPort, now time.Time) {
	p.from.heard = now
	if p.ice.decides() {
		return
	}
	if from == p.from.addr {
		return
	}
	p.from.addr = from
	if p.agreed.remote.IsValid() {
		to := from // a copy, so that only a change of address makes something
		p.remote.Store(&to)
	}
}
