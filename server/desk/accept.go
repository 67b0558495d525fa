package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"cordboard/server/call"
	"cordboard/server/entra"
	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// helloLimit is how long a connection may take to say who it is.
const helloLimit = 10 * time.Second

// ServeHTTP takes a console's WebSocket.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		d.o.Log.Info("a console's connection was not taken", "err", err)
		return
	}
	defer ws.CloseNow()
	ws.SetReadLimit(maxFrame)
	c := newConn(r.Context(), ws, "", d.o.Log)
	inbox.Go(func(p *inbox.Panic) { d.o.Log.Error("a console's writer failed", "err", p); c.cancel() }, c.write)
	hello, err := readHello(c.ctx, ws)
	if err != nil {
		c.refuse(wire.Refused{Code: "bad_hello", Key: "door_bad_hello", Words: "This is not a console that speaks to this server."})
	} else {
		c.console = hello.Console
		d.admit(c, hello)
	}
	c.read()
	<-c.ctx.Done()
}

func readHello(ctx context.Context, ws *websocket.Conn) (wire.Hello, error) {
	ctx, cancel := context.WithTimeout(ctx, helloLimit)
	defer cancel()
	_, b, err := ws.Read(ctx)
	if err != nil {
		return wire.Hello{}, err
	}
	var f wire.FromConsole
	if err := json.Unmarshal(b, &f); err != nil {
		return wire.Hello{}, err
	}
	if f.Hello == nil || f.Hello.Console == "" {
		return wire.Hello{}, errors.New("the first frame is not a hello")
	}
	return *f.Hello, nil
}

// admit lets a person in, or says why not.
func (d *Desk) admit(c *conn, hello wire.Hello) {
	if hello.Version < wire.MinVersion {
		c.refuse(*turnedAway("too_old", "door_too_old", "This console is too old for the server: install {program}.", "program", d.o.Program))
		return
	}
	id, err := d.o.Validator.Validate(c.ctx, hello.Token)
	if err != nil {
		d.o.Log.Info("a token was refused", "err", err)
		c.refuse(wire.Refused{Code: "token", Key: "door_token", Words: "Your sign-in was not accepted. Sign in again."})
		return
	}
	room := d.room(fact.TenantID(id.Tenant))
	if room == nil || room.tenant() == nil {
		c.refuse(wire.Refused{Code: "unknown", Key: "door_company", Words: "Your company has no contact centre here."})
		return
	}
	person, role, no := d.who(room.tenant(), id)
	if no != nil {
		d.o.Log.Info("a person was refused", "tenant", id.Tenant, "code", no.Code)
		c.refuse(*no)
		return
	}
	if room.putOut(person.ID, id.Issued) {
		d.o.Log.Info("a person was refused", "tenant", id.Tenant, "code", "out")
		c.refuse(wire.Refused{Code: "out", Key: "door_out", Words: "You were signed out by an administrator. Sign in again."})
		return
	}
	if d.o.Draining() && room.seat(person.ID) == nil { // who is in may come back to a caller
		c.refuse(wire.Refused{Code: "draining", Key: "door_draining", Words: "The server is about to stop. Try again in a minute."})
		return
	}
	c.token = func(ctx context.Context, raw string) (time.Time, error) {
		again, err := d.o.Validator.Validate(ctx, raw)
		if err != nil {
			return time.Time{}, err
		}
		if again.OID != id.OID || again.Tenant != id.Tenant {
			return time.Time{}, fmt.Errorf("the new token belongs to somebody else")
		}
		if room.putOut(person.ID, again.Issued) {
			return time.Time{}, errors.New("the new token is from before the person was put out")
		}
		return again.Expires, nil
	}
	room.take(c, person, role, connected{conn: c, hello: hello, oid: id.OID, expires: id.Expires})
}

// who finds the person of a token. A right is the lower of the token's role and the configuration's.
func (d *Desk) who(t *Tenant, id entra.Identity) (*people.Person, people.Role, *wire.Refused) {
	p := t.Roster.ByOID(id.OID)
	if p == nil {
		p = t.Roster.ByUser(id.User)
	}
	if p == nil {
		return nil, 0, turnedAway("unknown", "door_unknown", "{who} is not in this contact centre. Ask your administrator.", "who", id.User)
	}
	if p.OID != "" && p.OID != id.OID {
		return nil, 0, turnedAway("other_oid", "door_other", "{who} belongs to another account. Ask your administrator.", "who", id.User)
	}
	if err := d.o.Bindings.Bind(string(t.ID), string(p.ID), id.OID); err != nil {
		if errors.Is(err, people.ErrOtherPerson) {
			return nil, 0, turnedAway("other_oid", "door_other", "{who} belongs to another account. Ask your administrator.", "who", id.User)
		}
		d.o.Log.Error("a person could not be bound to an account", "tenant", t.ID, "agent", p.ID, "err", err)
	}
	role := min(people.ParseRole(string(id.Highest())), p.Role)
	if role < people.Agent {
		return nil, 0, &wire.Refused{Code: "no_role", Key: "door_no_role", Words: "You have no role in this contact centre. Ask your administrator."}
	}
	return p, role, nil
}

// turnedAway is why a console is not let in; args fill the words, as in a refusal.
func turnedAway(code, key, words string, args ...string) *wire.Refused {
	n := call.Because(code, key, words, args...)
	return &wire.Refused{Code: n.Code, Key: n.Key, Words: n.Words, Args: n.Args}
}

// take gives the connection to the person's seat, which is made when there is none.
func (r *room) take(c *conn, p *people.Person, role people.Role, e connected) {
	for {
		s := r.seat(p.ID)
		if s == nil {
			s = newSeat(r, p, role)
			r.mu.Lock()
			if r.seats[p.ID] != nil {
				r.mu.Unlock()
				continue
			}
			r.seats[p.ID] = s
			r.mu.Unlock()
			inbox.Go(s.panicked, s.run)
		}
		if s.inbox.Put(e) {
			return
		}
		r.mu.Lock() // it has just ended: make a new one
		if r.seats[p.ID] == s {
			delete(r.seats, p.ID)
		}
		r.mu.Unlock()
	}
}
