package config

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Outbound is about numbers that agents dial or transfer to.
type Outbound struct {
	Trunk         string        `yaml:"trunk" doc:"the trunk they go by; without one the first"`
	CallerIDs     []CallerID    `yaml:"caller_ids" doc:"numbers that may be shown to the called; the first is the usual one"`
	Country       string        `yaml:"country" doc:"country code for numbers dialled the national way, as +44"`
	National      string        `yaml:"national_prefix" doc:"what stands before a national number"`
	International string        `yaml:"international_prefix" doc:"what stands before an international number instead of +"`
	Rules         []NumberRule  `yaml:"rules" doc:"which numbers may be dialled; the longest prefix decides, and without any rule all may"`
	Ring          time.Duration `yaml:"ring" min:"5s" max:"2min" doc:"how long a transfer rings before the caller comes back"`
	Emergency     Emergency     `yaml:"emergency" doc:"emergency numbers: dialled in any state, before all rules"`
	Show          string        `yaml:"show" oneof:"caller called own" doc:"what the called sees: the caller's number, the number the caller called, or the first of caller_ids"`
	Confirm       string        `yaml:"confirm" oneof:"suspect always never" doc:"whose answer needs a key before the caller is put through: one that may be a voicemail's, everybody's, nobody's"`
	ConfirmPrompt Path          `yaml:"confirm_prompt" doc:"WAV file that asks for key 1; without one a built-in voice"`
}

// Emergency is what happens when an agent dials an emergency number.
type Emergency struct {
	Numbers  []string `yaml:"numbers" doc:"as dialled"`
	Place    bool     `yaml:"place" doc:"these calls are placed; else the agent is told at once to take another telephone"`
	Trunk    string   `yaml:"trunk" doc:"the trunk they go by; without one that of outbound"`
	CallerID string   `yaml:"caller_id" doc:"the number shown, by which the place is known: + and digits; without one the first of caller_ids"`
}

// CallerID is a number that may be shown to the called.
type CallerID struct {
	Number string `yaml:"number" need:"yes" doc:"+ and digits"`
	Name   string `yaml:"name" doc:"as agents read it"`
}

// NumberRule allows or forbids numbers that begin alike.
type NumberRule struct {
	Prefix  string `yaml:"prefix" need:"yes" doc:"as +44, or + for all"`
	Allow   bool   `yaml:"allow" doc:"may be dialled"`
	Trunk   string `yaml:"trunk" doc:"the trunk these go by"`
	Confirm string `yaml:"confirm" oneof:"suspect always never" doc:"instead of outbound.confirm"`
}

// Presence is about the experts' Teams presence.
type Presence struct {
	OnScreen time.Duration `yaml:"on_screen" min:"2s" max:"5min" doc:"how often people are read who stand on somebody's screen"`
	Others   time.Duration `yaml:"others" min:"5s" max:"1h" doc:"how often all others are read"`
	Stale    time.Duration `yaml:"stale" min:"10s" max:"1h" doc:"older knowledge counts as unknown"`
	Free     []string      `yaml:"free" doc:"availabilities that a transfer goes to without asking first"`

	ShowInCall bool `yaml:"show_in_call" doc:"agents who talk are shown in a call in Teams"`
}

var (
	countryForm   = regexp.MustCompile(`^\+[1-9][0-9]{0,3}$`)
	emergencyForm = regexp.MustCompile(`^[0-9]{2,6}$`)
	digitsForm    = regexp.MustCompile(`^[0-9]{0,6}$`)
	prefixForm    = regexp.MustCompile(`^\+[0-9]{0,14}$`)
)

// availabilities of Graph's presence.
var availabilities = []string{"Available", "AvailableIdle", "Away", "BeRightBack", "Busy", "BusyIdle", "DoNotDisturb", "Offline"}

func (o *Outbound) check(k *checker, r *refs) {
	if o.Trunk != "" {
		r.trunks.want(&o.Trunk, o.Trunk)
		r.notPhones(k, &o.Trunk)
	} else {
		o.Trunk = r.firstOut()
	}
	if o.Show == "own" && len(o.CallerIDs) == 0 {
		k.bad(&o.Show, "show: own needs a number in caller_ids")
	}
	for i := range o.CallerIDs {
		k.number(&o.CallerIDs[i].Number)
		r.callerIDs.add(&o.CallerIDs[i].Number, o.CallerIDs[i].Number)
	}
	if o.Country != "" && !countryForm.MatchString(o.Country) {
		k.bad(&o.Country, "country %q: + and the country code are wanted, as +44", o.Country)
	}
	for _, f := range []*string{&o.National, &o.International} {
		if !digitsForm.MatchString(*f) {
			k.bad(f, "%q: digits are wanted", *f)
		}
	}
	o.Emergency.check(k, r, o)
	rules := k.names("rule for prefix")
	for i := range o.Rules {
		x := &o.Rules[i]
		if !prefixForm.MatchString(x.Prefix) {
			k.bad(&x.Prefix, "prefix %q: + and digits are wanted, as +44", x.Prefix)
		}
		rules.add(&x.Prefix, x.Prefix)
		if x.Trunk != "" {
			r.trunks.want(&x.Trunk, x.Trunk)
			r.notPhones(k, &x.Trunk)
		}
	}
}

func (e *Emergency) check(k *checker, r *refs, o *Outbound) {
	for i := range e.Numbers {
		if !emergencyForm.MatchString(e.Numbers[i]) {
			k.bad(&e.Numbers[i], "number %q: digits are wanted, as 112", e.Numbers[i])
		}
	}
	if e.Trunk == "" {
		e.Trunk = o.Trunk
	} else {
		r.trunks.want(&e.Trunk, e.Trunk)
		r.notPhones(k, &e.Trunk)
	}
	switch {
	case e.CallerID != "":
		k.number(&e.CallerID)
	case len(o.CallerIDs) > 0:
		e.CallerID = o.CallerIDs[0].Number
	case e.Place:
		k.bad(&e.Place, "place: yes needs caller_id, or a number in outbound.caller_ids: help must know who calls from where")
	}
}

// Is reports whether a number, as dialled, is one of them.
func (e *Emergency) Is(number string) bool { return slices.Contains(e.Numbers, number) }

func (p *Presence) check(k *checker) {
	if p.Stale < p.Others {
		k.bad(k.first(&p.Stale, &p.Others), "stale is shorter than others: everybody would be unknown most of the time")
	}
	for i := range p.Free {
		if slices.Contains(availabilities, p.Free[i]) && p.Free[i] != "Available" {
			k.hint(&p.Free[i], "Available is the one that goes without asking", "free: %q is not in this version", p.Free[i])
		}
		if !slices.Contains(availabilities, p.Free[i]) {
			k.hint(&p.Free[i], meant(p.Free[i], availabilities), "no availability %q", p.Free[i])
		}
	}
}

// Doubt says whose answer at a number needs a key.
func (o *Outbound) Doubt(number string) string {
	if best := o.best(number); best >= 0 && o.Rules[best].Confirm != "" {
		return o.Rules[best].Confirm
	}
	return o.Confirm
}

// best is the rule of the longest prefix, -1 when there is none.
func (o *Outbound) best(number string) int {
	best := -1
	for i := range o.Rules {
		if strings.HasPrefix(number, o.Rules[i].Prefix) && (best < 0 || len(o.Rules[i].Prefix) > len(o.Rules[best].Prefix)) {
			best = i
		}
	}
	return best
}

// Rule gives the rule for a number in international form; with no rules at all everything is allowed.
func (o *Outbound) Rule(number string) (trunk string, allowed bool) {
	best := o.best(number)
	switch {
	case len(o.Rules) == 0:
		return o.Trunk, true
	case best < 0:
		return "", false
	case o.Rules[best].Trunk == "":
		return o.Trunk, o.Rules[best].Allow
	}
	return o.Rules[best].Trunk, o.Rules[best].Allow
}
