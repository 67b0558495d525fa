// Package flow is what a caller passes before the queue: a graph of nodes as a pure state machine. It takes
// what happened and gives commands; it knows neither SIP nor sound.
package flow

// Command is what the call is to do next.
type Command interface{ command() }

// Queue lets the contact wait for an agent.
type Queue struct {
	Queue    string
	Priority int
	Needs    map[string]int // least level by skill
	Path     []string       // choices so far, for the card
}

// Ring rings one agent directly.
type Ring struct{ Agent string }

// Refuse ends the call before it is answered, with a SIP status (RFC 3261 §21).
type Refuse struct {
	Code int
	Why  string
}

func (Queue) command()  {}
func (Ring) command()   {}
func (Refuse) command() {}

// Destination of one of the tenant's numbers.
type Destination struct {
	Kind string // queue, agent
	ID   string
}

// Start gives the first command for a call to a destination.
func Start(d Destination) Command {
	switch d.Kind {
	case "queue":
		return Queue{Queue: d.ID}
	case "agent":
		return Ring{Agent: d.ID}
	}
	return Refuse{Code: 404, Why: "this number leads nowhere"}
}
