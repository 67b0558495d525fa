package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Queue is where callers wait for an agent.
type Queue struct {
	ID             string        `yaml:"id" need:"yes" doc:"names the queue in the ledger"`
	Name           string        `yaml:"name" need:"yes" doc:"as agents read it"`
	Agents         []string      `yaml:"agents" doc:"users of people.agents (or supervisors) who take its calls"`
	Skills         Skills        `yaml:"skills" doc:"what an agent must have for its calls, with the least level"`
	Priority       int           `yaml:"priority" min:"0" max:"10" doc:"10 is served first"`
	Strategy       string        `yaml:"strategy" oneof:"longest_idle" doc:"who is rung"`
	Presence       []string      `yaml:"presence" oneof:"busy in_call in_meeting presenting do_not_disturb" doc:"what an agent does in Teams that keeps its calls away; needs graph"`
	Ring           time.Duration `yaml:"ring" min:"3s" max:"2min" doc:"how long one agent is rung"`
	Wrapup         Wrapup        `yaml:"wrapup" doc:"work after a call"`
	Music          Path          `yaml:"music" doc:"WAV file while waiting and on hold; without one the built-in music"`
	Greeting       Path          `yaml:"greeting" doc:"WAV file heard first; without one that of the tenant's prompts"`
	Prompts        Prompts       `yaml:"prompts" doc:"words to the queue's callers instead of the tenant's"`
	Hours          string        `yaml:"hours" doc:"when it is open, an id of hours; always: though there are hours for all"`
	Closed         Target        `yaml:"closed" doc:"where callers go outside the hours: hangup, queue:ID or number:+…"`
	LongestWait    LongestWait   `yaml:"longest_wait" doc:"what becomes of a caller nobody answers"`
	Nobody         Target        `yaml:"nobody" doc:"when no agent of the queue is signed in: wait, hangup, queue:ID or number:+…"`
	ServiceLevel   ServiceLevel  `yaml:"service_level" doc:"the target, as 80/20"`
	AfterMissed    AfterMissed   `yaml:"after_missed" doc:"after a missed offer: key (the agent presses one), or ready again after a time"`
	Declined       Declined      `yaml:"declined" doc:"after a declined offer"`
	CallerID       string        `yaml:"caller_id" doc:"what agents of the queue show when they call out, one of outbound.caller_ids; they may choose another of these"`
	OnePressHangup bool          `yaml:"one_press_hangup" doc:"x hangs up at once instead of on the second press"`
}

// Wrapup is the work after a call.
type Wrapup struct {
	Time     time.Duration `yaml:"time" max:"1h" doc:"how long it may take; 0 s: none"`
	Extra    time.Duration `yaml:"extra" max:"1h" doc:"one extension"`
	More     int           `yaml:"more" min:"0" max:"20" doc:"how many extensions"`
	Codes    []Code        `yaml:"codes" doc:"what the call was about; digits 1 to 9 in this order"`
	Required bool          `yaml:"required" doc:"a code must be given before the next call"`
}

// Code is a wrap-up code.
type Code struct {
	ID   string `yaml:"id" need:"yes" doc:"names the code in the ledger"`
	Name string `yaml:"name" need:"yes" doc:"as agents read it"`
}

// LongestWait is what becomes of a caller nobody answers.
type LongestWait struct {
	After time.Duration `yaml:"after" min:"10s" max:"4h" doc:"how long a caller waits at most"`
	Then  Target        `yaml:"then" doc:"hangup: the caller hears why and the call ends; or queue:ID, number:+…"`
}

// ServiceLevel is the target of a queue and how it is counted.
type ServiceLevel struct {
	Answer       int           `yaml:"answer" min:"1" max:"100" doc:"per cent"`
	Within       time.Duration `yaml:"within" min:"1s" max:"1h" doc:"of waiting"`
	Variant      string        `yaml:"variant" oneof:"answered both offered without_short dropped_abandons" doc:"which contacts count"`
	ShortAbandon time.Duration `yaml:"short_abandon" max:"5min" doc:"a caller who leaves earlier counts as a short abandon"`
}

// decodeNode takes the short form 80/20 too.
func (s *ServiceLevel) decodeNode(d *decoder, n *yaml.Node, f field) {
	if n.Kind == yaml.MappingNode {
		d.mappingOf(n, s, f)
		return
	}
	text, ok := d.text(n, f)
	if !ok {
		return
	}
	a, w, cut := strings.Cut(text, "/")
	per, err1 := strconv.Atoi(strings.TrimSpace(a))
	sec, err2 := strconv.Atoi(strings.TrimSpace(w))
	if !cut || err1 != nil || err2 != nil || per < 1 || per > 100 || sec < 1 || sec > 3600 {
		d.bad(n, "", "%s: per cent and seconds as 80/20 are wanted, not %q", what(f), text)
		return
	}
	s.Answer, s.Within = per, time.Duration(sec)*time.Second
}

// AfterMissed says when an agent is ready again after a missed offer.
type AfterMissed struct{ Ready time.Duration } // 0: by a key

func (a *AfterMissed) parse(text string) error {
	if text == "key" {
		a.Ready = 0
		return nil
	}
	t, err := ParseDuration(text)
	if err != nil || t < time.Second {
		return fmt.Errorf("key, or a length of time as 5 min, is wanted, not %q", text)
	}
	a.Ready = t
	return nil
}

// Declined is what a declined offer does.
type Declined struct {
	Then    string   `yaml:"then" oneof:"ready notready" doc:"the agent's state after it"`
	Reasons []Reason `yaml:"reasons" doc:"what the agent may say; without any, the reasons of not ready"`
}

// check: served says that agents from a group take the queue's calls.
func (q *Queue) check(k *checker, r *refs, served bool) {
	k.id(&q.ID, "queue")
	seen := k.names("agent")
	for i := range q.Agents {
		q.Agents[i] = strings.ToLower(q.Agents[i])
		if r.agents.want(&q.Agents[i], q.Agents[i]) {
			seen.add(&q.Agents[i], q.Agents[i])
		}
	}
	if len(q.Agents) == 0 && !served {
		k.odd(q, "list users in agents", "queue %q has no agents", q.ID)
	}
	for i := range q.Skills {
		r.skills.want(&q.Skills[i], q.Skills[i].Name)
	}
	r.checkWayOut(k, &q.LongestWait.Then, "hangup", "queue", "number")
	r.checkWayOut(k, &q.Nobody, "wait", "hangup", "queue", "number")
	r.checkWayOut(k, &q.Closed, "hangup", "queue", "number")
	if q.Hours != "" && q.Hours != Always {
		r.hours.want(&q.Hours, q.Hours)
	}
	if q.CallerID != "" {
		r.callerIDs.want(&q.CallerID, q.CallerID)
	}
	if q.Greeting != "" && q.Prompts.Greeting != "" {
		k.bad(&q.Prompts.Greeting, "greeting and prompts.greeting are both given")
	}
	codes := k.names("code")
	for i := range q.Wrapup.Codes {
		k.id(&q.Wrapup.Codes[i].ID, "code")
		codes.add(&q.Wrapup.Codes[i].ID, q.Wrapup.Codes[i].ID)
	}
	if q.Wrapup.Required && len(q.Wrapup.Codes) == 0 {
		k.bad(&q.Wrapup.Required, "queue %q: a code is required, but there are none", q.ID)
	}
	checkReasons(q.Declined.Reasons, k)
}
