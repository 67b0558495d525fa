package trunk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// SIP timers (RFC 3261 table 4).
const (
	t1        = 500 * time.Millisecond
	t2        = 4 * time.Second
	lifetime  = 64 * t1 // of a transaction
	firstWait = 5 * time.Second
)

const udpRoom = 4 << 20 // bytes in the system, for what comes in a burst

func init() {
	sip.UDPMTUSize = 1 << 16 // sipgo refuses what is larger; large messages leave UDP in connect.go
	sip.TransportBufferReadSize = 65535
	sip.Timer_1xx = lifetime                            // sipgo's own 100, made of the request that we put our tag on at the same time; ours is sent first thing
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler)) // what matters is logged here, with its call
}

// Edge is the server's SIP side: all listeners, all trunks, all dialogs.
type Edge struct {
	o      Options
	log    *slog.Logger
	lookup Lookup
	tp     *sip.TransportLayer
	tx     *sip.TransactionLayer

	udp      *packets
	udpAddr  sip.Addr
	tcp, tls *funnel
	table    atomic.Pointer[table]
	secret   [32]byte // of our digest nonces
	acks     acks
	phones   *registrar
	count    struct{ strangers, malformed, refused, overflown atomic.Uint64 }

	mu       sync.Mutex
	dialogs  map[dialogKey]*Dialog
	arriving map[dialogKey]*Dialog // incoming, by Call-ID and the peer's tag
	streams  map[string]*stream    // by remote address
	dialing  map[string]chan struct{}
	locals   map[netip.Addr]string // our address towards another
	closing  bool
	ended    chan struct{} // receives when a dialog has gone, while closing
	stop     context.Context
	cancel   context.CancelFunc
}

// dialogKey is a Call-ID and one side's tag.
type dialogKey struct{ callID, tag string }

// New opens the listeners. Nobody may send until Configure has said who.
func New(o Options) (*Edge, error) {
	e := newEdge(o)
	err := e.listen()
	if err != nil {
		e.shut()
		return nil, err
	}
	return e, nil
}

func newEdge(o Options) *Edge {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.UserAgent == "" {
		o.UserAgent = "cordboard"
	}
	e := &Edge{
		o: o, log: o.Log, lookup: o.Lookup, dialogs: map[dialogKey]*Dialog{}, arriving: map[dialogKey]*Dialog{},
		streams: map[string]*stream{}, dialing: map[string]chan struct{}{}, locals: map[netip.Addr]string{}, ended: make(chan struct{}, 1), phones: newRegistrar(),
	}
	if e.lookup == nil {
		e.lookup = net.DefaultResolver
	}
	e.stop, e.cancel = context.WithCancel(context.Background())
	e.secret = newSecret()
	e.table.Store(&table{})
	quiet := slog.New(slog.DiscardHandler)
	never := func(net.Addr) net.Dialer { // connections are made in connect.go only
		return net.Dialer{Deadline: time.Unix(1, 0)}
	}
	e.tp = sip.NewTransportLayer(net.DefaultResolver, parser, nil, sip.WithTransportLayerLogger(quiet),
		sip.WithTransportLayerTransports(sip.TransportsConfig{
			TCP: &sip.TransportTCP{DialerCreate: never},
			TLS: &sip.TransportTLS{TransportTCP: &sip.TransportTCP{DialerCreate: never}},
		}))
	e.tx = sip.NewTransactionLayer(e.tp, sip.WithTransactionLayerLogger(quiet), sip.WithTransactionLayerTerminateOnConnClose(),
		sip.WithTransactionLayerUnhandledResponseHandler(e.strayResponse))
	e.tx.OnRequest(e.onRequest)
	return e
}

func (e *Edge) listen() error {
	if e.o.UDP != "" {
		a, err := net.ResolveUDPAddr("udp", e.o.UDP)
		if err != nil {
			return fmt.Errorf("sip udp %s: %w", e.o.UDP, err)
		}
		c, err := net.ListenUDP("udp", a)
		if err != nil {
			return fmt.Errorf("sip udp %s: %w", e.o.UDP, err)
		}
		if got := setReadBuffer(c, udpRoom); got > 0 && got < udpRoom/4 {
			e.log.Info("the system keeps little of what comes by UDP while the machine is busy; raise net.core.rmem_max", "bytes", got, "wanted", udpRoom)
		}
		c.SetWriteBuffer(1 << 20)
		setTOS(c, e.o.TOS)
		e.serveUDP(c)
	}
	for _, l := range []struct {
		listen string
		secure bool
	}{{e.o.TCP, false}, {e.o.TLS, true}} {
		var inner net.Listener
		if l.listen != "" {
			if l.secure && e.o.Certificate == nil {
				return errors.New("sip tls: no certificate")
			}
			n, err := net.Listen("tcp", l.listen)
			if err != nil {
				return fmt.Errorf("sip %s: %w", l.listen, err)
			}
			inner = n
		}
		e.serveStreams(inner, l.secure)
	}
	return nil
}

func (e *Edge) serveUDP(c net.PacketConn) {
	e.udp = newPackets(e, c)
	a := addrPortOf(c.LocalAddr())
	host, _, _ := net.SplitHostPort(c.LocalAddr().String())
	e.udpAddr = sip.Addr{IP: net.ParseIP(host), Port: int(a.Port())}
	e.run("udp", e.udp.drain)
	e.run("udp", func() { e.tp.ServeUDP(e.udp) })
	<-e.udp.started
}

func (e *Edge) serveStreams(inner net.Listener, secure bool) {
	f := newFunnel(inner, "tcp")
	if secure {
		e.tls = f
		e.run("tls", func() { e.tp.ServeTLS(f) })
	} else {
		e.tcp = f
		e.run("tcp", func() { e.tp.ServeTCP(f) })
	}
	if inner != nil {
		e.run("accept", func() { e.acceptLoop(f, secure) })
	}
}

// Addr is where a transport (udp, tcp, tls) is served, nil when it is not.
func (e *Edge) Addr(transport string) net.Addr {
	switch transport {
	case "udp":
		if e.udp != nil {
			return e.udp.LocalAddr()
		}
	case "tcp":
		if e.tcp != nil && e.tcp.inner != nil {
			return e.tcp.addr
		}
	case "tls":
		if e.tls != nil && e.tls.inner != nil {
			return e.tls.addr
		}
	}
	return nil
}

// Counts are running totals: messages of strangers, malformed messages, calls refused for load, and messages for which
// there was no room.
type Counts struct{ Strangers, Malformed, Refused, Overflown uint64 }

// Counts reads the totals.
func (e *Edge) Counts() Counts {
	return Counts{e.count.strangers.Load(), e.count.malformed.Load(), e.count.refused.Load(), e.count.overflown.Load()}
}

// Dialogs is how many dialogs there are, those included that are being tidied up.
func (e *Edge) Dialogs() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.dialogs)
}

// Close hangs up what there is, waits until it is done or ctx ends, and closes all sockets.
func (e *Edge) Close(ctx context.Context) error {
	e.mu.Lock()
	e.closing = true
	all := make([]*Dialog, 0, len(e.dialogs))
	for _, d := range e.dialogs {
		all = append(all, d)
	}
	e.mu.Unlock()
	for _, d := range all {
		d.Hangup(Reason{Code: 503, Text: "the server stops"})
	}
	var err error
	for e.Dialogs() > 0 && err == nil {
		select {
		case <-e.ended:
		case <-ctx.Done():
			err = fmt.Errorf("%d dialogs were not over: %w", e.Dialogs(), ctx.Err())
		}
	}
	e.shut()
	return err
}

func (e *Edge) shut() {
	e.phones.forgetAll()
	e.cancel()
	if t := e.table.Load(); t.stop != nil { // configured at all
		t.stop()
	}
	for _, f := range []*funnel{e.tcp, e.tls} {
		if f != nil {
			f.Close()
		}
	}
	e.tx.Close()
	if e.udp != nil {
		e.udp.Close()
	}
	e.tp.Close()
	e.mu.Lock()
	left := make([]*stream, 0, len(e.streams))
	for _, s := range e.streams {
		left = append(left, s)
	}
	e.mu.Unlock()
	for _, s := range left {
		s.Close()
	}
}

func (e *Edge) remember(s *stream) {
	e.mu.Lock()
	e.streams[s.RemoteAddr().String()] = s
	e.mu.Unlock()
}

func (e *Edge) forget(s *stream) {
	e.mu.Lock()
	if e.streams[s.RemoteAddr().String()] == s {
		delete(e.streams, s.RemoteAddr().String())
	}
	e.mu.Unlock()
	e.lost(s)
}

func (e *Edge) stream(remote string) *stream {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.streams[remote]
}
