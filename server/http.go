package server

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"cordboard/server/config"
	"cordboard/server/inbox"
)

func (s *Server) serveHTTP(c *config.Config, certificate func() (*tls.Certificate, error)) error {
	l, err := net.Listen("tcp", string(c.Server.HTTP.Listen))
	if err != nil {
		return fmt.Errorf("consoles: %w", err)
	}
	s.listener = l
	mux := http.NewServeMux()
	mux.Handle("GET /desk", s.desk)
	mux.HandleFunc("GET /desk/signin", s.signIn)
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /metrics", s.metrics)
	s.http = &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog:  quiet(s.log),
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate() }, NextProtos: []string{"http/1.1"}},
	}
	inbox.Go(s.panicked("the consoles' side"), func() {
		if err := s.http.ServeTLS(l, "", ""); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.fail(fmt.Errorf("consoles: %w", err))
		}
	})
	return nil
}

// signInInfo tells a console where its person signs in.
type signInInfo struct {
	Tenant    string `json:"tenant"`
	Name      string `json:"tenant_name"`
	Authority string `json:"authority"`
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope"`
	Version   string `json:"version"`
}

// signIn answers for the tenant named by ?tenant=, or for the only one.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	c := s.o.Config.Now()
	t := c.Tenant(r.URL.Query().Get("tenant"))
	if t == nil && len(c.Tenants) == 1 && !r.URL.Query().Has("tenant") {
		t = &c.Tenants[0]
	}
	if t == nil {
		http.Error(w, "this server has several tenants; say which with --tenant", http.StatusNotFound)
		return
	}
	writeJSON(w, signInInfo{t.ID, t.Name, strings.TrimRight(t.Entra.Authority, "/") + "/" + t.Entra.Tenant, t.Entra.ClientID, t.Entra.Scope, s.o.Program})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

// health says how each part is; ?verbose with words.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	l := s.ledger.Health()
	ok := l.Err == ""
	out := map[string]any{"calls": s.open.Load(), "ledger_behind": l.Behind, "ledger_lost": l.Lost, "ledger": "ok"}
	if !ok {
		out["ledger"] = l.Err
	}
	if r.URL.Query().Has("verbose") {
		if !local(r) {
			http.Error(w, "?verbose tells who is signed in; ask from the server's own machine", http.StatusForbidden)
			return
		}
		for id, t := range s.tenants {
			words := "no presence configured"
			if is := t.source(); is != nil {
				words, _ = is.Health()
			}
			out["graph_"+id] = words
			if h, ok := t.graphHealth(); ok {
				out["graph_line_"+id] = h
			}
			out["signed_in_"+id] = t.room.Signed()
		}
	}
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	writeJSON(w, out)
}

// local reports whether a request comes from the server's own machine.
func local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

// ready says only whether this node takes calls.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if busy, _ := s.load(); busy {
		http.Error(w, "takes no calls now", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// Shutdown is Drain, then Close.
func (s *Server) Shutdown(ctx context.Context) error {
	s.Drain(ctx)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.Close(stop)
}
