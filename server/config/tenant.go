package config

import (
	"time"
	_ "time/tzdata" // a server without zone files still knows every time zone
)

// Tenant is a company whose calls are taken.
type Tenant struct {
	ID        string     `yaml:"id" need:"yes" doc:"names the tenant in the ledger; never change it"`
	Name      string     `yaml:"name" need:"yes" doc:"as agents read it"`
	Region    string     `yaml:"region" doc:"country of the ringing tone, two letters as gb"`
	TimeZone  string     `yaml:"timezone" doc:"where a day begins, as Europe/London; without one, that of the machine"`
	Entra     Entra      `yaml:"entra" need:"yes" doc:"who may sign in"`
	Graph     *Graph     `yaml:"graph" doc:"Microsoft Graph, for presence; without it there is none"`
	Trunks    []Trunk    `yaml:"trunks" need:"yes" doc:"the SBCs"`
	Numbers   []Number   `yaml:"numbers" doc:"what rings where"`
	Queues    []Queue    `yaml:"queues" doc:"where callers wait"`
	Hours     []Hours    `yaml:"hours" doc:"when queues are open; without any they never close"`
	Prompts   Prompts    `yaml:"prompts" doc:"the tenant's own words to callers"`
	Reasons   []Reason   `yaml:"reasons" doc:"why an agent is not ready"`
	People    People     `yaml:"people" need:"yes" doc:"agents, experts, supervisors, administrators"`
	Outbound  Outbound   `yaml:"outbound" doc:"numbers that agents dial or transfer to"`
	Presence  Presence   `yaml:"presence" doc:"Teams presence of the experts"`
	Grace     Grace      `yaml:"console" doc:"a console that is lost in a call"`
	Retention *Retention `yaml:"retention" doc:"how long the ledger keeps what happened; without it, for ever"`
}

// Grace is about a console that is lost in a call.
type Grace struct {
	Grace time.Duration `yaml:"grace" min:"1s" max:"2min" doc:"how long the caller hears music before going back to the head of the queue"`
}

// Entra says who may sign in (Microsoft Entra ID).
type Entra struct {
	Authority string            `yaml:"authority" doc:"address of the authority"`
	Tenant    string            `yaml:"tenant" need:"yes" doc:"the directory (tenant) id, a GUID"`
	Audience  string            `yaml:"audience" need:"yes" doc:"aud of access tokens for this server: the API's application id, or its api:// address"`
	ClientID  string            `yaml:"client_id" need:"yes" doc:"application id of the console (public client)"`
	Scope     string            `yaml:"scope" need:"yes" doc:"what the console asks for, as api://…/desk"`
	CAFile    Path              `yaml:"ca_file" doc:"PEM file of an authority's own certificates; for the simulated one"`
	Roles     map[string]string `yaml:"roles" oneof:"agent supervisor admin" doc:"app role in the token → agent, supervisor or admin"`
}

// Graph is the access to Microsoft Graph: an application of its own, with a secret or a certificate.
type Graph struct {
	URL         string `yaml:"url" doc:"address with version"`
	Authority   string `yaml:"authority" doc:"address of the authority; without one that of entra"`
	Tenant      string `yaml:"tenant" doc:"directory id; without one that of entra"`
	ClientID    string `yaml:"client_id" need:"yes" doc:"application id"`
	Secret      Secret `yaml:"secret" doc:"client secret"`
	Certificate Path   `yaml:"certificate" doc:"PEM file with certificate and key, instead of a secret"`
	CAFile      Path   `yaml:"ca_file" doc:"PEM file of Graph's own certificates; for the simulated one"`
}

// Reason is why an agent is not ready.
type Reason struct {
	ID        string        `yaml:"id" need:"yes" doc:"names the reason in the ledger"`
	Name      string        `yaml:"name" need:"yes" doc:"as agents read it"`
	Key       string        `yaml:"key" doc:"the letter after n"`
	Allowance time.Duration `yaml:"allowance" max:"24h" doc:"after this the time is shown as too long"`
}

// Zone is where the tenant's day begins.
func (t *Tenant) Zone() *time.Location {
	if t.TimeZone != "" {
		if l, err := time.LoadLocation(t.TimeZone); err == nil {
			return l
		}
	}
	return time.Local
}

// Queue gives the queue of that id, or nil.
func (t *Tenant) Queue(id string) *Queue {
	for i := range t.Queues {
		if t.Queues[i].ID == id {
			return &t.Queues[i]
		}
	}
	return nil
}

// refs are the ids of a tenant that others refer to.
type refs struct {
	trunks, queues, agents *names
	hours, callerIDs       *names
	outbound               *Outbound
	skills                 *names // that at least one agent has
	trunkOf                map[string]*Trunk
	phones                 *names // that register
}

func (t *Tenant) check(k *checker) {
	k.id(&t.ID, "tenant")
	if t.TimeZone != "" {
		if _, err := time.LoadLocation(t.TimeZone); err != nil {
			k.bad(&t.TimeZone, "timezone %q is not known; write it as Europe/London", t.TimeZone)
		}
	}
	if len(t.Region) != 2 || !lower(t.Region) {
		k.bad(&t.Region, "region %q: two small letters are wanted, as gb", t.Region)
	}
	t.Entra.check(k)
	if t.Graph != nil {
		t.Graph.complete(t.Entra)
		t.Graph.check(k)
	}
	if len(t.Trunks) == 0 {
		k.bad(&t.Trunks, "at least one trunk is needed")
	}
	r := &refs{trunks: k.names("trunk"), queues: k.names("queue"), agents: k.names("agent"), skills: k.names("skill"), hours: k.names("hours"), callerIDs: k.names("number in outbound.caller_ids:"), outbound: &t.Outbound, trunkOf: map[string]*Trunk{}}
	for i := range t.Trunks {
		r.trunks.lines[t.Trunks[i].ID] = 0
		r.trunks.order = append(r.trunks.order, t.Trunks[i].ID)
		r.trunkOf[t.Trunks[i].ID] = &t.Trunks[i]
		t.Trunks[i].check(k)
	}
	t.People.check(k, r)
	for i := range t.Queues {
		r.queues.add(&t.Queues[i].ID, t.Queues[i].ID)
	}
	t.checkHours(k, r)
	t.Outbound.check(k, r) // the queues' ways on are held against its rules
	for i := range t.Queues {
		t.Queues[i].check(k, r, t.People.Serves(t.Queues[i].ID))
	}
	t.People.checkQueues(r)
	for i := range t.Queues {
		if q := &t.Queues[i]; t.Graph == nil && len(q.Presence) > 0 {
			k.hint(&q.Presence, "give the tenant a graph", "queue %q: presence is read from Microsoft Graph, and there is none", q.ID)
		}
	}
	if t.Graph == nil && t.People.Graphs() {
		k.hint(k.first(&t.People.ExpertsFrom, &t.People.AgentsFrom, &t.People.Directory), "give the tenant a graph", "people are read from Microsoft Graph, and there is none")
	}
	t.checkWays(k)
	checkNumbers(t.Numbers, k, r)
	checkReasons(t.Reasons, k)
	t.Presence.check(k)
}

func (e *Entra) check(k *checker) {
	k.https(&e.Authority, "authority")
	k.guid(&e.Tenant, "tenant")
}

// complete fills in what Graph shares with Entra.
func (g *Graph) complete(e Entra) {
	if g.Authority == "" {
		g.Authority = e.Authority
	}
	if g.Tenant == "" {
		g.Tenant = e.Tenant
	}
	if g.CAFile == "" {
		g.CAFile = e.CAFile
	}
}

func (g *Graph) check(k *checker) {
	k.https(&g.URL, "url")
	k.https(&g.Authority, "authority")
	k.guid(&g.Tenant, "tenant")
	if (g.Secret == "") == (g.Certificate == "") {
		k.bad(g, "graph: one of secret, secret_file and certificate is needed")
	}
}

func checkReasons(all []Reason, k *checker) {
	ids, keys := k.names("reason"), k.names("reason key")
	for i := range all {
		r := &all[i]
		k.id(&r.ID, "reason")
		ids.add(&r.ID, r.ID)
		if r.Key == "" {
			continue
		}
		if len(r.Key) != 1 || !lower(r.Key) {
			k.bad(&r.Key, "key %q: one small letter is wanted", r.Key)
			continue
		}
		keys.add(&r.Key, r.Key)
	}
}
