package media

import (
	"net/netip"
	"testing"
	"time"
)

// TestWhoMayTakeThePlaceOfAPeer: an address of the peer's that was not agreed has to wait, first for the agreed one, then until the one that is
// heard has been silent for two seconds.
func TestWhoMayTakeThePlaceOfAPeer(t *testing.T) {
	at := func(port uint16) netip.AddrPort {
		return netip.AddrPortFrom(netip.MustParseAddr("192.0.2.2"), port)
	}
	begin := time.Now()
	p := &peer{leg: &RTPLeg{}, agreed: &agreement{remote: at(4000)}, from: &latch{since: begin}}
	for _, c := range []struct {
		after time.Duration
		from  netip.AddrPort
		may   bool
	}{
		{100 * time.Millisecond, at(5000), false},
		{190 * time.Millisecond, netip.MustParseAddrPort("192.0.2.99:4000"), false},
		{210 * time.Millisecond, netip.MustParseAddrPort("192.0.2.99:4000"), false},
		{220 * time.Millisecond, at(5000), true}, // and it is heard from now on
		{time.Second, at(6000), false},
		{2 * time.Second, at(5000), true},
		{3900 * time.Millisecond, at(6000), false},
		{4100 * time.Millisecond, at(6000), true},
		{4200 * time.Millisecond, at(4000), true}, // the agreed one after all: nobody else any more
		{4300 * time.Millisecond, at(6000), false},
		{time.Hour, at(6000), false},
		{time.Hour, at(4000), true},
	} {
		now := begin.Add(c.after)
		if got := p.mayCome(c.from, now); got != c.may {
			t.Errorf("%v after %v: may come %v, want %v", c.from, c.after, got, c.may)
		}
		if c.may {
			p.follow(c.from, now)
			if to := *p.remote.Load(); to != c.from {
				t.Errorf("after %v it is sent to %v, not to %v", c.after, to, c.from)
			}
		}
	}
}

// TestAKeyThatStaysKeepsItsCount over a new description: begun anew, it would seal two packets alike and take old ones again (RFC 3711 §3.3.1, §9.1).
func TestAKeyThatStaysKeepsItsCount(t *testing.T) {
	ours, theirs, other := newCrypto("1", suite80), newCrypto("1", suite80), newCrypto("1", suite80)
	l := &RTPLeg{}
	make := func(our, their cryptoLine, old *peer) *peer {
		p, err := newPeer(l, &agreement{ours: &our, their: &their, remote: netip.MustParseAddrPort("192.0.2.2:4000")}, old)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := make(ours, theirs, nil)
	for name, c := range map[string]struct {
		our, their    cryptoLine
		seals, opened bool // go on
	}{
		"the same keys":    {ours, theirs, true, true},
		"another of ours":  {other, theirs, false, true},
		"another of them":  {ours, other, true, false},
		"both are changed": {other, other, false, false},
	} {
		p := make(c.our, c.their, first)
		if (p.seals == first.seals) != c.seals || (p.sealsRTCP == first.sealsRTCP) != c.seals {
			t.Errorf("%s: what we send goes on %v, want %v", name, p.seals == first.seals, c.seals)
		}
		if (p.opens == first.opens) != c.opened || (p.opensRTCP == first.opensRTCP) != c.opened {
			t.Errorf("%s: what we get goes on %v, want %v", name, p.opens == first.opens, c.opened)
		}
	}
}
