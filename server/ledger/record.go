package ledger

import (
	"bytes"
	"encoding/json"
	"time"

	"cordboard/server/bus"
	"cordboard/server/fact"
)

// record is one event of a stream on its way into the tables. body and personal are as they were written,
// so that nothing a newer version wrote is lost.
type record struct {
	tenant   string
	seq      uint64
	entry    fact.Entry
	version  int
	body     string
	personal string
	skip     bool // not a fact; only the position moves
	given    bool // by the writer, not read
}

// unreadable is the kind of an event that is no fact we can read; it is kept as it is.
const unreadable = "ledger.unreadable"

// encoded is the record of a fact that is written by this process.
func encoded(e fact.Entry, w fact.Written) *record {
	return &record{tenant: string(e.Tenant), entry: e, version: e.Fact.Version(), body: string(w.Fact), personal: string(w.Personal)}
}

func decode(tenant string, m bus.Message) *record {
	r := &record{tenant: tenant, seq: m.Seq, skip: m.Kind != bus.Facts}
	if r.skip {
		return r
	}
	if err := r.entry.UnmarshalJSON(m.Data); err != nil {
		text, _ := json.Marshal(string(m.Data))
		r.entry = fact.Entry{At: time.UnixMicro(0), Fact: fact.Unknown{Name: unreadable, Body: text}}
		r.body = string(text)
		return r
	}
	r.raw(m.Data)
	return r
}

// factKey comes before the fact, which is last in an entry. Within a text these characters cannot stand: its
// quotes are escaped.
var factKey = []byte(`,"fact":`)

// raw keeps body and personal as they were written.
func (r *record) raw(data []byte) {
	ours := bytes.HasPrefix(data, []byte(`{"kind":"`+r.entry.Fact.Kind()+`","v":1,`)) && r.entry.Personal == nil
	if i := bytes.Index(data, factKey); ours && i > 0 && data[len(data)-1] == '}' {
		if body := data[i+len(factKey) : len(data)-1]; json.Valid(body) {
			r.version, r.body = 1, string(body)
			return
		}
	}
	var raw struct {
		V        int             `json:"v"`
		Fact     json.RawMessage `json:"fact"`
		Personal json.RawMessage `json:"personal"`
	}
	if json.Unmarshal(data, &raw) == nil {
		r.version, r.body, r.personal = raw.V, string(raw.Fact), string(raw.Personal)
	}
}
