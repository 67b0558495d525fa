package lab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"cordboard/server/inbox"
)

// SBCOptions describe a simulated session border controller. Only Server must be set, and that only for calls towards it.
type SBCOptions struct {
	Server    string // host:port that calls go to; may be set later with SetServer
	Transport string // udp (default), tcp or tls: towards the server. The SBC itself listens on all three
	Listen    string // address to listen on, without port; default 127.0.0.1
	Port      int    // for UDP and TCP, TLS is one above; 0: free ones
	Domain    string // host in From and Contact; default the listening address
	Contact   string // host:port in Contact; default the listening address and port
	ToDomain  string // host of the Request-URI and To; default Server's host

	SRTP   bool       // offer RTP/SAVP with SDES keys; an answer follows the offer
	Codecs []SBCCodec // in order; default G722, PCMA, PCMU

	Certificate *tls.Certificate // default: one of the SBC's own Authority
	RootCAs     *x509.CertPool   // trusted in the server; default: whatever it shows
	ServerName  string           // name that the server's certificate must carry; default the host of Server

	Username, Password string        // answer to a digest challenge
	Options            time.Duration // how often the server is probed with OPTIONS; 0 never
	Teams              *SBCTeams     // refuse what Microsoft's proxy refuses
	Trace              bool          // keep every message whole (Seen)
	Log                *slog.Logger
}

// SBC is a SIP peer that brings callers to the server and has phones (of Teams users, of experts, of agents) behind it. It shares no
// code with the trunk and media of the server, so that it is a real other side.
type SBC struct {
	o         SBCOptions
	log       *slog.Logger
	ua        *sipgo.UserAgent
	authority *Authority
	host      string
	ports     map[string]int
	stop      []func() error

	mu      sync.Mutex
	server  string
	dialogs map[string]*Party // by Call-ID and our tag
	phones  map[string]*Phone
	faults  SBCFaults
	seen    []SBCMessage
	closed  bool
	panics  []error
}

// SBCFaults is how the SBC as a whole misbehaves.
type SBCFaults struct {
	Dead       bool // answers nothing
	Code       int  // answers every INVITE and OPTIONS with this
	RetryAfter int  // seconds, with Code
}

// NewSBC starts listening.
func NewSBC(o SBCOptions) (*SBC, error) {
	if o.Transport == "" {
		o.Transport = "udp"
	}
	o.Transport = strings.ToLower(o.Transport)
	if o.Listen == "" {
		o.Listen = "127.0.0.1"
	}
	if len(o.Codecs) == 0 {
		o.Codecs = []SBCCodec{SBCG722, SBCPCMA, SBCPCMU}
	}
	s := &SBC{
		o: o, log: o.Log, host: o.Listen, server: o.Server,
		ports: map[string]int{}, dialogs: map[string]*Party{}, phones: map[string]*Phone{},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	authority, err := NewAuthority()
	if err != nil {
		return nil, err
	}
	s.authority = authority
	if s.o.Certificate == nil {
		names := []string{o.Listen}
		if o.Domain != "" {
			names = append(names, o.Domain)
		}
		if s.o.Certificate, err = authority.Certificate(names...); err != nil {
			return nil, err
		}
	}
	return s, s.listen()
}

func (s *SBC) listen() error {
	server := &tls.Config{Certificates: []tls.Certificate{*s.o.Certificate}, MinVersion: tls.VersionTLS12}
	client := &tls.Config{
		Certificates: []tls.Certificate{*s.o.Certificate}, MinVersion: tls.VersionTLS12,
		RootCAs: s.o.RootCAs, ServerName: s.o.ServerName, InsecureSkipVerify: s.o.RootCAs == nil,
	}
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent("cordboard lab SBC"), sipgo.WithUserAgenTLSConfig(client),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(slog.New(slog.DiscardHandler))),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(slog.New(slog.DiscardHandler)),
			sip.WithTransactionLayerUnhandledResponseHandler(s.stray)),
	)
	if err != nil {
		return err
	}
	s.ua = ua
	udp, tcp, err := samePort(s.host, s.o.Port)
	if err != nil {
		return err
	}
	port := 0
	if s.o.Port != 0 {
		port = s.o.Port + 1
	}
	plain, err := net.Listen("tcp", net.JoinHostPort(s.host, strconv.Itoa(port)))
	if err != nil {
		_ = udp.Close()
		_ = tcp.Close()
		return err
	}
	s.ports["udp"] = udp.LocalAddr().(*net.UDPAddr).Port
	s.ports["tcp"] = s.ports["udp"]
	s.ports["tls"] = plain.Addr().(*net.TCPAddr).Port
	srv, err := sipgo.NewServer(ua, sipgo.WithServerLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	s.handlers(srv)
	ready := &readyConn{UDPConn: udp, ready: make(chan struct{})}
	s.serve(func() error { return srv.ServeUDP(ready) })
	s.serve(func() error { return srv.ServeTCP(tcp) })
	s.serve(func() error { return srv.ServeTLS(tls.NewListener(plain, server)) })
	s.stop = []func() error{udp.Close, tcp.Close, plain.Close}
	<-ready.ready
	if s.o.Options > 0 {
		inbox.Go(s.panicked, s.probe)
	}
	return nil
}

// readyConn tells when the library reads from the socket: only then does it also send by it.
type readyConn struct {
	*net.UDPConn
	once  sync.Once
	ready chan struct{}
}

// ReadFrom reads a packet.
func (c *readyConn) ReadFrom(b []byte) (int, net.Addr, error) {
	c.once.Do(func() { close(c.ready) })
	return c.UDPConn.ReadFrom(b)
}

// The library refuses UDP messages above 1300 bytes, which descriptions with keys and History-Info exceed; and it talks about
// connections that end.
func init() {
	sip.UDPMTUSize = 65535
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
}

// samePort listens on one port number for UDP and TCP.
func samePort(host string, port int) (*net.UDPConn, *net.TCPListener, error) {
	var last error
	for range 50 {
		tcp, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.ParseIP(host), Port: port})
		if err != nil {
			return nil, nil, err
		}
		udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host), Port: tcp.Addr().(*net.TCPAddr).Port})
		if err == nil {
			return udp, tcp, nil
		}
		last = err
		_ = tcp.Close()
		if port != 0 {
			break
		}
	}
	return nil, nil, fmt.Errorf("no port for SIP: %w", last)
}

func (s *SBC) serve(f func() error) {
	inbox.Go(s.panicked, func() {
		if err := f(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.log.Debug("listener ended", "err", err)
		}
	})
}

func (s *SBC) panicked(p *inbox.Panic) {
	s.log.Error("the lab's SBC panicked", "err", p, "stack", string(p.Stack))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.panics = append(s.panics, p)
}

// Addr is where the SBC listens, as host:port, for udp, tcp or tls.
func (s *SBC) Addr(transport string) string {
	return net.JoinHostPort(s.host, strconv.Itoa(s.ports[strings.ToLower(transport)]))
}

// Port is the port for udp, tcp or tls.
func (s *SBC) Port(transport string) int { return s.ports[strings.ToLower(transport)] }

// Authority signed the SBC's certificate, unless Options brought another.
func (s *SBC) Authority() *Authority { return s.authority }

// SetServer says where calls go from now on.
func (s *SBC) SetServer(addr string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = addr
}

// Fail makes the SBC misbehave from now on; the zero value heals it.
func (s *SBC) Fail(f SBCFaults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

func (s *SBC) fault() SBCFaults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// Calls is how many calls are open.
func (s *SBC) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dialogs)
}

// Close hangs up what is still open and stops listening. The error names panics of the lab itself.
func (s *SBC) Close() error {
	s.mu.Lock()
	s.closed = true
	open := make([]*Party, 0, len(s.dialogs))
	for _, p := range s.dialogs {
		open = append(open, p)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, p := range open {
		_ = p.Hangup(ctx)
	}
	for _, f := range s.stop {
		_ = f()
	}
	err := s.ua.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(append(s.panics, err)...)
}
