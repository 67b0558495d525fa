package media

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/server/inbox"
)

// RTPOptions of a leg towards an SBC or a SIP phone.
type RTPOptions struct {
	ID     string
	SRTP   string  // off: never; allow ("" too): where the peer offers it; require: nothing without (SDES, RFC 4568)
	Codecs []Codec // in order of preference; empty: all
	Ptime  int     // ms that we ask for; 0: 20
	// Peer is where the party's signalling comes from. Its voice may come from there too, when what its description
	// says stays silent: one host with several addresses, or a plain NAT. Not valid: only as described.
	Peer netip.Addr
	// ICE answers the peer's connectivity checks (ice-lite, RFC 8445 §2.5), which Teams asks for where the voice goes
	// past its media processors.
	ICE bool
}

// RTPLeg is a party's voice over RTP or SRTP. Its descriptions are negotiated by Offer, Answer and Accept, in the
// order of SIP's offers and answers; none of them waits.
type RTPLeg struct {
	core
	o    RTPOptions
	rtp  *net.UDPConn
	rtcp *net.UDPConn
	ssrc uint32
	peer atomic.Pointer[peer]

	mu      sync.Mutex // of negotiation; media does not pass here
	us      ourSide
	pending *offer
	agreed  *agreement
	key     *cryptoLine // ours, for as long as the peer keeps its own
	creds   *iceCreds   // ours, likewise
}

// NewRTPLeg opens a pair of ports. Errors: ErrNoPorts, ErrClosed.
func (p *Plane) NewRTPLeg(o RTPOptions) (*RTPLeg, error) {
	if p.isClosed() {
		return nil, ErrClosed
	}
	o.Codecs = slices.DeleteFunc(slices.Clone(o.Codecs), func(c Codec) bool { return c == NoCodec || c >= codecs })
	if len(o.Codecs) == 0 {
		o.Codecs = AllCodecs()
	}
	if o.Ptime <= 0 || o.Ptime > 60 {
		o.Ptime = 20
	}
	if o.SRTP == "" {
		o.SRTP = "allow"
	}
	rtp, rtcp, err := p.ports.pair()
	if err != nil {
		return nil, err
	}
	l := &RTPLeg{o: o, rtp: rtp, rtcp: rtcp, ssrc: rand.Uint32()}
	l.us = ourSide{id: rand.Uint64N(1 << 62), addr: p.o.Advertise, port: portOf(rtp)}
	l.start(p, o.ID)
	l.core.end = l.Close
	l.control.identify(l.ssrc)
	p.remember(&l.core, l.beat)
	inbox.Go(l.broke, l.readRTP)
	inbox.Go(l.broke, l.readRTCP)
	return l, nil
}

func (l *RTPLeg) broke(p *inbox.Panic) {
	l.log.Error("a leg's reader failed", "err", p, "stack", string(p.Stack))
	l.tell(Dead{Since: time.Now()})
}

// Port is the leg's RTP port.
func (l *RTPLeg) Port() int { return l.us.port }

// Close gives the ports back.
func (l *RTPLeg) Close() {
	if l.stop() {
		l.rtp.Close()
		l.rtcp.Close()
	}
}
