package ledger

// Contact is a contact as a whole. Times are microseconds since 1970, 0 for never.
type Contact struct {
	Tenant, ID                                 string
	Arrived                                    int64
	Direction, Trunk, Peer                     string
	Number, Name                               string // the caller's; empty when withheld or forgotten
	Withheld, Internal                         bool   // Internal: somebody of the company calls
	SentOn                                     string // why it was sent on to us at last, as busy; empty: it came straight
	Called, SIPCallID                          string
	Queue                                      string // the last one it waited in
	Since                                      int64  // from when its wait counts
	Priority                                   int
	Path                                       string // menu choices, joined by " > "
	Answered                                   int64  // first talk with an agent
	WaitedMS                                   int64
	Agent                                      string // who answered first
	With                                       string // everybody it talked with, in order, joined by ", "
	Offers, Missed, Declined, Transfers, Holds int
	Ended                                      int64
	End, EndedBy                               string
	Code                                       int // SIP
	Reason                                     string
	TalkMS, HoldMS, WrapMS                     int64
	WrapCode                                   string
	MOS                                        float64 // the worst leg's, 0 when none was measured
	Facts                                      int
}

func (c *Contact) fields() []any {
	return []any{&c.Tenant, &c.ID, &c.Arrived, &c.Direction, &c.Trunk, &c.Peer, &c.Number, &c.Name, &c.Withheld, &c.Internal, &c.SentOn, &c.Called, &c.SIPCallID,
		&c.Queue, &c.Since, &c.Priority, &c.Path, &c.Answered, &c.WaitedMS, &c.Agent, &c.With, &c.Offers, &c.Missed, &c.Declined, &c.Transfers, &c.Holds,
		&c.Ended, &c.End, &c.EndedBy, &c.Code, &c.Reason, &c.TalkMS, &c.HoldMS, &c.WrapMS, &c.WrapCode, &c.MOS, &c.Facts}
}

// Visit is one wait of a contact in a queue. How is waiting, answered, abandoned, left, lost or moved.
// A contact that comes back to the head of its queue goes on with the visit it had (Returns counts that).
type Visit struct {
	Tenant, Contact string
	No              int
	Queue           string
	Since, Left     int64
	How             string
	WaitedMS        int64
	Agent           string
	Returns         int
}

func (v *Visit) fields() []any {
	return []any{&v.Tenant, &v.Contact, &v.No, &v.Queue, &v.Since, &v.Left, &v.How, &v.WaitedMS, &v.Agent, &v.Returns}
}

// Talk is the time an agent had a contact, holds included.
type Talk struct {
	Tenant, Contact string
	No              int
	Agent, Queue    string
	Began, Ended    int64
	HeldSince       int64
	HoldMS, WrapMS  int64
	Code            string // wrap-up code
	HandedTo        string // who took the contact over
}

func (t *Talk) fields() []any {
	return []any{&t.Tenant, &t.Contact, &t.No, &t.Agent, &t.Queue, &t.Began, &t.Ended, &t.HeldSince, &t.HoldMS, &t.WrapMS, &t.Code, &t.HandedTo}
}

// TalkMS is the time of speech, holds not counted.
func (t *Talk) TalkMS() int64 {
	if t.Ended == 0 {
		return 0
	}
	return max(0, (t.Ended-t.Began)/1000-t.HoldMS)
}

// Offer is one ring at one agent.
type Offer struct {
	Tenant, Contact          string
	No                       int
	Reservation              string
	Agent, Queue             string
	Offered, Deadline, Ended int64
	Outcome, Reason, Why     string
}

func (o *Offer) fields() []any {
	return []any{&o.Tenant, &o.Contact, &o.No, &o.Reservation, &o.Agent, &o.Queue, &o.Offered, &o.Deadline, &o.Ended, &o.Outcome, &o.Reason, &o.Why}
}

// Transfer is one attempt to hand a contact on, or to ask somebody first.
type Transfer struct {
	Tenant, Contact         string
	No                      int
	Transfer, Agent         string
	Consult                 bool
	ToKind, To              string
	Number                  string // whole, when it went to a number
	Started, Ringing, Ended int64
	Stage                   string
	Code                    int
	Why, Back               string
}

func (t *Transfer) fields() []any {
	return []any{&t.Tenant, &t.Contact, &t.No, &t.Transfer, &t.Agent, &t.Consult, &t.ToKind, &t.To, &t.Number, &t.Started, &t.Ringing, &t.Ended, &t.Stage, &t.Code, &t.Why, &t.Back}
}

// Note is what an agent wrote about a contact.
type Note struct {
	Tenant, Contact, Agent string
	At                     int64
	Chars                  int
	Text                   string
}

func (n *Note) fields() []any {
	return []any{&n.Tenant, &n.Contact, &n.Agent, &n.At, &n.Chars, &n.Text}
}

// Leg is the quality of one leg over its life.
type Leg struct {
	Tenant, Contact string
	Seq             int64
	At              int64
	Agent           string
	Leg             string // caller, agent, expert
	Codec           string
	MOS, Worst      float64
	Loss, JitterMS  float64
	Packets         int64
}

func (l *Leg) fields() []any {
	return []any{&l.Tenant, &l.Contact, &l.Seq, &l.At, &l.Agent, &l.Leg, &l.Codec, &l.MOS, &l.Worst, &l.Loss, &l.JitterMS, &l.Packets}
}

// AgentTime is a time that an agent spent in one state; Until is 0 for the present one.
type AgentTime struct {
	Tenant, Agent     string
	Seq               int64
	At, Until         int64
	Was, State        string
	Reason, By, Cause string
	Contact           string
}

func (a *AgentTime) fields() []any {
	return []any{&a.Tenant, &a.Agent, &a.Seq, &a.At, &a.Until, &a.Was, &a.State, &a.Reason, &a.By, &a.Cause, &a.Contact}
}

// factRow is a fact as it came.
type factRow struct {
	Tenant, Contact string
	Seq, N, At      int64
	Agent, Kind     string
	V               int
	Body, Personal  string
}

func (f *factRow) fields() []any {
	return []any{&f.Tenant, &f.Contact, &f.Seq, &f.N, &f.At, &f.Agent, &f.Kind, &f.V, &f.Body, &f.Personal}
}

// Lost says how many facts were not stored because the store was full for too long.
type Lost struct {
	Tenant        string
	Seq, At       int64
	Count         int64
	FirstN, LastN int64
}

func (l *Lost) fields() []any {
	return []any{&l.Tenant, &l.Seq, &l.At, &l.Count, &l.FirstN, &l.LastN}
}

// position is how far the tables are: the last event of a tenant in them.
type position struct {
	Tenant string
	Seq, N int64
	At     int64
	Died   int64 // the last sign of life of the server before this one
}

func (p *position) fields() []any { return []any{&p.Tenant, &p.Seq, &p.N, &p.At, &p.Died} }
