package config

// later are keys that the design has and this version does not: they are refused with a word about them,
// never taken silently.
var later = map[string]string{
	"server.bus":                   "leave it out: the event store is built in and lives in the data folder",
	"server.database":              "leave it out: the tables are built in and live in the data folder",
	"tenants[].attendants":         "leave it out and send numbers to queues",
	"tenants[].hours":              "leave it out: queues are always open",
	"tenants[].prompts":            "leave it out: give a queue its own greeting and music",
	"tenants[].context":            "leave it out",
	"tenants[].recording":          "leave it out: nothing is recorded",
	"tenants[].retention":          "leave it out: nothing is deleted",
	"tenants[].queues[].hours":     "leave it out: queues are always open",
	"tenants[].outbound.emergency": "leave it out: cordboard does not place emergency calls; agents must have another telephone at hand",
}
