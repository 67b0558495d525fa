package config

// later are keys that the design has and this version does not carry out: they are refused with a word about
// them, never taken silently. A key leaves this table together with the change that carries it out.
var later = map[string]string{
	"server.bus":               "leave it out: the event store is built in and lives in the data folder",
	"server.database":          "leave it out: the tables are built in and live in the data folder",
	"tenants[].attendants":     "leave it out and send numbers to queues",
	"tenants[].context":        "leave it out: a caller's earlier contacts are shown",
	"tenants[].recording":      "leave it out: nothing is recorded",
	"tenants[].trunks[].ptime": "leave it out: packets carry 20 ms",
}

// laterValues are values that the design has and this version does not carry out.
var laterValues = map[string]map[string]string{}
