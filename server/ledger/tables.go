package ledger

import (
	"fmt"
	"slices"
	"strings"
)

// The tables are a projection: everything in them comes from the facts, in order, and can be made again.
// Times are microseconds since 1970, 0 for never; lengths are milliseconds. schemaVersion goes up with every
// change; tables of another version are thrown away and made anew from the facts.
const schemaVersion = 4

// row is one row of a table: pointers to its columns, in the order of the table.
type row interface{ fields() []any }

// table has its columns in order, the first keys of them being the primary key.
type table struct {
	name    string
	keys    int
	columns []string
	indexes []string
}

var (
	contactTable = &table{"contacts", 2, split(`tenant id arrived direction trunk peer number name withheld internal sent_on called sip_call_id
		queue since priority path answered waited_ms agent talked_with offers missed declined transfers holds
		ended end ended_by code reason talk_ms hold_ms wrap_ms wrap_code mos facts`),
		[]string{"tenant, arrived", "tenant, number, arrived"}}
	visitTable = &table{"visits", 3, split(`tenant contact no queue since left how waited_ms agent returns`),
		[]string{"tenant, queue, since"}}
	talkTable = &table{"talks", 3, split(`tenant contact no agent queue began ended held_since hold_ms wrap_ms code handed_to`),
		[]string{"tenant, agent, began"}}
	offerTable = &table{"offers", 3, split(`tenant contact no reservation agent queue offered deadline ended outcome reason why`),
		[]string{"tenant, agent, offered"}}
	transferTable = &table{"transfers", 3, split(`tenant contact no transfer agent consult to_kind to_id number started ringing ended stage code why back`),
		nil}
	noteTable  = &table{"notes", 3, split(`tenant contact agent at chars text`), nil}
	legTable   = &table{"legs", 3, split(`tenant contact seq at agent leg codec mos worst loss jitter_ms packets`), nil}
	factTable  = &table{"facts", 3, split(`tenant contact seq n at agent kind v body personal`), nil}
	stateTable = &table{"agent_states", 3, split(`tenant agent seq at until was state reason by cause contact`),
		[]string{"tenant, agent, at"}}
	lostTable     = &table{"lost", 2, split(`tenant seq at count first_n last_n`), nil}
	positionTable = &table{"positions", 1, split(`tenant seq n at died`), nil}

	allTables = []*table{contactTable, visitTable, talkTable, offerTable, transferTable, noteTable, legTable, factTable, stateTable, lostTable, positionTable}
)

func split(s string) []string { return strings.Fields(s) }

// create is the table's definition. No column has a type: SQLite keeps what it is given.
func (t *table) create() string {
	s := fmt.Sprintf("CREATE TABLE %s (%s, PRIMARY KEY (%s)) WITHOUT ROWID;\n",
		t.name, strings.Join(t.columns, " NOT NULL, ")+" NOT NULL", strings.Join(t.columns[:t.keys], ", "))
	for i, cols := range t.indexes {
		s += fmt.Sprintf("CREATE INDEX %s_%d ON %s (%s);\n", t.name, i, t.name, cols)
	}
	return s
}

// put writes n rows over whatever stood there.
func (t *table) put(n int) string {
	var set []string
	for _, c := range t.columns[t.keys:] {
		set = append(set, c+" = excluded."+c)
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ") + ")"
	return fmt.Sprintf("INSERT INTO %s VALUES %s ON CONFLICT DO UPDATE SET %s",
		t.name, strings.TrimSuffix(strings.Repeat(one+", ", n), ", "), strings.Join(set, ", "))
}

// of reads all columns; where says which rows.
func (t *table) of(where string) string {
	return fmt.Sprintf("SELECT %s FROM %s %s", strings.Join(t.columns, ", "), t.name, where)
}

// some picks columns and their fields; nil picks all.
func (t *table) some(names []string, fields []any) (columns string, picked []any) {
	if names == nil {
		return strings.Join(t.columns, ", "), fields
	}
	for i, c := range t.columns {
		if slices.Contains(names, c) {
			columns += ", " + c
			picked = append(picked, fields[i])
		}
	}
	return strings.TrimPrefix(columns, ", "), picked
}

func schema() string {
	s := ""
	for _, t := range allTables {
		s += t.create()
	}
	return s + fmt.Sprintf("PRAGMA user_version = %d;", schemaVersion)
}
