package server

import "cordboard/server/desk"

// Chats gives Teams chat as an agent, of the agent's access token and object id. A Presence that has it lets agents
// send experts the context of a call.
type Chats interface {
	Chat(token, oid string) (desk.Chatter, error)
}

// peopleChanged puts a new roster in force, whole: who joined can be chosen from now on, who left no longer. Calls
// that run keep the roster they began with.
func (n *tenant) peopleChanged() {
	n.changing.Lock()
	defer n.changing.Unlock()
	next := *n.now.Load()
	n.peopled(&next)
	n.enforce(n.server.o.Config.Now(), &next)
}
