package media

import (
	"strings"
	"testing"
)

func TestOffersWithICEGetTheAnswersTheyMustGet(t *testing.T) {
	const creds = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
	const host = "a=candidate:1 1 UDP 2130706431 198.51.100.7 40000 typ host\r\n"
	voice := "m=audio 40000 RTP/AVP 0\r\n"
	for _, c := range []struct {
		name, sdp   string
		off         bool // the leg does without
		has, hasNot []string
		checks      bool
	}{
		{name: "as usual", sdp: top + voice + creds + host, checks: true, has: []string{"t=0 0\r\na=ice-lite\r\nm=audio", "a=candidate:1 1 UDP 2130706431 192.0.2.1 20000 typ host", "a=candidate:1 2 UDP 2130706430 192.0.2.1 20001 typ host"}},
		{name: "on a trunk without", off: true, sdp: top + voice + creds + host, hasNot: []string{"ice", "candidate"}},
		{name: "credentials for the whole session", sdp: top + creds + voice + host, checks: true, has: []string{"a=ice-ufrag:"}},
		{name: "a section's credentials before the session's", sdp: top + "a=ice-ufrag:xxxx\r\n" + voice + creds + host, checks: true},
		{name: "control on the voice's port", sdp: top + voice + creds + host + "a=rtcp-mux\r\n", checks: true, has: []string{"192.0.2.1 20000 typ host\r\na=rtcp-mux"}, hasNot: []string{":1 2 UDP"}},
		{name: "a peer that only answers checks too", sdp: top + "a=ice-lite\r\n" + voice + creds + host, has: []string{"a=ice-ufrag:"}},
		{name: "an address that somebody on the way changed", sdp: top + voice + creds + strings.Replace(host, "40000", "40002", 1), has: []string{"a=ice-mismatch"}, hasNot: []string{"ice-ufrag", "ice-lite"}},
		{name: "a relay for the default among others", sdp: top + voice + creds + "a=candidate:2 1 udp 9 10.0.0.1 50000 typ host\r\na=candidate:2 2 udp 9 10.0.0.1 50001 typ host\r\na=candidate:3 1 udp 1 198.51.100.7 40000 typ relay raddr 10.0.0.1 rport 50000\r\n", checks: true},
		{name: "candidates of IPv6 beside", sdp: top + voice + creds + host + "a=candidate:4 1 udp 9 2001:db8::9 40000 typ host\r\na=candidate:5 1 udp 9 sbc.local 40000 typ host\r\na=candidate:6\r\n", checks: true},
		{name: "no candidates yet", sdp: top + voice + creds, checks: true},
		{name: "held the old way", sdp: strings.ReplaceAll(top, "c=IN IP4 198.51.100.7", "c=IN IP4 0.0.0.0") + voice + creds + host, checks: true, has: []string{"a=recvonly"}},
		{name: "a password too short to be one", sdp: top + voice + "a=ice-ufrag:abcd\r\na=ice-pwd:short\r\n" + host, hasNot: []string{"ice-"}},
		{name: "candidates alone", sdp: top + voice + host, hasNot: []string{"ice-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, a, err := answered(&rules{codecs: AllCodecs(), ice: !c.off}, c.sdp)
			if err != nil {
				t.Fatal(err)
			}
			if checks := newICETalk(a.ice, nil) != nil; checks != c.checks {
				t.Errorf("checks are awaited: %v", checks)
			}
			for _, s := range c.has {
				if !strings.Contains(answer, s) {
					t.Errorf("no %q in\n%s", s, answer)
				}
			}
			for _, s := range c.hasNot {
				if strings.Contains(answer, s) {
					t.Errorf("%q in\n%s", s, answer)
				}
			}
			sameLines(t, c.sdp, answer)
		})
	}
}
