package trunk

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	longestBinding  = 300 * time.Second
	shortestBinding = 10 * time.Second
	contactsOfOne   = 4 // of one telephone; the one that registered longest ago goes first
	failuresOfOne   = 20
	failuresWithin  = time.Minute
	noncesKept      = 4096
)

// Phone is a telephone at a trunk of kind phones (or, with Target, at any): one that registers by digest, or one at a fixed address.
type Phone struct {
	User, Secret string
	Target       string        // its SIP URI, when it does not register
	Health       time.Duration // between two OPTIONS to Target; 0: none
}

func (p Phone) id() string {
	if p.Target != "" {
		return p.Target
	}
	return p.User
}

// phoneKey names a telephone: its trunk, and the user it registers as or its URI.
type phoneKey struct{ trunk, phone string }

// binding is one place of a telephone (RFC 3261 §10).
type binding struct {
	contact string // URI
	callID  string
	seq     uint32
	until   time.Time
	from    hop // where the REGISTER came from
}

// registrar knows where telephones are.
type registrar struct {
	mu     sync.Mutex
	bound  map[phoneKey][]binding // newest first
	silent map[phoneKey]bool      // fixed addresses whose OPTIONS are not answered
	wake   map[phoneKey]*time.Timer
	nonces map[string]uint64 // highest count of a nonce that was used
	failed map[netip.Addr]failures
}

type failures struct {
	since time.Time
	count int
}

func newRegistrar() *registrar {
	return &registrar{bound: map[phoneKey][]binding{}, silent: map[phoneKey]bool{}, wake: map[phoneKey]*time.Timer{}, nonces: map[string]uint64{}, failed: map[netip.Addr]failures{}}
}

// Registered reports whether a telephone can be rung: it has registered, or its address answers.
func (e *Edge) Registered(trunkID, phone string) bool {
	r := e.phones
	r.mu.Lock()
	defer r.mu.Unlock()
	k := phoneKey{trunkID, phone}
	if strings.Contains(phone, ":") {
		return !r.silent[k]
	}
	return len(r.live(k, time.Now())) > 0
}

// PhoneAddr is where a telephone last registered from; not valid when it has not.
func (e *Edge) PhoneAddr(trunkID, phone string) netip.Addr {
	r := e.phones
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.live(phoneKey{trunkID, phone}, time.Now()) {
		return b.from.addr.Addr()
	}
	return netip.Addr{}
}

// live gives the bindings that have not expired; the caller holds mu.
func (r *registrar) live(k phoneKey, now time.Time) []binding {
	return slices.DeleteFunc(slices.Clone(r.bound[k]), func(b binding) bool { return !now.Before(b.until) })
}

// keep replaces the bindings of a telephone and reports whether it has come or gone by that; the caller holds mu.
func (e *Edge) keep(k phoneKey, all []binding, now time.Time) (turned bool) {
	r := e.phones
	was := len(r.bound[k]) > 0
	if t := r.wake[k]; t != nil {
		t.Stop()
		delete(r.wake, k)
	}
	if len(all) == 0 {
		delete(r.bound, k)
		return was
	}
	all = all[:min(len(all), contactsOfOne)]
	r.bound[k] = all
	first := slices.MinFunc(all, func(a, b binding) int { return a.until.Compare(b.until) })
	r.wake[k] = time.AfterFunc(first.until.Sub(now), func() { e.expire(k) })
	return !was
}

// expire drops what is over.
func (e *Edge) expire(k phoneKey) {
	r := e.phones
	now := time.Now()
	r.mu.Lock()
	turned := e.keep(k, r.live(k, now), now)
	r.mu.Unlock()
	if turned {
		e.log.Info("a telephone has not registered again", "trunk", k.trunk, "phone", k.phone)
		e.phoneTurned(k)
	}
}

// unbind drops one place of a telephone that did not answer at all.
func (e *Edge) unbind(k phoneKey, contact string) {
	r := e.phones
	now := time.Now()
	r.mu.Lock()
	turned := e.keep(k, slices.DeleteFunc(r.live(k, now), func(b binding) bool { return b.contact == contact }), now)
	r.mu.Unlock()
	e.log.Warn("a telephone that is registered does not answer", "trunk", k.trunk, "phone", k.phone)
	if turned {
		e.phoneTurned(k)
	}
}

// forgetAll ends what waits for telephones to expire, when the server stops.
func (r *registrar) forgetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.wake {
		t.Stop()
	}
	clear(r.wake)
	clear(r.bound)
}

// lost drops the places that were reached by a connection which is gone, and by nothing else.
func (e *Edge) lost(s *stream) {
	r := e.phones
	now, remote := time.Now(), addrPortOf(s.RemoteAddr())
	r.mu.Lock()
	var turned []phoneKey
	for k, all := range r.bound {
		left := slices.DeleteFunc(slices.Clone(all), func(b binding) bool {
			_, direct := b.direct()
			return b.from.transport != "udp" && b.from.addr == remote && !direct
		})
		if len(left) < len(all) && e.keep(k, left, now) {
			turned = append(turned, k)
		}
	}
	r.mu.Unlock()
	for _, k := range turned {
		e.phoneTurned(k)
	}
}

func (e *Edge) phoneTurned(k phoneKey) {
	if e.o.Phone != nil {
		e.o.Phone(k.trunk, k.phone)
	}
}

// onlyPhones forgets the telephones that a new configuration no longer has.
func (e *Edge) onlyPhones(t *table) {
	have := map[phoneKey]bool{}
	for _, n := range t.trunks {
		for _, p := range n.Phones {
			have[phoneKey{n.ID, p.id()}] = true
		}
	}
	r := e.phones
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range r.bound {
		if !have[k] {
			e.keep(k, nil, time.Now())
		}
	}
	for k := range r.silent {
		if !have[k] {
			delete(r.silent, k)
		}
	}
}

// direct gives the place that a Contact names when it can be believed: at the very address that the REGISTER came from. Behind NAT it is not,
// and a Contact elsewhere would have us send to others.
func (b binding) direct() (netip.AddrPort, bool) {
	_, host, port := uriParts(b.contact)
	a, err := netip.ParseAddr(host)
	if err != nil || a.Unmap() != b.from.addr.Addr() {
		return netip.AddrPort{}, false
	}
	number, _ := strconv.Atoi(port)
	return netip.AddrPortFrom(a.Unmap(), portOr(number, b.from.transport)), true
}

// phoneHops gives the places of a telephone, the newest first.
func (e *Edge) phoneHops(trunkID, phone string) []hop {
	r := e.phones
	r.mu.Lock()
	all := r.live(phoneKey{trunkID, phone}, time.Now())
	r.mu.Unlock()
	var out []hop
	for _, b := range all {
		h := b.from
		h.target = b.contact
		direct, ok := b.direct()
		if h.transport != "udp" {
			h.flow = true // the connection that it made
			if e.stream(h.addr.String()) != nil {
				out = append(out, h)
			}
			if !ok {
				continue
			}
			h.flow = false
		}
		if ok {
			h.addr, h.host = direct, direct.Addr().String()
		}
		out = append(out, h)
	}
	return out
}

// strikes counts a failed proof of an address and reports whether there were too many of late.
func (r *registrar) strikes(a netip.Addr, now time.Time, failed bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.failed[a]
	if now.Sub(f.since) > failuresWithin {
		f = failures{since: now}
	}
	if failed {
		if f.count++; len(r.failed) > noncesKept {
			clear(r.failed)
		}
		r.failed[a] = f
	}
	return f.count >= failuresOfOne
}

// fresh reports whether a nonce was not yet used with this count (RFC 7616 §3.3), and keeps that it was now.
func (r *registrar) fresh(nonce, count string) bool {
	n, err := strconv.ParseUint(count, 16, 32)
	if err != nil && count != "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last, used := r.nonces[nonce]
	if used && n <= last {
		return false
	}
	if len(r.nonces) > noncesKept {
		clear(r.nonces) // at worst somebody is challenged once more
	}
	r.nonces[nonce] = n
	return true
}
