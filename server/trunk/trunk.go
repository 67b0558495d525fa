// Package trunk is the SIP edge towards SBCs (RFC 3261): listeners, access lists, peers and their health, digest,
// dialogs. sipgo gives the parser, the transports, the transactions; what it leaves open is done here: the answer
// loop, 200 and PRACK retransmission, crossing CANCEL, pinned connections, failover, session timers, glare.
package trunk

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/netip"
	"time"
)

// Options are what an Edge is made of. An empty listening address means that transport is not served; port 0
// picks a free one (Addr tells which).
type Options struct {
	UDP, TCP, TLS string
	Advertise     string // host that peers reach us by, without a port; empty: the local address towards the peer
	Certificate   func() (*tls.Certificate, error)
	ClientCAs     *x509.CertPool // with it, peers that connect by TLS must show a certificate of these
	TOS           int            // of signalling, 0 leaves it to the system; CS3 is 96
	UserAgent     string
	Log           *slog.Logger
	Handler       Handler
	Load          func() (busy bool, retryAfter time.Duration) // asked at each new call; busy is answered 503
	Phone         func(trunk, phone string)                    // a telephone has come or gone (see Registered); it must not block
	Lookup        Lookup                                       // nil: the system's resolver
}

// Trunk is one way in and out of a tenant.
type Trunk struct {
	ID, Tenant, Kind string // Kind: sbc (plain RFC 3261), teams (Direct Routing's shapes) or phones (telephones register)
	Peers            []Peer
	Phones           []Phone
	Allow            []netip.Prefix // who may send, beside the peers' own addresses
	ContactHost      string         // host in Contact (and Via with kind teams)
	FromHost         string         // host in From; empty: as ContactHost
	Username         string
	Password         string
	Realm            string
	AuthIncoming     bool   // challenge new calls (digest)
	Reuse            string // connection (default): requests within a call go over the connection it came on; route: where its route says
	RootCAs          *x509.CertPool
	Trusted          bool // P-Asserted-Identity is believed and given (RFC 3325)
	MayRefer         bool // REFER and INVITE with Replaces are taken from its peers
}

// Peer is an SBC of a trunk. Without a port, SRV records of the name are asked first (RFC 3263).
type Peer struct {
	Host      string
	Port      int
	Transport string        // udp, tcp, tls
	Health    time.Duration // between two OPTIONS, 0 for none
}

// Handler is told what happens.
type Handler interface {
	// Invite brings a new call, in a goroutine of its own. It returns at once and goes on by d.
	Invite(d *Dialog)
	// PeerHealth says that a peer answers its OPTIONS again, or no longer, and why.
	PeerHealth(trunk, peer string, up bool, why string)
}

// Outgoing is a call to be made.
type Outgoing struct {
	Trunk          string
	To             string // number or user, placed at the peer's host
	Phone          string // a telephone that registers at the trunk, instead of To
	Target         string // a whole URI instead of To, used byte for byte
	From, FromName string
	Asserted       string        // number asserted instead of From if the trunk is trusted (RFC 3325)
	SDP            []byte        // offer; nil: the peer makes it, and Answered brings it
	RingFor        time.Duration // then CANCEL; 0: three minutes
	Headers        map[string]string
	Privacy        bool // withhold From (RFC 3323); the number goes in P-Asserted-Identity if the trunk is trusted
}

// Info is what is known of a dialog when it begins. It does not change.
type Info struct {
	Trunk, Tenant, Peer string
	Source              netip.Addr // where the INVITE came from; Peer may be a name
	CallID              string
	Phone               string // the telephone that calls, proven by digest
	From, FromName, To  string // user parts, as received
	Withheld            bool   // the caller does not want to be known; From may be anonymous or must not be shown
	Private             bool   // the caller asks for it by Privacy: what is asserted is no more for us to use
	Asserted            []string
	Diverted            []Diverted // what the call was sent on from, oldest first
	Transport           string
	RequestHost         string // of the Request-URI
	UserAgent           string
	SDP                 []byte // nil: late offer
	ReferredBy          string
	ReplacesCallID      string
	Replaces            *Dialog // the dialog that this call takes the place of (RFC 3891), nil otherwise
	Correlation         string  // x-i and x-c of Direct Routing's Contact, for support
}

// Reason goes into the Reason header of a BYE or CANCEL (RFC 3326).
type Reason struct {
	Code int // SIP status, 0 for none
	Text string
}
