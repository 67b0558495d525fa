package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"cordboard/server/fact"
)

// ReportOptions are common to all reports.
type ReportOptions struct {
	Dir    string         // the server's data folder
	Tenant string         // empty: the only one there is
	Format string         // table, json, csv; empty: table
	Zone   *time.Location // of the times printed; nil: this machine's
	Width  int            // columns of the terminal; 0: no limit
	Notes  io.Writer      // gets what is to be said beside the report; nil: nothing does
}

// open opens the ledger and finds the tenant.
func (o *ReportOptions) open(ctx context.Context) (*Reader, error) {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	switch o.Format {
	case "":
		o.Format = "table"
	case "table", "json", "csv":
	default:
		return nil, fmt.Errorf("format %q is not known; known: table, json, csv", o.Format)
	}
	r, err := OpenReader(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	if err := o.find(ctx, r); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (o *ReportOptions) find(ctx context.Context, r *Reader) error {
	all, err := r.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if string(t) == o.Tenant {
			return nil
		}
	}
	switch {
	case o.Tenant != "":
		return fmt.Errorf("tenant %q has no facts; tenants with facts: %v", o.Tenant, all)
	case len(all) == 0:
		return fmt.Errorf("%s: nothing has happened yet", o.Dir)
	case len(all) > 1:
		return fmt.Errorf("which tenant? %v", all)
	}
	o.Tenant = string(all[0])
	return nil
}

// ContactsReport says who called, waited, talked, with whom, how it ended and who hung up: a line a contact,
// oldest first. The filter's Tenant is taken from the options.
func ContactsReport(ctx context.Context, w io.Writer, o ReportOptions, f Filter) error {
	r, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	f.Tenant = fact.TenantID(o.Tenant)
	if o.Format == "table" {
		f.columns = tableColumns
	}
	if err := o.sayCut(ctx, r, f.From); err != nil {
		return err
	}
	var s sums
	out := newSheet(w, o, contactColumns)
	if err := r.Contacts(ctx, f, func(c *Contact) error {
		s.add(c)
		return out.row(func(col *column) string { return col.of(c, &o) }, c)
	}); err != nil {
		return err
	}
	return out.end(s.words())
}

// ContactReport tells one contact from its arrival to the last word, SIP codes beside the words.
func ContactReport(ctx context.Context, w io.Writer, o ReportOptions, id string) error {
	r, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	s, err := r.Contact(ctx, fact.TenantID(o.Tenant), fact.ContactID(id))
	if err != nil {
		return err
	}
	if o.Format == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(s.json(o.Zone))
	}
	if o.Format == "csv" {
		return storyCSV(w, s, o.Zone)
	}
	return storyText(w, s, o.Zone)
}

// sums is the last line of the contacts report.
type sums struct {
	n                int
	ends             map[string]int
	talk, wait, hold int64
	answered         int
}

func (s *sums) add(c *Contact) {
	if s.ends == nil {
		s.ends = map[string]int{}
	}
	s.n++
	end := c.End
	if c.Ended == 0 {
		end = "open"
	}
	s.ends[end]++
	if c.Answered != 0 {
		s.answered++
		s.wait += c.WaitedMS
	}
	s.talk += c.TalkMS
	s.hold += c.HoldMS
}

func (s *sums) words() string {
	if s.n == 0 {
		return "no contacts"
	}
	parts := []string{fmt.Sprintf("%d contacts", s.n)}
	if s.n == 1 {
		parts[0] = "1 contact"
	}
	for _, e := range ends {
		if n := s.ends[e]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, e))
		}
	}
	if s.answered > 0 {
		parts = append(parts, "answered after "+clock(s.wait/int64(s.answered))+" on average")
	}
	return list(append(parts, "talked "+clock(s.talk), held(s.hold).Words)...)
}
