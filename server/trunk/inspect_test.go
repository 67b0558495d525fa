package trunk

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
)

// crlf writes a message of a test as it goes over the wire.
func crlf(s string) string {
	return strings.ReplaceAll(strings.TrimPrefix(s, "\n"), "\n", "\r\n")
}

const plain = `OPTIONS sip:a@192.0.2.1 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK1
From: <sip:a@b>;tag=1
To: <sip:b@c>
Call-ID: x
CSeq: 1 OPTIONS
Content-Length: 0

`

// The torture set: messages in the manner of RFC 4475, made by us, and what becomes of them.
var torture = []struct {
	name, text string
	want       string // the status, "" for silence
}{
	{"a plain one", plain, "200"},
	{"compact names", strings.NewReplacer("Via", "v", "From", "f", "To:", "t:", "Call-ID", "i", "Content-Length", "l").Replace(plain), "200"},
	{"names in capitals", strings.NewReplacer("Via", "VIA", "From", "FROM", "To:", "TO:", "Call-ID", "CALL-ID", "CSeq", "CSEQ").Replace(plain), "200"},
	{"blanks before colons and around parameters", strings.NewReplacer("From: <sip:a@b>;tag=1", "From  :   <sip:a@b>  ;  tag  =  1  ", "CSeq: 1 OPTIONS", "CSeq:  1 \t OPTIONS").Replace(plain), "200"},
	{"folded headers", strings.NewReplacer("From: <sip:a@b>;tag=1", "From: <sip:a@b>\n\t ;tag=1", "Call-ID: x", "Call-ID:\n x").Replace(plain), "200"},
	{"several Via in a list and in lines", strings.Replace(plain, "From", "Via: SIP/2.0/TCP a.example;branch=z9hG4bK2, SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK3\nv: SIP/2.0/TLS b;branch=z9hG4bK4\nFrom", 1), "200"},
	{"quotes with commas, semicolons and brackets", strings.Replace(plain, "From: ", `From: "A, \"B\" <sip:x>; C" `, 1), "200"},
	{"a name in UTF-8", strings.Replace(plain, "From: ", "From: \"Łukasz 李\" ", 1), "200"},
	{"an address without brackets", strings.Replace(plain, "<sip:a@b>;tag=1", "sip:a@b;tag=1", 1), "200"},
	{"an IPv6 request address", strings.Replace(plain, "sip:a@192.0.2.1", "sip:a@[2001:db8::10]:5060", 1), "200"},
	{"an escaped user", strings.Replace(plain, "sip:a@192", "sip:%61%20%23;x=y@192", 1), "200"},
	{"a tel address", strings.Replace(plain, "sip:a@192.0.2.1", "tel:+442079460018", 1), "200"},
	{"a header of 2 KiB", strings.Replace(plain, "From: ", "X-Long: "+strings.Repeat("abcdefgh", 256)+"\nFrom: ", 1), "200"},
	{"unknown headers and parameters", strings.Replace(plain, "From: ", "X-What: ;;,,\"\nVia-Something: else\nFrom: ", 1), "200"},
	{"no blank-free Content-Length", strings.Replace(plain, "Content-Length: 0", "Content-Length:   0", 1), "200"},
	{"without Content-Length", strings.Replace(plain, "Content-Length: 0\n", "", 1), "200"},
	{"text after the body", plain + "more than it says", "200"},
	{"no Max-Forwards left", strings.Replace(plain, "From", "Max-Forwards: 0\nFrom", 1), "200"},
	{"a missing Call-ID", strings.Replace(plain, "Call-ID: x\n", "", 1), "400"},
	{"a missing From", strings.Replace(plain, "From: <sip:a@b>;tag=1\n", "", 1), "400"},
	{"a missing To", strings.Replace(plain, "To: <sip:b@c>\n", "", 1), "400"},
	{"a missing CSeq", strings.Replace(plain, "CSeq: 1 OPTIONS\n", "", 1), "400"},
	{"a CSeq of another method", strings.Replace(plain, "CSeq: 1 OPTIONS", "CSeq: 1 INVITE", 1), "400"},
	{"a CSeq beyond 2^31", strings.Replace(plain, "CSeq: 1", "CSeq: 2147483648", 1), "400"},
	{"a CSeq that is no number", strings.Replace(plain, "CSeq: 1", "CSeq: one", 1), "400"},
	{"two From", strings.Replace(plain, "To:", "From: <sip:z@z>;tag=2\nTo:", 1), "400"},
	{"two Call-ID, one compact", strings.Replace(plain, "To:", "i: y\nTo:", 1), "400"},
	{"two Content-Length", strings.Replace(plain, "Content-Length: 0", "Content-Length: 0\nl: 5", 1), "400"},
	{"a negative Content-Length", strings.Replace(plain, "Content-Length: 0", "Content-Length: -5", 1), "400"},
	{"a Content-Length beyond the message", strings.Replace(plain, "Content-Length: 0", "Content-Length: 9999", 1), "400"},
	{"Max-Forwards that is no number", strings.Replace(plain, "From", "Max-Forwards: many\nFrom", 1), "400"},
	{"a line without a colon", strings.Replace(plain, "From", "what is this\nFrom", 1), "400"},
	{"an empty header name", strings.Replace(plain, "From", ": nothing\nFrom", 1), "400"},
	{"an unclosed bracket", strings.Replace(plain, "<sip:b@c>", "<sip:b@c", 1), "400"},
	{"an unclosed quote", strings.Replace(plain, "To: ", `To: "open `, 1), "400"},
	{"a request address in brackets", strings.Replace(plain, "sip:a@192.0.2.1", "<sip:a@192.0.2.1>", 1), "400"},
	{"blanks in the request address", strings.Replace(plain, "sip:a@192.0.2.1", "sip:a@192.0.2.1; lr", 1), "400"},
	{"two blanks in the request line", strings.Replace(plain, "OPTIONS sip", "OPTIONS  sip", 1), "400"},
	{"an unknown scheme", strings.Replace(plain, "sip:a@192.0.2.1", "nobodyknows:a@b", 1), "416"},
	{"version 7", strings.Replace(plain, "SIP/2.0\n", "SIP/7.0\n", 1), "505"},
	{"an unknown method", strings.ReplaceAll(plain, "OPTIONS", "NEWMETHOD"), "501"},
	{"a small method is another method", strings.ReplaceAll(plain, "OPTIONS", "options"), "501"},
	{"no Via", strings.Replace(plain, "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK1\n", "", 1), ""},
	{"no empty line", strings.TrimSpace(plain), "400"},
	{"an ACK to nothing", strings.ReplaceAll(plain, "OPTIONS", "ACK"), ""},
	{"a broken ACK", strings.Replace(strings.ReplaceAll(plain, "OPTIONS", "ACK"), "Call-ID: x\n", "", 1), ""},
	{"an answer to nothing", strings.Replace(plain, "OPTIONS sip:a@192.0.2.1 SIP/2.0", "SIP/2.0 200 OK", 1), ""},
	{"an answer without a reason", strings.Replace(plain, "OPTIONS sip:a@192.0.2.1 SIP/2.0", "SIP/2.0 200", 1), ""},
	{"an answer with an absurd status", strings.Replace(plain, "OPTIONS sip:a@192.0.2.1 SIP/2.0", "SIP/2.0 4294967301 OK", 1), ""},
	{"an answer without a To", strings.NewReplacer("OPTIONS sip:a@192.0.2.1 SIP/2.0", "SIP/2.0 486 Busy", "To: <sip:b@c>\n", "").Replace(plain), ""},
	{"nothing but line ends", "\n\n", ""},
	{"zeros", strings.Repeat("\x00", 300), ""},
	{"a STUN request", "\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl", ""},
	{"HTTP", "GET / HTTP/1.1\nHost: a\n\n", ""},
}

func TestTorture(t *testing.T) {
	for _, c := range torture {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				s.raw(crlf(c.text))
				p, some := s.next(2 * time.Second)
				if !some && c.want != "" || some && !strings.HasPrefix(p.start, "SIP/2.0 "+c.want) || some && c.want == "" {
					t.Fatalf("answered %q, want %q", p.start, c.want)
				}
				if some && (p.header("Via") == "" || p.header("CSeq") == "" && c.name != "a missing CSeq") {
					t.Fatalf("no answer to be matched:\n%s", p.text)
				}
				s.raw(crlf(strings.ReplaceAll(plain, "z9hG4bK1", "z9hG4bKafter"))) // and the server lives
				for {
					if p := s.expect("SIP/2.0 200"); strings.Contains(p.text, "z9hG4bKafter") {
						break
					}
				}
			})
		})
	}
}

func TestWhatIsTidiedIsTidyAndTheRestUntouched(t *testing.T) {
	in := []byte(crlf(strings.Replace(plain, "From: <sip:a@b>;tag=1", "f: \"X; tag=no\" <sip:a@b;u=1> ; TAG = 1 ; Q = \"a ; b\"", 1)))
	out, bad := inspect(in, origin{})
	if bad != nil || !bytes.Contains(out, []byte("\r\nFrom: \"X; tag=no\" <sip:a@b;u=1>;tag=1;q=\"a ; b\"\r\n")) {
		t.Fatalf("%v\n%s", bad, out)
	}
	in = []byte(crlf(plain))
	if out, bad := inspect(in, origin{}); bad != nil || &out[0] != &in[0] {
		t.Fatalf("%v: a plain message was written anew", bad)
	}
}

func TestBodiesWithSDPAreFound(t *testing.T) {
	mixed := "--q\r\nContent-Type: application/pidf+xml\r\n\r\n<x/>\r\n--q\r\nContent-Type: Application/SDP\r\n\r\nv=0\r\n--q--\r\n"
	for _, c := range []struct {
		name, kind, extra, body, want string
		bad                           bool
	}{
		{"plain", "application/sdp", "", "v=0", "v=0", false},
		{"with a parameter", "Application/SDP;charset=utf-8", "", "v=0", "v=0", false},
		{"multipart", "multipart/mixed;boundary=q", "", mixed, "v=0", false},
		{"multipart without SDP", "multipart/mixed;boundary=other", "", mixed, "", true},
		{"multipart without a boundary", "multipart/mixed", "", mixed, "", true},
		{"no type at all", "", "", "v=0\r\n", "v=0\r\n", false},
		{"nothing", "application/sdp", "", "", "", false},
		{"something else", "text/plain", "", "hello", "", true},
		{"something else that may be left out", "text/plain", "session;handling=optional", "hello", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := sip.NewRequest(sip.INVITE, sip.Uri{})
			if c.kind != "" {
				m.AppendHeader(sip.NewHeader("Content-Type", c.kind))
			}
			if c.extra != "" {
				m.AppendHeader(sip.NewHeader("Content-Disposition", c.extra))
			}
			m.SetBody([]byte(c.body))
			got, err := sdpOf(m)
			if string(got) != c.want || (err != nil) != c.bad {
				t.Fatalf("%q, %v", got, err)
			}
		})
	}
}

func TestAddressesAreTakenApart(t *testing.T) {
	for _, c := range []struct{ in, name, uri, params, user, host, port string }{
		{`"A \"b\", c" <sip:u:p@h:5061;transport=tls?x=y>;tag=1`, `A "b", c`, "sip:u:p@h:5061;transport=tls?x=y", ";tag=1", "u", "h", "5061"},
		{`sip:u@h;tag=1`, "", "sip:u@h", ";tag=1", "u", "h", ""},
		{`Name<sip:[2001:db8::1]:5060>`, "Name", "sip:[2001:db8::1]:5060", "", "", "2001:db8::1", "5060"},
		{`<tel:+44;phone-context=x>`, "", "tel:+44;phone-context=x", "", "+44", "", ""},
		{`<sip:h;x-m=8:orgid:a@b>`, "", "sip:h;x-m=8:orgid:a@b", "", "h", "b", ""},
		{`<`, "", "", "", "", "", ""},
		{``, "", "", "", "", "", ""},
	} {
		name, uri, params := splitAddress(c.in)
		user, host, port := uriParts(uri)
		if name != c.name || uri != c.uri || params != c.params || user != c.user || host != c.host || port != c.port {
			t.Errorf("%s: %q %q %q %q %q %q", c.in, name, uri, params, user, host, port)
		}
	}
}

func TestAURIIsWrittenByteForByte(t *testing.T) {
	for _, s := range []string{"sip:a@b", "sips:a@[::1]:5061;x=", "sip:[2001:db8::1]", "tel:+44;x", "sip:h:5061;x-m=8:orgid:A;x-tt=a%3D?R=1:2"} {
		u := rawURI(s)
		if u.String() != s {
			t.Errorf("%s is written %s", s, u.String())
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, c := range torture {
		f.Add([]byte(crlf(c.text)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, bad := inspect(data, origin{})
		if bad != nil {
			if bad.reply != nil && !bytes.HasPrefix(bad.reply, []byte("SIP/2.0 ")) {
				t.Fatalf("reply %q", bad.reply)
			}
			return
		}
		again, bad := inspect(out, origin{})
		if bad != nil || !bytes.Equal(again, out) {
			t.Fatalf("what was tidied is not tidy: %v\n%q\n%q", bad, out, again)
		}
		m, err := parser.ParseSIP(out)
		if err != nil {
			t.Fatal(err)
		}
		headers(m, "contact")
		partyOf(m)
		sdpOf(m)
		readReason(m)
		readExpires(m, "session-expires")
		if r, ok := m.(*sip.Request); ok {
			h := newEdge(Options{})
			h.infoOf(r, &trunk{Trunk: Trunk{Trusted: true}}, nil)
			h.unacceptable(r)
			h.authorised(&trunk{}, r, time.Now())
			h.cancel()
		} else {
			readChallenge(m.(*sip.Response))
		}
	})
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte(crlf(plain+plain)), 7)
	f.Add([]byte("\r\n\r\nGET / HTTP/1.1\r\n\r\n"), 3)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		n, err := frame(data)
		if err != nil {
			return
		}
		if n < 0 || n > len(data) {
			t.Fatalf("frame of %d in %d", n, len(data))
		}
		if n > 0 && cut > 0 && cut < n { // no shorter part is a whole message
			if m, err := frame(data[:n-cut]); err == nil && m != 0 {
				t.Fatalf("%d of %d is a message of %d", n-cut, n, m)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add(`"a" <sip:u@h;x=1?y=z>;tag="b c"`, "tag")
	f.Add(`Digest realm="a,b", nonce=c`, "realm")
	f.Fuzz(func(t *testing.T, v, name string) {
		_, uri, params := splitAddress(v)
		param(params, name)
		uriParts(uri)
		uriParam(uri, name)
		plainUser(uri)
		splitList(v)
		digestParams(v)
		readDigit(v)
		u := rawURI(v)
		_ = u.String()
		if q := unquote(quote(v)); strings.ToValidUTF8(clean(v), "�") != strings.ToValidUTF8(q, "�") {
			t.Fatalf("%q quoted and back is %q", v, q)
		}
		if e := escapeUser(v); strings.ContainsAny(e, " <>\"@:\r\n") {
			t.Fatalf("%q", e)
		}
		_ = fmt.Sprint(contentLength([]byte(v)))
	})
}
