package server

import (
	"net/url"
	"strings"

	"cordboard/server/call"
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/people"
)

// insider finds a caller among the people of the company, as call.Rules.Insider wants it: what a trusted peer asserts
// comes first, a user name before a number; else the number that the caller shows.
func (n *tenant) insider(asserted []string, from fact.Number) (call.Caller, bool) {
	now := n.now.Load()
	if now == nil {
		return call.Caller{}, false
	}
	p := insider(now.index, &now.config.Outbound, asserted, from)
	if p == nil {
		return call.Caller{}, false
	}
	return call.Caller{Name: p.Name, Number: p.Number, Person: string(p.ID), Department: p.Department}, true
}

func insider(x *people.Index, o *config.Outbound, asserted []string, from fact.Number) *people.Person {
	var numbers []string
	for _, uri := range asserted {
		scheme, rest, _ := strings.Cut(uri, ":")
		rest, _, _ = strings.Cut(rest, ";")
		if strings.EqualFold(scheme, "tel") {
			numbers = append(numbers, rest)
			continue
		}
		rest, _, _ = strings.Cut(rest, "?")
		user, host, _ := strings.Cut(rest, "@")
		if u, err := url.PathUnescape(user); err == nil {
			user = u
		}
		if p := x.ByUser(user + "@" + host); p != nil {
			return p
		}
		numbers = append(numbers, user)
	}
	for _, s := range append(numbers, string(from)) {
		if p := x.ByNumber(e164(o, s)); p != nil {
			return p
		}
	}
	return nil
}

// e164 is a number as peers write it, with + and its country; "" for what is no number.
func e164(o *config.Outbound, s string) fact.Number {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) {
			return -1
		}
		return r
	}, s)
	if digits == "" || strings.Trim(digits, "+0123456789") != "" {
		return ""
	}
	if full := international(o, digits); strings.HasPrefix(full, "+") {
		return fact.Number(full)
	}
	return fact.Number("+" + digits) // many peers leave the plus out
}
