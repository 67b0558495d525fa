package trunk

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheTopmostViaComesBackWhateverItsDress: a peer finds its transaction by the branch, and is answered where its Via says.
func TestTheTopmostViaComesBackWhateverItsDress(t *testing.T) {
	const want = "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKodd"
	for name, c := range map[string]struct{ via, want string }{
		"tidy":                        {want, want},
		"blanks around the slashes":   {"SIP / 2.0 / UDP 192.0.2.2:5060;branch=z9hG4bKodd", want},
		"a blank before a semicolon":  {"SIP/2.0/UDP 192.0.2.2:5060 ;branch=z9hG4bKodd", want},
		"blanks around the colon":     {"SIP/2.0/UDP 192.0.2.2 : 5060;branch=z9hG4bKodd", want},
		"blanks around the equals":    {"SIP/2.0/UDP 192.0.2.2:5060;branch = z9hG4bKodd ; x", want + ";x"},
		"folded":                      {"SIP\n  /2.0/\n\tUDP  192.0.2.2:5060\n ;\n branch=\n z9hG4bKodd", want},
		"a list with blanks":          {"SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKodd , SIP/2.0/TCP a.example;branch=z9hG4bK2", want},
		"rport":                       {"SIP/2.0/UDP 192.0.2.2:5060;rport ; branch=z9hG4bKodd", "SIP/2.0/UDP 192.0.2.2:5060;rport=5060;branch=z9hG4bKodd;received=192.0.2.2"},
		"rport in capitals":           {"SIP/2.0/UDP 192.0.2.2:5060;RPORT;BRANCH=z9hG4bKodd", "SIP/2.0/UDP 192.0.2.2:5060;rport=5060;branch=z9hG4bKodd;received=192.0.2.2"},
		"commas in quotes":            {`SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKodd;x="a, b;c"`, want + `;x="a, b;c"`},
		"a name":                      {"SIP/2.0/UDP sbc.example:5060;branch=z9hG4bKodd", "SIP/2.0/UDP sbc.example:5060;branch=z9hG4bKodd;received=192.0.2.2"},
		"another address":             {"SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKodd", "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKodd;received=192.0.2.2"},
		"a received that it made up":  {"SIP/2.0/UDP 10.0.0.9;received=10.0.0.1;branch=z9hG4bKodd", "SIP/2.0/UDP 10.0.0.9;received=192.0.2.2;branch=z9hG4bKodd"},
		"IPv6 that is not the source": {"SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bKodd", "SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bKodd;received=192.0.2.2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				s.raw(crlf(strings.Replace(plain, "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK1", c.via, 1)))
				p, ok := s.next(2 * time.Second)
				if !ok || !strings.HasPrefix(p.start, "SIP/2.0 200") {
					t.Fatalf("answered %q", p.start)
				}
				if got := p.header("Via"); got != c.want {
					t.Errorf("Via %q, want %q", got, c.want)
				}
				if strings.Contains(c.via, "a.example") && !strings.Contains(p.text, "\r\nVia: SIP/2.0/TCP a.example;branch=z9hG4bK2\r\n") {
					t.Errorf("the second Via is gone:\n%s", p.text)
				}
			})
		})
	}
}

// TestAnAnswerGoesToTheSentByPort unless rport asks for the one that the request came from (RFC 3261 §18.2.2, RFC 3581).
func TestAnAnswerGoesToTheSentByPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s, listens := h.sbc("192.0.2.2:49152"), h.sbc("192.0.2.2:5070")
		text := strings.Replace(plain, "192.0.2.2:5060", "192.0.2.2:5070", 1)
		s.raw(crlf(text))
		if p, ok := listens.next(time.Second); !ok || !strings.HasPrefix(p.start, "SIP/2.0 200") {
			t.Errorf("at the port of the Via: %q", p.start)
		}
		s.raw(crlf(strings.Replace(text, "z9hG4bK1", "z9hG4bK2;rport", 1)))
		if p, ok := s.next(time.Second); !ok || !strings.HasSuffix(p.header("Via"), ";rport=49152;received=192.0.2.2") {
			t.Errorf("with rport, where it came from: %q", p.text)
		}
	})
}

func TestAViaThatCannotBeReadIsRefused(t *testing.T) {
	for _, v := range []string{"SIP/2.0/UDP", "SIP/2.0/UDP ;branch=x", "SIP/2.0/UDP h:port;branch=x", "SIP/2.0/UDP h:70000;branch=x", "SIP/2.0/UDP [::1;branch=x", "SIP/2.0/UDP [nothing];branch=x", "SIP/2.0/UDP h;branch=a b", "UDP h;branch=x", `SIP/2.0/UDP h";branch=x`} {
		if got, err := viaFor(v, netip.MustParseAddr("192.0.2.2")); err == nil {
			t.Errorf("%q was read as %q", v, got)
		}
	}
}
