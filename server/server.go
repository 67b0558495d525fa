// Package server puts the rooms together: it starts them in the right order, says when it takes calls, drains
// and stops.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"cordboard/server/bus"
	"cordboard/server/config"
	"cordboard/server/desk"
	"cordboard/server/inbox"
	"cordboard/server/ledger"
	"cordboard/server/media"
	"cordboard/server/people"
	"cordboard/server/trunk"
)

// Options of a server.
type Options struct {
	Config  *config.Holder
	Program string // "cordboard 0.1.0"
	// Presence makes a tenant's source of presence; nil, or a nil source: there is none.
	Presence PresenceMaker
	Log      *slog.Logger
	Ready    io.Writer // gets the READY line; nil: nobody is told
}

// Server is the headless half: everything between the SBCs and the consoles.
type Server struct {
	o        Options
	log      *slog.Logger
	bus      *bus.Bus
	ledger   *ledger.Ledger
	plane    *media.Plane
	edge     *trunk.Edge
	desk     *desk.Desk
	bindings *people.Bindings
	signIns  signIns
	tenants  map[string]*tenant
	http     *http.Server
	listener net.Listener
	data     string       // the folder
	control  *http.Server // nil: no control socket
	open     atomic.Int64 // calls
	cpu      *processor
	turns    turns
	draining atomic.Bool
	cancel   context.CancelFunc
	failed   chan error
}

// Start starts a server and returns when it takes calls. What was started is stopped again when something fails.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{o: o, log: o.Log, tenants: map[string]*tenant{}, failed: make(chan error, 1), cpu: newProcessor(), turns: newTurns()}
	if err := s.start(ctx); err != nil {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return nil, errors.Join(err, s.Close(stop))
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	c := s.o.Config.Now()
	dir := string(c.Server.Data)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	s.data = dir
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.watchLoad(run)
	var err error
	if s.bus, err = bus.Open(ctx, bus.Options{Dir: filepath.Join(dir, "bus"), Log: s.log}); err != nil {
		return err
	}
	if s.ledger, err = ledger.Open(ctx, s.bus, dir, s.log); err != nil {
		return err
	}
	if s.bindings, err = people.OpenBindings(filepath.Join(dir, "people.json")); err != nil {
		return err
	}
	if s.plane, err = newPlane(c.Server.Media, s.log); err != nil {
		return err
	}
	certificate, err := certificates(c.Server.HTTP.TLS, dir)
	if err != nil {
		return err
	}
	put, err := s.signIns.prepare(c, s.log)
	if err != nil {
		return err
	}
	put()
	s.desk = desk.New(desk.Options{Validator: &s.signIns, Bindings: s.bindings, Program: s.o.Program, Draining: s.draining.Load, Log: s.log})
	if s.edge, err = s.newEdge(c, certificate); err != nil {
		return err
	}
	for i := range c.Tenants {
		if err := s.addTenant(run, c, &c.Tenants[i]); err != nil {
			return err
		}
	}
	s.edge.Configure(trunks(c))
	if err := s.serveHTTP(c, certificate); err != nil {
		return err
	}
	s.listenControl(c)
	s.retain(run)
	s.sayReady()
	return nil
}

// Failed receives when a part of the server cannot go on.
func (s *Server) Failed() <-chan error { return s.failed }

// Reload takes a new configuration, whole or not at all.
func (s *Server) Reload() error {
	ready := map[string]*current{}
	var signIns func()
	_, c, err := s.o.Config.Reload(func(next *config.Config) error {
		for i := range next.Tenants {
			t := s.tenants[next.Tenants[i].ID]
			if t == nil {
				continue
			}
			now, err := t.prepare(&next.Tenants[i])
			if err != nil {
				return fmt.Errorf("tenant %s: %w", t.id, err)
			}
			ready[next.Tenants[i].ID] = now
		}
		var err error
		signIns, err = s.signIns.prepare(next, s.log)
		return err
	})
	if err != nil {
		for _, now := range ready {
			now.drop()
		}
		return err
	}
	signIns()
	for i := range c.Tenants {
		t := s.tenants[c.Tenants[i].ID]
		if t == nil {
			s.log.Warn("a new tenant is served after a restart", "tenant", c.Tenants[i].ID)
			continue
		}
		t.take(c, ready[c.Tenants[i].ID])
	}
	s.edge.Configure(trunks(c))
	s.log.Info("the new configuration is in force")
	return nil
}

// Drain takes no new calls and waits until the open ones have ended, or ctx ends.
func (s *Server) Drain(ctx context.Context) {
	s.draining.Store(true)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for s.open.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// OpenCalls gives the number of calls now.
func (s *Server) OpenCalls() int { return int(s.open.Load()) }

// Close stops the server: consoles first, then calls, at last the ledger, which writes what waits.
func (s *Server) Close(ctx context.Context) error {
	s.draining.Store(true)
	var errs []error
	if s.http != nil {
		errs = append(errs, s.http.Close())
	}
	if s.control != nil {
		errs = append(errs, s.control.Close())
	}
	for _, t := range s.tenants {
		t.endCalls()
	}
	s.waitForCalls(ctx)
	if s.desk != nil {
		s.desk.Close()
	}
	if s.cancel != nil {
		s.cancel()
	}
	if s.edge != nil {
		errs = append(errs, s.edge.Close(ctx))
	}
	for _, t := range s.tenants {
		t.close()
	}
	if s.plane != nil {
		errs = append(errs, s.plane.Close())
	}
	if s.ledger != nil {
		errs = append(errs, s.ledger.Close(ctx))
	}
	if s.bus != nil {
		errs = append(errs, s.bus.Close())
	}
	return errors.Join(errs...)
}

// waitForCalls gives calls that were told to end the time to say so.
func (s *Server) waitForCalls(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	s.Drain(ctx)
}

// sayReady prints one line with the addresses, for people and scripts.
func (s *Server) sayReady() {
	if s.o.Ready == nil {
		return
	}
	line := "READY https=" + s.listener.Addr().String()
	for _, t := range []string{"udp", "tcp", "tls"} {
		if a := s.edge.Addr(t); a != nil {
			line += " sip_" + t + "=" + a.String()
		}
	}
	fmt.Fprintln(s.o.Ready, line+" webrtc="+s.plane.WebRTCAddr().String())
}

// Addresses gives where the server listens: https, sip_udp, sip_tcp, sip_tls, webrtc.
func (s *Server) Addresses() map[string]string {
	out := map[string]string{"https": s.listener.Addr().String(), "webrtc": s.plane.WebRTCAddr().String()}
	for _, t := range []string{"udp", "tcp", "tls"} {
		if a := s.edge.Addr(t); a != nil {
			out["sip_"+t] = a.String()
		}
	}
	return out
}

func (s *Server) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

func (s *Server) panicked(what string) func(*inbox.Panic) {
	return func(p *inbox.Panic) {
		s.log.Error(what+" stopped by a fault of our own", "err", p, "stack", string(p.Stack))
		s.fail(fmt.Errorf("%s: %w", what, p))
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
