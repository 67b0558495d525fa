package ledger

// book is everything about one contact that may still change.
type book struct {
	contact   *Contact
	visits    []*Visit
	talks     []*Talk
	offers    []*Offer
	transfers []*Transfer
	notes     []*Note
	dirty     map[row]*table
}

func (b *book) touch(t *table, r row) { b.dirty[r] = t }

const ofContact = "WHERE tenant = ? AND contact = ? ORDER BY 3"

// book gives the book of a contact; a contact that was not heard of begins here.
func (s *shelf) book(tenant, id string, at int64) (*book, error) {
	key := [2]string{tenant, id}
	b := s.books[key]
	if b == nil {
		var err error
		if b, err = s.read(tenant, id); err != nil {
			return nil, err
		}
		s.books[key] = b
	}
	if b.contact == nil {
		b.contact = &Contact{Tenant: tenant, ID: id, Arrived: at}
	}
	s.dirty[b] = true
	b.touch(contactTable, b.contact)
	return b, nil
}

func (s *shelf) read(tenant, id string) (*book, error) {
	b := &book{dirty: map[row]*table{}}
	c, err := rows[Contact](s, contactTable, "WHERE tenant = ? AND id = ?", tenant, id)
	if err != nil || len(c) == 0 {
		return b, err
	}
	b.contact = c[0]
	if b.visits, err = rows[Visit](s, visitTable, ofContact, tenant, id); err != nil {
		return nil, err
	}
	if b.talks, err = rows[Talk](s, talkTable, ofContact, tenant, id); err != nil {
		return nil, err
	}
	if b.offers, err = rows[Offer](s, offerTable, ofContact, tenant, id); err != nil {
		return nil, err
	}
	if b.transfers, err = rows[Transfer](s, transferTable, ofContact, tenant, id); err != nil {
		return nil, err
	}
	b.notes, err = rows[Note](s, noteTable, ofContact, tenant, id)
	return b, err
}
