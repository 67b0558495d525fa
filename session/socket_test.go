package session_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coder/websocket"

	"cordboard/server/lab"
	"cordboard/session"
	"cordboard/session/wire"
)

// server plays the server's side of /desk over TLS.
type server struct {
	*httptest.Server
	t     *testing.T
	conns chan *websocket.Conn
}

func newServer(t *testing.T, m *lab.Microsoft) *server {
	s := &server{t: t, conns: make(chan *websocket.Conn, 10)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /desk/signin", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(session.Directions{Authority: m.Authority(), ClientID: m.Options().ConsoleClientID, Scope: m.Scope()})
	})
	mux.HandleFunc("GET /desk", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		c.SetReadLimit(1 << 20)
		s.conns <- c
		<-r.Context().Done()
	})
	s.Server = httptest.NewTLSServer(mux)
	t.Cleanup(s.CloseClientConnections)
	return s
}

// caFile has both authorities: the simulated Microsoft's and the test server's.
func (s *server) caFile(m *lab.Microsoft) string {
	path := filepath.Join(s.t.TempDir(), "ca.pem")
	b := append(m.CA(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})...)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *server) accept() *websocket.Conn {
	s.t.Helper()
	select {
	case c := <-s.conns:
		return c
	case <-time.After(15 * time.Second):
		s.t.Fatal("nobody connected")
		return nil
	}
}

func read(t *testing.T, c *websocket.Conn) wire.FromConsole {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var f wire.FromConsole
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		if f.Ping == nil {
			return f
		}
	}
}

func write(t *testing.T, c *websocket.Conn, f wire.FromServer) {
	t.Helper()
	b, _ := json.Marshal(f)
	if err := c.Write(context.Background(), websocket.MessageText, b); err != nil {
		t.Fatal(err)
	}
}

func TestSessionOverTLSFromSignInToSignOut(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{TokenLife: 4 * time.Second})
	srv := newServer(t, m)
	news := make(chan wire.News, 10)
	replies := make(chan wire.Reply, 10)
	con := start(t, m, func(o *session.Options) {
		tell := o.Tell
		o.Authority, o.ClientID, o.Scope = "", "", "" // asked from the server
		o.Server, o.CAFile = srv.URL, srv.caFile(m)
		o.Tell = func(v any) {
			switch v := v.(type) {
			case wire.News:
				news <- v
			case wire.Reply:
				replies <- v
			}
			tell(v)
		}
	})
	m.Approve(con.until(wire.SignInCode).Code, adele)
	c := srv.accept()
	hello := read(t, c).Hello
	if hello == nil || hello.Token == "" || hello.Version != wire.Version {
		t.Fatalf("first frame %+v", hello)
	}
	write(t, c, wire.FromServer{Welcome: &wire.Welcome{Resume: "secret", Seq: 5, Board: &wire.Board{}}})
	write(t, c, wire.FromServer{News: &wire.News{Seq: 6}})
	if n := <-news; n.Seq != 6 {
		t.Errorf("news %d", n.Seq)
	}
	if f := read(t, c); f.Token == nil || f.Token.Token == hello.Token {
		t.Errorf("no fresh token in place: %+v", f)
	}
	con.s.Do(wire.Command{ID: "1", Do: wire.DoReady})
	for f := read(t, c); f.Do == nil; f = read(t, c) {
	}
	c.CloseNow() // before the reply: the console comes back and says it again
	c = srv.accept()
	again := read(t, c).Hello
	if again == nil || again.Resume != "secret" || again.Seq != 6 || again.Console != hello.Console {
		t.Fatalf("second hello %+v", again)
	}
	write(t, c, wire.FromServer{Welcome: &wire.Welcome{Resume: "secret2", Resumed: true, Seq: 6}})
	f := read(t, c)
	for f.Do == nil {
		f = read(t, c)
	}
	if f.Do.ID != "1" {
		t.Fatalf("sent again: %+v", f.Do)
	}
	write(t, c, wire.FromServer{Reply: &wire.Reply{ID: "1", OK: true}})
	if r := <-replies; r.ID != "1" || !r.OK {
		t.Errorf("reply %+v", r)
	}
	out := make(chan error, 1)
	go func() { out <- con.s.SignOut(context.Background()) }()
	for f = read(t, c); f.Do == nil; f = read(t, c) {
	}
	if f.Do.Do != wire.DoSignOut {
		t.Errorf("sent %+v", f.Do)
	}
	write(t, c, wire.FromServer{Reply: &wire.Reply{ID: f.Do.ID, OK: true}})
	if err := <-out; err != nil {
		t.Error(err)
	}
}

func TestGarbageFromTheServerOnlyCostsTheConnection(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{})
	srv := newServer(t, m)
	con := start(t, m, func(o *session.Options) { o.Server, o.CAFile = srv.URL, srv.caFile(m) })
	m.Approve(con.until(wire.SignInCode).Code, adele)
	for _, garbage := range []string{"{", "[]", `{"news":{"seq":"x"}}`} {
		c := srv.accept()
		read(t, c)
		c.Write(context.Background(), websocket.MessageText, []byte(garbage))
	}
	if read(t, srv.accept()).Hello == nil {
		t.Error("did not come back")
	}
}
