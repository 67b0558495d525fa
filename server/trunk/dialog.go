package trunk

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"cordboard/server/inbox"
)

// ErrEnded is the answer of a dialog that is over.
var ErrEnded = errors.New("the dialog is over")

type state uint8

const (
	calling   state = iota // our INVITE is out
	arrived                // the peer's INVITE waits for our answer
	answered               // our 200 waits for its ACK
	confirmed              // both know that the call is up
	leaving                // over for the owner; the wire is being tidied up
)

// Dialog is one SIP dialog (RFC 3261 §12), incoming or outgoing. All its state belongs to one goroutine; the methods
// may be called from any goroutine and never wait for the network.
type Dialog struct {
	e     *Edge
	trunk *trunk
	log   *slog.Logger
	info  Info
	uas   bool // the call came in
	in    *inbox.Inbox[func()]

	mu   sync.Mutex
	sink func(Event)
	kept []Event // before there was a sink
	over bool    // the last event is out

	known atomic.Bool // the peer has acknowledged our 200, and so knows our tag

	// What follows belongs to the dialog's goroutine.
	state               state
	localTag            string
	local, remote       string // From and To of our requests, without tags
	user                string // of our Contact
	peer                party
	localSeq, remoteSeq uint32
	remoteSeen          bool
	forks               map[string]party // early dialogs of our INVITE, by the peer's tag
	transport           string
	pin                 hop           // the connection that the call came on or went by
	sent                chan struct{} // closed when the last request has gone out: the next keeps its place behind it
	pending             int           // things under way that will come back
	peerAllows          string        // Allow of the peer, upper case

	serving  *served // the peer's INVITE or UPDATE with an offer that waits for our answer, or our 200 for its ACK
	inviting *invite // our INVITE that is out
	tried    []*invite
	out      Outgoing
	dialing  *dialing
	lateAck  *invite // a 200 with the peer's offer, whose ACK waits for our answer
	media    media
	timer    session
	reliable reliable
	hangup   *Reason // wanted as soon as it is allowed
}

// party is the other side of a dialog: its tag, where it is reached, and the way there, pinned when the dialog began.
type party struct {
	tag, target string
	route       []string
	sdp         []byte // of its last provisional answer
}

func newDialog(e *Edge, n *trunk, info Info) *Dialog {
	d := &Dialog{
		e: e, trunk: n, info: info, in: inbox.New[func()](), localTag: randomHex(8),
		log: e.log.With("trunk", n.ID, "tenant", n.Tenant, "sip_call_id", info.CallID),
	}
	closed := make(chan struct{})
	close(closed)
	d.sent = closed
	return d
}

// Info is what was known when the dialog began.
func (d *Dialog) Info() Info { return d.info }

// Sink sets who gets the events, those that came before included.
func (d *Dialog) Sink(f func(Event)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sink = f
	for _, ev := range d.kept {
		f(ev)
	}
	d.kept = nil
	d.letGo()
}

// ReplacedBy gives a new dialog to the owner of the one that it takes the place of (Info.Replaces). It reports false
// when there is no owner any more.
func (d *Dialog) ReplacedBy(n *Dialog) bool {
	d.mu.Lock()
	over := d.over
	d.mu.Unlock()
	if !over {
		d.emit(Replaced{n})
	}
	return !over
}

// letGo forgets the owner of a dialog that is over: it lives on for as long as its transactions, the owner need not.
func (d *Dialog) letGo() {
	if d.over && d.sink != nil {
		d.sink = func(Event) {}
	}
}

// emit gives an event to the sink; nothing follows the last.
func (d *Dialog) emit(ev Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return
	}
	switch ev.(type) {
	case Rejected, Unreachable, Ended:
		d.over = true
	}
	if d.sink == nil {
		d.kept = append(d.kept, ev)
		return
	}
	d.sink(ev)
	d.letGo()
}

// end gives the last event and lets the goroutine finish what is still to do on the wire.
func (d *Dialog) end(ev Event) {
	d.state = leaving
	d.stopTimers()
	d.emit(ev)
}

func (d *Dialog) stopTimers() {
	d.timer.stop()
	d.reliable.stop()
	d.media.stop()
	if d.dialing != nil {
		d.dialing.ring.stop()
	}
}

// Hangup ends the call in whatever state it is: an answer of 4xx, CANCEL, or BYE. A 200 that crosses is acknowledged
// and followed by BYE. It may be called again without effect.
func (d *Dialog) Hangup(why Reason) {
	d.do(func() {
		switch d.state {
		case calling:
			d.cancelDial(why, Ended{By: "us", Code: 487, Cause: "cancel", Text: why.Text})
		case arrived:
			code := why.Code
			if code < 400 || code > 699 {
				code = 480
			}
			d.reject(code, why.Text, 0)
		case answered: // BYE must wait for the ACK (RFC 3261 §15)
			d.hangup = &why
			d.pending++ // until the ACK, or until it is given up
			d.state = leaving
			d.emit(Ended{By: "us", Code: why.Code, Cause: "bye", Text: why.Text})
		case confirmed:
			d.refuseServing()
			d.farewell(why)
			d.end(Ended{By: "us", Code: why.Code, Cause: "bye", Text: why.Text})
		}
	})
}
