package config

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Telephone is an agent's SIP telephone: one that registers, or, with Person.Address, one at a fixed address.
type Telephone struct {
	Trunk  string        `yaml:"trunk" doc:"the trunk it is reached by; without one the first of kind phones, and for a fixed address without such a trunk that of outbound"`
	User   string        `yaml:"user" doc:"name it registers by, as 201; other telephones of the trunk dial it too"`
	Secret Secret        `yaml:"secret" doc:"password it registers by"`
	Health time.Duration `yaml:"health" max:"1h" doc:"how often OPTIONS asks a fixed address whether it is there; 0 s: never"`
}

// HasPhone reports whether the person has a SIP telephone.
func (p *Person) HasPhone() bool { return p.Phone.User != "" || p.Address != "" }

// checkEndpoint holds the person's telephones against each other and the trunks, and fills in what was left out.
func (p *Person) checkEndpoint(k *checker, r *refs) {
	switch {
	case p.Endpoint == "sip" && !p.HasPhone():
		k.bad(p, "%q: endpoint sip needs an address, or phone with user and secret", p.Key())
		return
	case p.Endpoint == "teams" && p.Number == "":
		k.bad(p, "%q: endpoint teams needs a number", p.Key())
	case p.AlwaysReady && p.Endpoint == "softphone":
		k.bad(&p.AlwaysReady, "%q: always_ready needs endpoint sip or teams: a softphone is there only with its console", p.Key())
	}
	p.checkPhone(k, r)
	for i, e := range p.Endpoints {
		switch {
		case e == "sip" && !p.HasPhone():
			k.bad(&p.Endpoints[i], "%q: endpoint sip needs an address, or phone with user and secret", p.Key())
		case e == "teams" && p.Number == "":
			k.bad(&p.Endpoints[i], "%q: endpoint teams needs a number", p.Key())
		}
	}
	if len(p.Endpoints) == 0 {
		p.Endpoints = []string{"softphone"}
		if p.HasPhone() {
			p.Endpoints = append(p.Endpoints, "sip")
		}
	}
	if !slices.Contains(p.Endpoints, p.Endpoint) {
		p.Endpoints = append(p.Endpoints, p.Endpoint)
	}
}

func (p *Person) checkPhone(k *checker, r *refs) {
	t := &p.Phone
	switch {
	case !p.HasPhone():
		if t.Trunk != "" || t.Secret != "" {
			k.bad(t, "%q: phone needs user and secret, or the person an address", p.Key())
		}
		return
	case t.User != "" && p.Address != "":
		k.bad(&p.Address, "%q: a telephone registers (phone.user) or has an address, not both", p.Key())
		return
	case t.User != "" && !userForm.MatchString(t.User):
		k.bad(&t.User, "user %q: the user part of a SIP address is wanted, as 201", t.User)
	case t.User != "" && t.Secret == "":
		k.bad(t, "%q: phone needs a secret, or anybody could register as %s", p.Key(), t.User)
	}
	if t.Trunk == "" {
		t.Trunk = r.phoneTrunk(t.User != "")
	} else if !r.trunks.want(&t.Trunk, t.Trunk) {
		return
	}
	on := r.trunkOf[t.Trunk]
	switch {
	case on == nil:
		k.hint(t, "add one: {id: phones, kind: phones, allow: [10.0.0.0/8]}", "%q: there is no trunk of kind phones", p.Key())
	case t.User != "" && on.Kind != "phones":
		k.bad(k.first(&t.Trunk, t), "%q: telephones register at a trunk of kind phones, and %q is of kind %s", p.Key(), on.ID, on.Kind)
	case t.User != "":
		r.phone(k, t)
	case on.Kind == "phones" && !on.admits(p.Address):
		k.bad(&p.Address, "%q: the address is not in allow of trunk %q", p.Key(), on.ID)
	}
}

// phoneTrunk is the trunk of telephones that name none.
func (r *refs) phoneTrunk(registers bool) string {
	other := ""
	for _, id := range r.trunks.order {
		if r.trunkOf[id].Kind == "phones" {
			return id
		}
		if other == "" {
			other = id
		}
	}
	if registers {
		return ""
	}
	return other
}

// phone keeps the names of a trunk's telephones apart.
func (r *refs) phone(k *checker, t *Telephone) {
	if r.phones == nil {
		r.phones = k.names("telephone")
	}
	r.phones.add(&t.User, t.User+" on "+t.Trunk)
}

// admits reports whether a SIP address is one that the trunk's access list takes. Names are looked up later.
func (t *Trunk) admits(address string) bool {
	host := address[strings.IndexByte(address, ':')+1:]
	host = host[strings.IndexByte(host, '@')+1:]
	if end := strings.IndexAny(host, ";?"); end >= 0 {
		host = host[:end]
	}
	if strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(host[1:], "]")
	} else {
		host, _, _ = strings.Cut(host, ":")
	}
	a, err := netip.ParseAddr(host)
	return err != nil || slices.ContainsFunc(t.Allow, func(p Prefix) bool { return p.Contains(a) })
}

// checkPhones is the check of a trunk of kind phones.
func (t *Trunk) checkPhones(k *checker) {
	if t.Kind != "phones" {
		return
	}
	switch {
	case len(t.Peers) > 0:
		k.bad(&t.Peers, "trunk %q: kind phones has no peers: the telephones register, or have an address in people", t.ID)
	case len(t.Allow) == 0:
		k.hint(t, "as allow: [10.0.0.0/8]", "trunk %q: kind phones needs allow, the addresses telephones are taken from", t.ID)
	case t.Username != "" || t.AuthIncoming:
		k.bad(k.first(&t.Username, &t.AuthIncoming), "trunk %q: each telephone of kind phones has a user and secret of its own, in people", t.ID)
	}
}

// firstOut is the first trunk that leads out; empty when there is none.
func (r *refs) firstOut() string {
	for _, id := range r.trunks.order {
		if t := r.trunkOf[id]; t != nil && t.Kind != "phones" {
			return id
		}
	}
	return ""
}

// notPhones refuses a trunk that leads to telephones only where one that leads out is wanted.
func (r *refs) notPhones(k *checker, id *string) {
	if t := r.trunkOf[*id]; t != nil && t.Kind == "phones" {
		k.bad(id, "trunk %q is of kind phones and leads to nobody outside", *id)
	}
}
