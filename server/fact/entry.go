package fact

import (
	"encoding/json"
	"fmt"
	"time"
)

// Fact is something that happened. Each kind is a struct of this package.
type Fact interface {
	// Kind names the fact in the ledger, for example "contact.arrived".
	Kind() string
	// Version counts changes of the JSON form; a reader knows all versions up to its own.
	Version() int
}

// Entry is a fact with what every fact has. N is the number its owner gave it: facts of a tenant are
// numbered from 1 upwards, without gaps, by the tenant's distributor.
//
// What identifies a caller stands in Personal and nowhere else, so that it can be sealed with a key of
// its own and forgotten.
type Entry struct {
	Tenant   TenantID
	N        uint64
	At       time.Time
	Contact  ContactID
	Agent    AgentID
	Personal *Personal
	Fact     Fact
}

// Personal holds what identifies a caller.
type Personal struct {
	Number Number `json:"number,omitempty"`
	Name   string `json:"name,omitempty"`
	Note   string `json:"note,omitempty"`
	// Diverted is what the call was sent on from before it came here, oldest first.
	Diverted []Diverted `json:"diverted,omitempty"`
}

// Diverted is a number that a call was sent on from.
type Diverted struct {
	Number Number `json:"number,omitempty"` // empty: it is not to be shown
	Why    string `json:"why,omitempty"`    // busy, no_answer, unconditional, declined, unavailable
}

// Written is an entry as it is stored: Data is the whole, Fact and Personal (empty: none) are the parts of it that
// are kept as they came.
type Written struct{ Data, Fact, Personal []byte }

// Encode writes the entry with its kind and version; its fact comes last.
func (e Entry) Encode() (w Written, err error) {
	if w.Fact, err = json.Marshal(e.Fact); err != nil {
		return w, err
	}
	if e.Personal != nil {
		if w.Personal, err = json.Marshal(e.Personal); err != nil {
			return w, err
		}
	}
	head, err := json.Marshal(headJSON{e.Fact.Kind(), e.Fact.Version(), e.Tenant, e.N, e.At, e.Contact, e.Agent, w.Personal})
	if err != nil {
		return w, err
	}
	w.Data = append(head[:len(head)-1], `,"fact":`...)
	w.Data = append(append(w.Data, w.Fact...), '}')
	return w, nil
}

type headJSON struct {
	Kind     string          `json:"kind"`
	V        int             `json:"v"`
	Tenant   TenantID        `json:"tenant"`
	N        uint64          `json:"n"`
	At       time.Time       `json:"at"`
	Contact  ContactID       `json:"contact,omitempty"`
	Agent    AgentID         `json:"agent,omitempty"`
	Personal json.RawMessage `json:"personal,omitempty"`
}

type entryJSON struct {
	Kind     string          `json:"kind"`
	V        int             `json:"v"`
	Tenant   TenantID        `json:"tenant"`
	N        uint64          `json:"n"`
	At       time.Time       `json:"at"`
	Contact  ContactID       `json:"contact,omitempty"`
	Agent    AgentID         `json:"agent,omitempty"`
	Personal *Personal       `json:"personal,omitempty"`
	Fact     json.RawMessage `json:"fact"`
}

// MarshalJSON writes the entry as Encode does.
func (e Entry) MarshalJSON() ([]byte, error) {
	w, err := e.Encode()
	return w.Data, err
}

// UnmarshalJSON reads an entry. A kind that this program does not know becomes Unknown, so that an older
// server reads a newer folder without losing anything.
func (e *Entry) UnmarshalJSON(b []byte) error {
	var j entryJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*e = Entry{Tenant: j.Tenant, N: j.N, At: j.At, Contact: j.Contact, Agent: j.Agent, Personal: j.Personal}
	read, ok := kinds[j.Kind]
	if !ok {
		e.Fact = Unknown{Name: j.Kind, V: j.V, Body: j.Fact}
		return nil
	}
	f, err := read(j.Fact)
	if err != nil {
		return fmt.Errorf("fact %s version %d: %w", j.Kind, j.V, err)
	}
	e.Fact = f
	return nil
}

// Unknown is a fact of a kind that this program does not know.
type Unknown struct {
	Name string
	V    int
	Body json.RawMessage
}

// Kind gives the name it came with.
func (u Unknown) Kind() string { return u.Name }

// Version gives the version it came with.
func (u Unknown) Version() int { return u.V }

// MarshalJSON gives back what came.
func (u Unknown) MarshalJSON() ([]byte, error) {
	if u.Body == nil {
		return []byte("null"), nil
	}
	return u.Body, nil
}

var kinds = map[string]func([]byte) (Fact, error){}

func register[F Fact]() {
	var zero F
	kinds[zero.Kind()] = func(b []byte) (Fact, error) {
		var f F
		err := json.Unmarshal(b, &f)
		return f, err
	}
}

func init() {
	register[Arrived]()
	register[Queued]()
	register[Offered]()
	register[OfferEnded]()
	register[Connected]()
	register[Held]()
	register[Resumed]()
	register[Moved]()
	register[Party]()
	register[Left]()
	register[Ended]()
	register[Wrapped]()
	register[Noted]()
	register[Chatted]()
	register[Measured]()
	register[AgentState]()
	register[SignedIn]()
	register[SignedOut]()
}
