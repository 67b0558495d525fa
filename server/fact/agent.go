package fact

// State of an agent. The table of what follows what is in server/routing.
type State string

// The states.
const (
	Offline      State = "offline"
	NotReady     State = "notready"
	Ready        State = "ready"
	OfferedState State = "offered"
	Connecting   State = "connecting"
	Talking      State = "talking"
	HeldState    State = "held"
	Consulting   State = "consulting"
	Conference   State = "conference"
	Transferring State = "transferring"
	Wrapup       State = "wrapup"
	MissedState  State = "missed"
	DirectCall   State = "direct"
	Dialing      State = "dialing"
	Lost         State = "lost"
)

// Endpoint is where an agent's calls ring.
type Endpoint string

// The endpoints.
const (
	AtConsole Endpoint = ""      // the console's own softphone
	AtSIP     Endpoint = "sip"   // a SIP telephone
	AtTeams   Endpoint = "teams" // the agent's Teams client
)

// AgentState: an agent's state changed. By says who did it (agent, rule, supervisor, timeout, server),
// Cause what happened ("offer", "accept", "deadline", …).
type AgentState struct {
	From   State  `json:"from"`
	To     State  `json:"to"`
	Reason string `json:"reason,omitempty"`
	By     string `json:"by"`
	Cause  string `json:"cause"`
}

// Kind is "agent.state".
func (AgentState) Kind() string { return "agent.state" }

// Version is 1.
func (AgentState) Version() int { return 1 }

// SignedIn: an agent's console came in.
type SignedIn struct {
	Console string `json:"console"`
	Role    string `json:"role"`
	Program string `json:"program,omitempty"`
}

// Kind is "agent.signed_in".
func (SignedIn) Kind() string { return "agent.signed_in" }

// Version is 1.
func (SignedIn) Version() int { return 1 }

// SignedOut: an agent's console left.
type SignedOut struct {
	Console string `json:"console"`
	Why     string `json:"why"` // asked, connection, takeover, administrator, shutdown
}

// Kind is "agent.signed_out".
func (SignedOut) Kind() string { return "agent.signed_out" }

// Version is 1.
func (SignedOut) Version() int { return 1 }
