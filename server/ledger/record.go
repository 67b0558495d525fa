package ledger

import (
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
}

// unreadable is the kind of an event that is no fact we can read; it is kept as it is.
const unreadable = "ledger.unreadable"

func decode(tenant string, m bus.Message) *record {
	r := &record{tenant: tenant, seq: m.Seq, skip: m.Kind != bus.Facts}
	if r.skip {
		return r
	}
	var raw struct {
		V        int             `json:"v"`
		Fact     json.RawMessage `json:"fact"`
		Personal json.RawMessage `json:"personal"`
	}
	err := json.Unmarshal(m.Data, &raw)
	if err == nil {
		err = r.entry.UnmarshalJSON(m.Data)
	}
	if err != nil {
		text, _ := json.Marshal(string(m.Data))
		r.entry = fact.Entry{At: time.UnixMicro(0), Fact: fact.Unknown{Name: unreadable, Body: text}}
		r.body = string(text)
		return r
	}
	r.version, r.body, r.personal = raw.V, string(raw.Fact), string(raw.Personal)
	return r
}
