package trunk

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// phone finds a telephone of the trunk that registers, by its user.
func (n *trunk) phone(user string) (Phone, bool) {
	for _, p := range n.Phones {
		if p.User != "" && p.User == user {
			return p, true
		}
	}
	return Phone{}, false
}

// registrarOf finds the trunk that a REGISTER is for: of those whose access list takes its source the one that knows the user, then the one
// whose host name it uses.
func (e *Edge) registrarOf(req *sip.Request, source netip.Addr) *trunk {
	var best *trunk
	score := -1
	for _, n := range e.table.Load().trunks {
		if n.Kind != "phones" || !n.allows(source) {
			continue
		}
		points := n.score(req, "", "", source)
		if _, known := n.phone(req.To().Address.User); known {
			points += 1 << 16
		}
		if points > score {
			best, score = n, points
		}
	}
	return best
}

// proves says who sent a request, by its digest; nil and the answer to give when nobody is proven. A nil answer as well: say nothing.
func (e *Edge) proves(n *trunk, req *sip.Request, now time.Time) (Phone, *sip.Response) {
	source := e.sourceHop(req).addr.Addr()
	if e.phones.strikes(source, now, false) {
		return Phone{}, nil
	}
	challenge := func(stale bool) *sip.Response {
		res := e.answer(req, 401, "Unauthorized")
		res.AppendHeader(e.challengeHeader(n, stale, now))
		return res
	}
	tried := false
	for _, h := range req.GetHeaders("authorization") {
		p, is := digestParams(h.Value())
		if !is || p["realm"] != n.realm() {
			continue
		}
		tried = true
		who, known := n.phone(p["username"])
		right, stale := e.right(n, req, p, who.User, who.Secret, now)
		switch {
		case !known || !right:
		case stale || !e.phones.fresh(p["nonce"], p["nc"]):
			return Phone{}, challenge(true)
		default:
			return who, nil
		}
	}
	if !tried {
		return Phone{}, challenge(false)
	}
	e.phones.strikes(source, now, true)
	e.log.Warn("a telephone could not prove who it is", "trunk", n.ID, "peer", source.String())
	return Phone{}, e.answer(req, 403, "Forbidden")
}

// register takes a REGISTER (RFC 3261 §10.3).
func (e *Edge) register(req *sip.Request, tx *sip.ServerTx, n *trunk) {
	now := time.Now()
	who, refusal := e.proves(n, req, now)
	switch {
	case who.User == "" && refusal == nil:
		tx.Terminate()
		return
	case who.User == "":
		e.respond(tx, refusal)
		return
	case who.User != req.To().Address.User: // somebody else's telephone
		e.respond(tx, e.answer(req, 403, "Forbidden"))
		return
	}
	asked, refusal := e.readContacts(req)
	if refusal != nil {
		e.respond(tx, refusal)
		return
	}
	k := phoneKey{n.ID, who.User}
	r := e.phones
	r.mu.Lock()
	all, ok := rebind(r.live(k, now), asked, req, e.sourceHop(req), now)
	turned := ok && e.keep(k, all, now)
	all = r.live(k, now)
	r.mu.Unlock()
	if !ok {
		e.respond(tx, e.answer(req, 500, "CSeq out of order"))
		return
	}
	res := e.answer(req, 200, "OK")
	for _, b := range all {
		res.AppendHeader(sip.NewHeader("Contact", fmt.Sprintf("<%s>;expires=%d", b.contact, int(b.until.Sub(now)/time.Second))))
	}
	res.AppendHeader(sip.NewHeader("Date", now.UTC().Format(http.TimeFormat)))
	e.capabilities(res, n)
	e.respond(tx, res)
	if turned {
		e.log.Info("a telephone registered or signed off", "trunk", n.ID, "phone", who.User, "places", len(all))
		e.phoneTurned(k)
	}
}

// wanted is a Contact of a REGISTER. An empty URI stands for all.
type wanted struct {
	uri     string
	expires time.Duration
}

// readContacts reads what a REGISTER wants; no Contact at all is a question.
func (e *Edge) readContacts(req *sip.Request) ([]wanted, *sip.Response) {
	usual, given := longestBinding, header(req, "expires")
	if given != "" {
		usual = secondsOf(given)
	}
	var out []wanted
	all := headers(req, "contact")
	for _, v := range all {
		if strings.TrimSpace(v) == "*" {
			if len(all) != 1 || given == "" || usual != 0 {
				return nil, e.answer(req, 400, "Bad Contact")
			}
			return []wanted{{}}, nil
		}
		_, uri, params := splitAddress(v)
		w := wanted{uri: uri, expires: usual}
		if x, ok := param(params, "expires"); ok {
			w.expires = secondsOf(x)
		}
		if s := strings.ToLower(uri); !strings.HasPrefix(s, "sip:") && !strings.HasPrefix(s, "sips:") || strings.ContainsAny(uri, "<> \t") || len(uri) > 512 {
			return nil, e.answer(req, 400, "Bad Contact")
		}
		if w.expires > 0 && w.expires < shortestBinding {
			res := e.answer(req, 423, "Interval Too Brief")
			res.AppendHeader(sip.NewHeader("Min-Expires", strconv.Itoa(int(shortestBinding/time.Second))))
			return nil, res
		}
		w.expires = min(w.expires, longestBinding)
		out = append(out, w)
	}
	if len(out) > contactsOfOne {
		return nil, e.answer(req, 400, "Too Many Contacts")
	}
	return out, nil
}

// secondsOf reads a delta-seconds; what is none counts as the default (RFC 3261 §20.19).
func secondsOf(s string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
	if err != nil {
		return longestBinding
	}
	return time.Duration(n) * time.Second
}

// rebind gives the bindings after a REGISTER, the newest first. It reports false, and nothing changes, when the REGISTER was overtaken by a
// later one.
func rebind(have []binding, asked []wanted, req *sip.Request, from hop, now time.Time) ([]binding, bool) {
	id, seq := string(*req.CallID()), req.CSeq().SeqNo
	for _, w := range asked {
		for _, b := range have {
			if (w.uri == "" || b.contact == w.uri) && b.callID == id && seq <= b.seq {
				return have, false
			}
		}
	}
	for _, w := range asked {
		have = slices.DeleteFunc(have, func(b binding) bool { return w.uri == "" || b.contact == w.uri })
		if w.expires > 0 {
			have = slices.Insert(have, 0, binding{contact: w.uri, callID: id, seq: seq, until: now.Add(w.expires), from: from})
		}
	}
	return have, true
}

// belongs reports whether an INVITE is of a telephone of the trunk: it says so, and comes from where that is.
func (e *Edge) belongs(n *trunk, req *sip.Request, source netip.Addr) bool {
	user := req.From().Address.User
	_, known := n.phone(user)
	return known && e.PhoneAddr(n.ID, user) == source
}
