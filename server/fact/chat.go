package fact

// ChatStage is what happened in a Teams chat about a contact.
type ChatStage string

// The stages.
const (
	ChatSent     ChatStage = "sent"     // by the agent: who calls, why, the notes so far, or the agent's own words
	ChatAnswered ChatStage = "answered" // something came back
)

// Chatted: the agent and an expert wrote about the contact in Teams. What they wrote stays in Teams.
type Chatted struct {
	To    string    `json:"to"` // the expert's id
	Stage ChatStage `json:"stage"`
	Chars int       `json:"chars,omitempty"`
}

// Kind is "contact.chatted".
func (Chatted) Kind() string { return "contact.chatted" }

// Version is 1.
func (Chatted) Version() int { return 1 }
