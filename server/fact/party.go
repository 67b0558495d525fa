package fact

// PartyStage is what happened to somebody of a group call.
type PartyStage string

// The stages. Who rings joins or fails; who has joined leaves, is removed, or stays when the agent leaves.
const (
	PartyRinging PartyStage = "ringing"
	PartyJoined  PartyStage = "joined"
	PartyFailed  PartyStage = "failed"
	PartyLeft    PartyStage = "left"
	PartyRemoved PartyStage = "removed"
	PartyMuted   PartyStage = "muted" // the others do not hear this one
	PartyHeard   PartyStage = "heard" // they do again
	PartyStays   PartyStage = "stays" // the agent has left the call
)

// Party: somebody of a group call came, went, or was muted.
type Party struct {
	ToKind string     `json:"to_kind"` // expert, number
	To     string     `json:"to"`      // id; a number stands masked here and whole in Personal
	Stage  PartyStage `json:"stage"`
	Why    string     `json:"why,omitempty"`  // with failed: as in Moved
	Code   int        `json:"code,omitempty"` // SIP
}

// Kind is "contact.party".
func (Party) Kind() string { return "contact.party" }

// Version is 1.
func (Party) Version() int { return 1 }
