package config

import (
	"net/netip"
	"strings"
	"time"
)

// Trunk is the way to one or more SBCs of a tenant.
type Trunk struct {
	ID           string   `yaml:"id" need:"yes" doc:"names the trunk; one of its kind on this server"`
	Kind         string   `yaml:"kind" oneof:"sbc teams phones" doc:"sbc: an SBC faces the carrier and Teams; teams: this server faces Microsoft itself (laboratories); phones: agents' telephones register here"`
	Peers        []Peer   `yaml:"peers" doc:"where calls are sent, in this order"`
	Allow        []Prefix `yaml:"allow" doc:"addresses calls are taken from; without any, those of the peers"`
	ContactHost  string   `yaml:"contact_host" doc:"host name in Contact that the peer wants"`
	FromHost     string   `yaml:"from_host" doc:"host name in From that the peer wants"`
	Username     string   `yaml:"username" doc:"for digest authentication"`
	Password     Secret   `yaml:"password" doc:"for digest authentication"`
	Realm        string   `yaml:"realm" doc:"for digest authentication of incoming calls"`
	AuthIncoming bool     `yaml:"auth_incoming" doc:"callers must prove username and password"`
	Reuse        string   `yaml:"reuse" oneof:"connection route" doc:"requests within a call go over the connection it came on, or where its route says"`
	SRTP         string   `yaml:"srtp" oneof:"off allow require" doc:"encrypted voice (SDES)"`
	Codecs       []string `yaml:"codecs" oneof:"g722 pcma pcmu" doc:"in order of preference"`
	Ptime        int      `yaml:"ptime" min:"10" max:"60" doc:"milliseconds of voice in a packet"`
	MayRefer     string   `yaml:"may_refer" oneof:"auto yes no" doc:"its peers may hand callers on (REFER, Replaces): auto for kind teams only"`
	Trusted      bool     `yaml:"trusted" doc:"believe P-Asserted-Identity of this peer"`
	CAFile       Path     `yaml:"ca_file" doc:"PEM file of authorities for the peers' TLS certificates; without one the system's"`
}

// Peer is one SBC.
type Peer struct {
	Host      string        `yaml:"host" need:"yes" doc:"host name or address"`
	Port      int           `yaml:"port" min:"0" max:"65535" doc:"5060, and 5061 for tls, when left out"`
	Transport string        `yaml:"transport" oneof:"udp tcp tls" doc:"how it is reached; tls for kind teams"`
	Health    time.Duration `yaml:"health" max:"1h" doc:"how often OPTIONS asks whether it is there; 0 s: never"`
}

// Number is one of the tenant's numbers and where its calls go.
type Number struct {
	Number string `yaml:"number" need:"yes" doc:"+ and digits, or the user part of a SIP address"`
	To     Target `yaml:"to" need:"yes" doc:"queue:ID or agent:USER"`
	Trunk  string `yaml:"trunk" doc:"only when the call came by this trunk"`
}

// Refers says whether the peers may hand callers on. Whom they name is rung by them, so there must be some.
func (t *Trunk) Refers() bool {
	return len(t.Peers) > 0 && (t.MayRefer == "yes" || t.MayRefer == "auto" && t.Kind == "teams")
}

func (t *Trunk) check(k *checker) {
	k.id(&t.ID, "trunk")
	t.complete()
	for i := range t.Peers {
		t.Peers[i].check(k, t)
	}
	seen := map[string]bool{}
	for i := range t.Codecs {
		if seen[t.Codecs[i]] {
			k.bad(&t.Codecs[i], "codec %q is given twice", t.Codecs[i])
		}
		seen[t.Codecs[i]] = true
	}
	if len(t.Codecs) == 0 {
		k.bad(&t.Codecs, "trunk %q: at least one codec is needed", t.ID)
	}
	if (t.Username == "") != (t.Password == "") {
		k.bad(t, "trunk %q: username and password go together", t.ID)
	}
	if t.AuthIncoming && t.Username == "" {
		k.bad(&t.AuthIncoming, "trunk %q: auth_incoming needs username and password", t.ID)
	}
	for _, h := range []*string{&t.ContactHost, &t.FromHost} {
		if *h != "" && !isHost(*h) {
			k.bad(h, "%q is not a host name", *h)
		}
	}
	if len(t.Peers) == 0 && len(t.Allow) == 0 && t.Kind != "phones" {
		k.bad(t, "trunk %q: peers or allow is needed, or no call goes either way", t.ID)
	}
	if len(t.Allow) == 0 && len(t.Peers) > 0 && !t.AuthIncoming {
		k.odd(t, "give the SBC's addresses in allow", "trunk %q: its peers are host names, so calls are taken only from what these resolve to", t.ID)
	}
	if t.MayRefer == "yes" && len(t.Peers) == 0 {
		k.bad(&t.MayRefer, "trunk %q: may_refer needs peers: whom they name is rung by them, never by an address of theirs", t.ID)
	}
	t.checkTeams(k)
	t.checkPhones(k)
}

// checkTeams wants what Direct Routing refuses to do without.
func (t *Trunk) checkTeams(k *checker) {
	if t.Kind != "teams" {
		return
	}
	if t.ContactHost == "" || isAddress(t.ContactHost) {
		k.bad(t, "trunk %q: kind teams needs contact_host, the SBC's host name as it is registered with Teams; an address is answered 403", t.ID)
	}
	if t.SRTP == "off" {
		k.bad(&t.SRTP, "trunk %q: Teams takes encrypted voice only; srtp: require", t.ID)
	}
	for i := range t.Peers {
		if p := &t.Peers[i]; p.Transport != "tls" {
			k.bad(&p.Transport, "trunk %q: Teams is reached by tls only", t.ID)
		}
	}
}

// complete fills in what depends on other fields.
func (t *Trunk) complete() {
	if t.SRTP == "" {
		t.SRTP = "off"
		if t.Kind == "teams" {
			t.SRTP = "require"
		}
	}
	if t.FromHost == "" {
		t.FromHost = t.ContactHost
	}
	literal := true
	for i := range t.Peers {
		p := &t.Peers[i]
		if p.Transport == "" {
			p.Transport = "udp"
			if t.Kind == "teams" {
				p.Transport = "tls"
			}
		}
		if p.Port == 0 {
			p.Port = 5060
			if p.Transport == "tls" {
				p.Port = 5061
			}
		}
		literal = literal && isAddress(p.Host)
	}
	if len(t.Allow) == 0 && literal {
		for _, p := range t.Peers {
			a, _ := netip.ParseAddr(p.Host)
			t.Allow = append(t.Allow, Prefix{netip.PrefixFrom(a, a.BitLen())})
		}
	}
}

func (p *Peer) check(k *checker, t *Trunk) {
	if !isHost(p.Host) {
		k.hint(&p.Host, "a port has a key of its own", "peer %q: a host name or an address is wanted", p.Host)
	}
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

func checkNumbers(all []Number, k *checker, r *refs) {
	taken := k.names("number")
	for i := range all {
		n := &all[i]
		if strings.HasPrefix(n.Number, "+") {
			k.number(&n.Number)
		} else if !userForm.MatchString(n.Number) {
			k.bad(&n.Number, "number %q: + and digits, or the user part of a SIP address is wanted", n.Number)
		}
		if n.Trunk != "" {
			r.trunks.want(&n.Trunk, n.Trunk)
			taken.add(&n.Number, n.Number+" on "+n.Trunk)
		} else {
			taken.add(&n.Number, n.Number)
		}
		r.target(k, &n.To, "queue", "agent")
	}
}

// target checks where something goes: the kind is one of those allowed, and it is there.
func (r *refs) target(k *checker, t *Target, kinds ...string) {
	for _, kind := range kinds {
		if t.Kind != kind {
			continue
		}
		switch kind {
		case "queue":
			r.queues.want(t, t.ID)
		case "agent":
			r.agents.want(t, t.ID)
		case "number":
			n := t.ID
			k.at[&n] = k.at[t]
			k.number(&n)
		}
		return
	}
	k.bad(t, "%q cannot stand here; known: %s", t.String(), strings.Join(kinds, ", "))
}
