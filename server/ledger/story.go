package ledger

import (
	"context"
	"encoding/json"
	"errors"

	"cordboard/server/fact"
)

// ErrNoContact says that there is no contact of this id.
var ErrNoContact = errors.New("no such contact")

// Story is everything about one contact, from its arrival to the last word written about it.
type Story struct {
	Contact   *Contact
	Visits    []*Visit
	Talks     []*Talk
	Offers    []*Offer
	Transfers []*Transfer
	Legs      []*Leg
	Notes     []*Note
	Facts     []fact.Entry // in order
}

// Contact gives the story of a contact. Errors: ErrNoContact.
func (r *Reader) Contact(ctx context.Context, tenant fact.TenantID, id fact.ContactID) (*Story, error) {
	s := &Story{}
	var err error
	if s.Contact, err = r.contact(ctx, tenant, string(id)); err != nil {
		return nil, err
	}
	args := []any{string(tenant), string(id)}
	if s.Visits, err = scan[Visit](r.db.QueryContext(ctx, visitTable.of(ofContact), args...)); err != nil {
		return nil, err
	}
	if s.Talks, err = scan[Talk](r.db.QueryContext(ctx, talkTable.of(ofContact), args...)); err != nil {
		return nil, err
	}
	if s.Offers, err = scan[Offer](r.db.QueryContext(ctx, offerTable.of(ofContact), args...)); err != nil {
		return nil, err
	}
	if s.Transfers, err = scan[Transfer](r.db.QueryContext(ctx, transferTable.of(ofContact), args...)); err != nil {
		return nil, err
	}
	if s.Legs, err = scan[Leg](r.db.QueryContext(ctx, legTable.of(ofContact), args...)); err != nil {
		return nil, err
	}
	if s.Notes, err = scan[Note](r.db.QueryContext(ctx, noteTable.of(ofContact), args...)); err != nil {
		return nil, err
	}
	facts, err := scan[factRow](r.db.QueryContext(ctx, factTable.of(ofContact), args...))
	if err != nil {
		return nil, err
	}
	for _, f := range facts {
		e, err := f.entry()
		if err != nil {
			return nil, err
		}
		s.Facts = append(s.Facts, e)
	}
	return s, nil
}

// entry makes the fact from its row.
func (f *factRow) entry() (fact.Entry, error) {
	whole := map[string]any{"kind": f.Kind, "v": f.V, "tenant": f.Tenant, "n": f.N, "at": When(f.At), "contact": f.Contact, "agent": f.Agent,
		"fact": json.RawMessage(f.Body)}
	if f.Personal != "" {
		whole["personal"] = json.RawMessage(f.Personal)
	}
	raw, err := json.Marshal(whole)
	if err != nil {
		return fact.Entry{}, err
	}
	var e fact.Entry
	err = e.UnmarshalJSON(raw)
	return e, err
}
