package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/inbox"
)

// controlFile is the socket in the data folder by which commands on the same machine speak to the running server.
// Whoever may write to the folder may use it.
const controlFile = "control.sock"

// listenControl opens the socket. A server that cannot open it, for a path that is too long perhaps, says so and
// serves callers all the same.
func (s *Server) listenControl(c *config.Config) {
	path := filepath.Join(string(c.Server.Data), controlFile)
	os.Remove(path) // left by a server that was killed; the data folder is ours alone
	l, err := net.Listen("unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		s.log.Warn("no control socket: cordboard people cannot reach this server", "err", err)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /people", s.listPeople)
	mux.HandleFunc("POST /people/out", s.putOut)
	s.control = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: quiet(s.log)}
	inbox.Go(func(p *inbox.Panic) { s.log.Error("the control socket stopped by a fault of our own", "err", p) }, func() {
		if err := s.control.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("control socket", "err", err)
		}
	})
}

// SignedIn is a person at work.
type SignedIn struct {
	Tenant string    `json:"tenant"`
	User   string    `json:"user"`
	Name   string    `json:"name"`
	State  string    `json:"state"`
	Since  time.Time `json:"since"`
}

func (s *Server) listPeople(w http.ResponseWriter, _ *http.Request) {
	out := []SignedIn{}
	for id, t := range s.tenants {
		for _, m := range t.room.In() {
			out = append(out, SignedIn{id, m.ID, m.Name, string(m.State), m.Since})
		}
	}
	writeJSON(w, out)
}

func (s *Server) putOut(w http.ResponseWriter, r *http.Request) {
	user, known := r.FormValue("user"), false
	for _, t := range s.tenants {
		p := t.now.Load().roster.ByUser(user)
		if p == nil {
			p = t.now.Load().roster.ByID(fact.AgentID(user))
		}
		if p == nil {
			continue
		}
		known = true
		if t.room.Out(p.ID, "You were signed out by an administrator.") {
			s.log.Info("a person was put out", "tenant", t.id, "agent", p.ID)
			writeJSON(w, true)
			return
		}
	}
	if !known {
		http.Error(w, fmt.Sprintf("nobody is named %q in the configuration", user), http.StatusNotFound)
		return
	}
	writeJSON(w, false)
}

// Control speaks to the server that runs with a data folder.
type Control struct{ client *http.Client }

// ErrNoServer says that no server runs with the folder.
var ErrNoServer = errors.New("no server runs with this data folder")

// OpenControl makes a Control. The folder is that of server.data.
func OpenControl(dir string) *Control {
	path := filepath.Join(dir, controlFile)
	return &Control{&http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
			if err != nil {
				return nil, fmt.Errorf("%w (%s): %w", ErrNoServer, dir, err)
			}
			return c, nil
		},
	}}}
}

// People gives who is signed in, of all tenants.
func (c *Control) People(ctx context.Context) (out []SignedIn, err error) {
	return out, c.ask(ctx, http.MethodGet, "/people", &out)
}

// Out signs a person out at once; what they signed in with is not taken any more. wasIn is false when the person
// was not signed in.
func (c *Control) Out(ctx context.Context, user string) (wasIn bool, err error) {
	return wasIn, c.ask(ctx, http.MethodPost, "/people/out?"+url.Values{"user": {user}}.Encode(), &wasIn)
}

func (c *Control) ask(ctx context.Context, method, path string, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://server"+path, nil)
	if err != nil {
		return err
	}
	a, err := c.client.Do(r)
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) {
			return u.Err
		}
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		words, _ := io.ReadAll(io.LimitReader(a.Body, 1024))
		return errors.New(string(words[:max(0, len(words)-1)]))
	}
	return json.NewDecoder(a.Body).Decode(out)
}
