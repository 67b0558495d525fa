package trunk

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// authority signs certificates for servers only, as public ones do now.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, _ = x509.ParseCertificate(der)
	a := &authority{cert: c, key: key, pool: x509.NewCertPool()}
	a.pool.AddCert(c)
	return a
}

func (a *authority) issue(t *testing.T, names ...string) *tls.Certificate {
	return a.issueFor(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, names...)
}

func (a *authority) issueFor(t *testing.T, uses []x509.ExtKeyUsage, names ...string) *tls.Certificate {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: uses}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// farStream is a connection of the far side.
type farStream struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func newFarStream(t *testing.T, c net.Conn) *farStream {
	t.Cleanup(func() { c.Close() })
	return &farStream{t, c, bufio.NewReader(c)}
}

// expect reads whole messages until one begins so.
func (f *farStream) expect(start string) packet {
	f.t.Helper()
	for {
		p, err := f.message()
		if err != nil {
			f.t.Fatalf("no %q: %v", start, err)
		}
		if strings.HasPrefix(p.start, start) {
			return p
		}
	}
}

func (f *farStream) message() (packet, error) { return f.messageWithin(20 * time.Second) }

func (f *farStream) messageWithin(wait time.Duration) (packet, error) {
	f.SetReadDeadline(time.Now().Add(wait))
	var b strings.Builder
	for {
		l, err := f.r.ReadString('\n')
		if err != nil {
			return packet{}, err
		}
		if l == "\r\n" && b.Len() == 0 {
			continue
		}
		b.WriteString(l)
		if l == "\r\n" {
			break
		}
	}
	p := packet{text: b.String()}
	p.start, _, _ = strings.Cut(p.text, "\r\n")
	var n int
	fmt.Sscan(p.header("Content-Length"), &n)
	body := make([]byte, n)
	if _, err := io.ReadFull(f.r, body); err != nil {
		return p, err
	}
	p.text += string(body)
	return p, nil
}

func (f *farStream) say(text, transport string) {
	f.t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	head = strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n")
	head = strings.Replace(head, "SIP/2.0/UDP 127", "SIP/2.0/"+transport+" 127", 1)
	if _, err := fmt.Fprintf(f, "%s\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body); err != nil {
		f.t.Fatal(err)
	}
}

// realHouse is an edge on loopback sockets.
func realHouse(t *testing.T, o Options, trunks ...Trunk) *house {
	h := &house{t: t, calls: make(chan *Dialog, 64), health: make(chan string, 64)}
	if o.Handler == nil {
		o.Handler = h
	}
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.edge = e
	e.Configure(trunks)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		e.Close(ctx)
	})
	return h
}

func loopback() Trunk {
	return Trunk{ID: "london", Tenant: "contoso", Kind: "sbc", Allow: prefixes("127.0.0.0/8")}
}

func certificate(c *tls.Certificate) func() (*tls.Certificate, error) {
	return func() (*tls.Certificate, error) { return c, nil }
}

func TestRequestsWithinACallUseItsConnectionAndElseConnect(t *testing.T) {
	for _, c := range []struct {
		name, reuse string
		gone        bool
	}{{"the connection lives", "", false}, {"it is gone", "", true}, {"by the route", "route", false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ca := newAuthority(t)
			n := loopback()
			n.Reuse, n.RootCAs = c.reuse, ca.pool
			h := realHouse(t, Options{TLS: "127.0.0.1:0", Certificate: certificate(ca.issue(t, "cordboard.example")), ClientCAs: ca.pool}, n)
			l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*ca.issue(t, "sbc.example")}, ClientAuth: tls.RequireAnyClientCert})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			conn, err := tls.Dial("tcp", h.edge.Addr("tls").String(), &tls.Config{RootCAs: ca.pool, ServerName: "cordboard.example", Certificates: []tls.Certificate{*ca.issue(t, "sbc.example")}})
			if err != nil {
				t.Fatal(err)
			}
			f := newFarStream(t, conn)
			s := &sbc{t: t, tag: "far1", id: "call-" + randomHex(4), at: l.Addr().String() + ";transport=tls"}
			inv := strings.Replace(s.request("INVITE", 1, "", "", offer), ";transport=tls;branch", ";branch", 1)
			f.say(inv, "TLS")
			d := h.call()
			nn := listen(d)
			d.Answer([]byte("v=0"))
			ok := f.expect("SIP/2.0 200")
			if !strings.Contains(ok.header("Contact"), ";transport=tls>") {
				t.Fatalf("200:\n%s", ok.text)
			}
			f.say(strings.Replace(s.request("ACK", 1, ok.tag("To"), "", ""), ";transport=tls;branch", ";branch", 1), "TLS")
			want[Acked](t, nn)
			if c.gone {
				f.Close()
				for tick := time.Tick(time.Millisecond); h.edge.stream(f.LocalAddr().String()) != nil; {
					<-tick
				}
			}
			d.Hangup(Reason{})
			if c.gone || c.reuse == "route" {
				conn, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				f = newFarStream(t, conn)
			}
			bye := f.expect("BYE")
			f.say((&sbc{t: t, at: "x"}).answer(bye, "200 OK", "", "", ""), "TLS")
			want[Ended](t, nn)
		})
	}
}

func TestTLSTakesOnlyWhoHasACertificateOfOurs(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	h := realHouse(t, Options{TLS: "127.0.0.1:0", Certificate: certificate(ca.issue(t, "cordboard.example")), ClientCAs: ca.pool}, loopback())
	for name, certs := range map[string][]tls.Certificate{"none": nil, "of another authority": {*other.issue(t, "sbc")}} {
		c, err := tls.Dial("tcp", h.edge.Addr("tls").String(), &tls.Config{RootCAs: ca.pool, ServerName: "cordboard.example", Certificates: certs})
		if err == nil {
			c.SetDeadline(time.Now().Add(5 * time.Second))
			_, err = c.Read(make([]byte, 1))
			c.Close()
		}
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// names is a DNS of the test.
type names map[string]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if a, ok := n[host]; ok {
		return []netip.Addr{netip.MustParseAddr(a)}, nil
	}
	return nil, fmt.Errorf("no host %s", host)
}

func (n names) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	var out []*net.SRV
	for i := range 3 {
		var port uint16
		key := fmt.Sprintf("_%s._%s.%s/%d", service, proto, name, i)
		if _, err := fmt.Sscan(n[key], &port); err == nil {
			out = append(out, &net.SRV{Target: "a.example.", Port: port})
		}
	}
	if out == nil {
		return "", nil, fmt.Errorf("none")
	}
	return "", out, nil
}

// answerer accepts connections and answers each INVITE with a status; its INVITEs and their certificates are kept.
type answerer struct {
	net.Listener
	mu   sync.Mutex
	seen []packet
	cert []string
}

func answering(t *testing.T, c *tls.Certificate, status string) *answerer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if c != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*c}, ClientAuth: tls.RequestClientCert})
	}
	a := &answerer{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go a.serve(t, c, status)
		}
	}()
	return a
}

func (a *answerer) serve(t *testing.T, c net.Conn, status string) {
	defer c.Close()
	f := &farStream{t, c, bufio.NewReader(c)}
	for {
		p, err := f.message()
		if err != nil {
			return
		}
		a.mu.Lock()
		a.seen = append(a.seen, p)
		if t, ok := c.(*tls.Conn); ok {
			a.cert = append(a.cert, certificateNames(t.ConnectionState()))
		}
		a.mu.Unlock()
		st := "200 OK"
		switch {
		case strings.HasPrefix(p.start, "ACK"):
			continue
		case strings.HasPrefix(p.start, "INVITE"):
			st = status
		}
		text := (&sbc{at: c.LocalAddr().String()}).answer(p, st, "b", "", "")
		head := strings.ReplaceAll(strings.TrimSpace(text), "\n", "\r\n")
		fmt.Fprintf(c, "%s\r\nContent-Length: 0\r\n\r\n", head)
	}
}

// first is the first INVITE that came.
func (a *answerer) first() packet {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen[0]
}

func (a *answerer) port() int { return a.Addr().(*net.TCPAddr).Port }

func TestDirectRoutingGoesThroughItsThreeNames(t *testing.T) {
	ca := newAuthority(t)
	wrong := answering(t, ca.issue(t, "evil.example"), "200 OK")
	busy := answering(t, ca.issue(t, "sip2.pstnhub.microsoft.com"), "503 Service Unavailable")
	good := answering(t, ca.issue(t, "sip3.pstnhub.microsoft.com"), "200 OK")
	dns := names{}
	n := Trunk{ID: "teams", Tenant: "contoso", Kind: "teams", ContactHost: "sbc1.adatum.biz", RootCAs: ca.pool}
	for i, a := range []*answerer{wrong, busy, good} {
		name := fmt.Sprintf("sip%s.pstnhub.microsoft.com", []string{"", "2", "3"}[i])
		dns[name] = "127.0.0.1"
		n.Peers = append(n.Peers, Peer{Host: name, Port: a.port(), Transport: "tls"})
	}
	h := realHouse(t, Options{TLS: "127.0.0.1:0", Certificate: certificate(ca.issue(t, "sbc1.adatum.biz")), Lookup: dns}, n)
	nn := make(news, 16)
	d := h.edge.Dial(Outgoing{Trunk: "teams", To: "+18338006777", From: "+17168712781", SDP: []byte("v=0")}, func(e Event) { nn <- e })
	want[Answered](t, nn)
	d.Hangup(Reason{})
	want[Ended](t, nn)
	inv := good.first()
	good.mu.Lock()
	defer good.mu.Unlock()
	wrong.mu.Lock()
	defer wrong.mu.Unlock()
	if len(wrong.seen) != 0 {
		t.Fatal("an INVITE went to a peer with another's certificate")
	}
	port := h.edge.Addr("tls").(*net.TCPAddr).Port
	if good.cert[0] != "sbc1.adatum.biz" || inv.start != fmt.Sprintf("INVITE sip:+18338006777@sip3.pstnhub.microsoft.com:%d;user=phone;transport=tls SIP/2.0", good.port()) ||
		inv.header("Contact") != fmt.Sprintf("<sip:+17168712781@sbc1.adatum.biz:%d;transport=tls>", port) || !strings.HasPrefix(inv.header("Via"), fmt.Sprintf("SIP/2.0/TLS sbc1.adatum.biz:%d;", port)) {
		t.Fatalf("certificate %v, INVITE:\n%s", good.cert, inv.text)
	}
}

func TestSRVRecordsAreTriedInTheirOrder(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := closed.Addr().(*net.TCPAddr).Port
	closed.Close()
	good := answering(t, nil, "200 OK")
	dns := names{"a.example.": "127.0.0.1", "_sip._tcp.sbc.example/0": fmt.Sprint(dead), "_sip._tcp.sbc.example/1": fmt.Sprint(good.port())}
	h := realHouse(t, Options{TCP: "127.0.0.1:0", Lookup: dns}, Trunk{ID: "london", Peers: []Peer{{Host: "sbc.example", Transport: "tcp"}}})
	nn := make(news, 16)
	h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(e Event) { nn <- e })
	want[Answered](t, nn)
	if !strings.HasPrefix(good.first().start, "INVITE sip:100@sbc.example;transport=tcp ") {
		t.Fatalf("%s", good.first().start)
	}
}

func TestLargeMessagesLeaveUDP(t *testing.T) {
	good := answering(t, nil, "200 OK") // on TCP alone: nobody listens to what comes by UDP
	h := realHouse(t, Options{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0"}, Trunk{ID: "london", Peers: []Peer{{Host: "127.0.0.1", Port: good.port(), Transport: "udp"}}})
	nn := make(news, 16)
	h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0\r\n" + strings.Repeat("a=x\r\n", 300))}, func(e Event) { nn <- e })
	want[Answered](t, nn)
	if v := good.first().header("Via"); !strings.HasPrefix(v, "SIP/2.0/TCP") {
		t.Fatalf("Via %s", v)
	}
}

// large is an SDP that makes any request larger than UDP may carry.
var large = []byte("v=0\r\n" + strings.Repeat("a=candidate:and so on\r\n", 60))

func TestWhichMessagesLeaveUDP(t *testing.T) {
	for _, c := range []struct {
		name      string
		tcp       bool // the far side takes connections
		listen    string
		sdp       []byte
		transport string // the offer comes by
		contact   string // its Contact says
	}{
		{"a large offer within a call goes by TCP", true, "127.0.0.1:0", large, "TCP", ";transport=tcp>"},
		{"a small one stays", true, "127.0.0.1:0", []byte("v=0\r\n"), "UDP", ">"},
		{"a large one stays where nobody takes connections", false, "127.0.0.1:0", large, "UDP", ">"},
		{"who listens on UDP alone is reached there", true, "", large, "TCP", ">"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := realHouse(t, Options{UDP: "127.0.0.1:0", TCP: c.listen}, loopback())
			far := talk(t, h.edge, "UDP")
			var connections net.Listener
			if c.tcp {
				var err error
				if connections, err = net.Listen("tcp", far.conn.LocalAddr().String()); err != nil {
					t.Fatal(err)
				}
				defer connections.Close()
			}
			far.request("large", "INVITE", 1, "", strings.ReplaceAll(offer, "\n", "\r\n"))
			d := h.call()
			d.Answer(large)
			ok := far.answered("large", 1, "INVITE")
			if len(ok.text) <= largestUDP || ok.body() != string(large) { // an answer goes the way of its request
				t.Fatalf("the 200 has %d bytes", len(ok.text))
			}
			n := listen(d)
			far.request("large", "ACK", 1, ";tag="+ok.tag("To"), "")
			want[Acked](t, n)
			d.Reoffer(c.sdp)
			if c.transport == "TCP" {
				conn, err := connections.Accept()
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				far = &talker{t: t, conn: conn, how: "TCP", r: newFarStream(t, conn)}
			}
			for {
				p, _ := far.next(10 * time.Second)
				if p.start == "" {
					t.Fatal("no offer came")
				}
				if !strings.HasPrefix(p.start, "INVITE ") {
					continue
				}
				if !strings.HasPrefix(p.header("Via"), "SIP/2.0/"+c.transport+" ") || p.body() != string(c.sdp) {
					t.Fatalf("the offer:\n%s", p.text)
				}
				contact := p.header("Contact")
				if at := strings.Index(contact, ":5060"); at >= 0 || !strings.HasSuffix(contact, c.contact) || strings.Count(contact, "transport") != strings.Count(c.contact, "transport") {
					t.Errorf("Contact %s", contact)
				}
				break
			}
		})
	}
}

func TestARequestIsLargeBeyond1300Bytes(t *testing.T) {
	e := newEdge(Options{})
	e.serveUDP(newLAN().port(ours))
	e.serveStreams(nil, false)
	defer func() {
		clear(e.streams)
		e.shut()
	}()
	far := hop{transport: "udp", addr: netip.MustParseAddrPort(theirs)}
	e.streams[far.addr.String()] = &stream{edge: e, started: closed(), Conn: &net.TCPConn{}} // a connection that is there
	for size := 1290; size < 1310; size++ {
		build := func(h hop) *sip.Request {
			req := sip.NewRequest(sip.INVITE, rawURI("sip:a@b"))
			e.dressAs(req, &trunk{}, h, "z9hG4bKsame")
			req.SetBody(nil)
			req.SetBody(bytes.Repeat([]byte{'x'}, 100))
			req.SetBody(bytes.Repeat([]byte{'x'}, max(0, size-len(req.String())+100)))
			return req
		}
		_, h, err := e.way(context.Background(), &trunk{}, far, false, build)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(build(far).String()); (h.transport == "tcp") != (n > 1300) {
			t.Errorf("%d bytes go by %s", n, h.transport)
		}
	}
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func TestMessagesInAStreamAreToldApart(t *testing.T) {
	h := realHouse(t, Options{TCP: "127.0.0.1:0"}, loopback())
	dial := func() *farStream {
		c, err := net.Dial("tcp", h.edge.Addr("tcp").String())
		if err != nil {
			t.Fatal(err)
		}
		return newFarStream(t, c)
	}
	msg := func(method, id, extra string) string {
		return fmt.Sprintf("%s sip:a@b SIP/2.0\r\nv: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK%s\r\nf: <sip:a@b> ; TAG = 1\r\nt: <sip:b@c>\r\ni: %s\r\nCSeq: 1   %s\r\n%s\r\n", method, id, id, method, extra)
	}
	f := dial()
	all := "\r\n\r\n" + msg("OPTIONS", "one", "l: 3\r\n") + "abc" + msg("OPTIONS", "two", "Content-Length: 0\r\n")
	for i := range all { // byte by byte
		f.Write([]byte{all[i]})
	}
	got := map[string]bool{}
	for range 2 {
		p := f.expect("SIP/2.0 200")
		got[p.header("Call-ID")] = strings.HasSuffix(p.header("From"), ";tag=1")
	}
	if !got["one"] || !got["two"] {
		t.Fatalf("answered %v", got)
	}
	io.WriteString(f, msg("OPTIONS", "bad", "Content-Length: 0\r\nMax-Forwards: a lot\r\n")+msg("OPTIONS", "good", "Content-Length: 0\r\n"))
	f.expect("SIP/2.0 400")
	f.expect("SIP/2.0 200") // a message that is wrong does not end the connection
	for name, text := range map[string]string{
		"no length": msg("OPTIONS", "x", ""), "garbage": strings.Repeat("\x01garbage ", 50), "a length beyond sense": msg("OPTIONS", "x", "Content-Length: 99999999\r\n"), "HTTP": "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		g := dial()
		io.WriteString(g, text)
		g.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.ReadAll(g); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
	}
}

func TestAStrangersConnectionIsClosedUnread(t *testing.T) {
	n := loopback()
	n.Allow = prefixes("192.0.2.0/24")
	h := realHouse(t, Options{TCP: "127.0.0.1:0"}, n)
	c, err := net.Dial("tcp", h.edge.Addr("tcp").String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := c.Read(make([]byte, 1)); err == nil {
		t.Fatalf("read %d", n)
	}
	if h.edge.Counts().Strangers != 1 {
		t.Fatalf("%+v", h.edge.Counts())
	}
}

func TestEveryAddressFamilyAndWildcard(t *testing.T) {
	for _, c := range []struct{ listen, host string }{{"127.0.0.1:0", "127.0.0.1"}, {"[::1]:0", "::1"}, {":0", "127.0.0.1"}, {":0", "::1"}, {"0.0.0.0:0", "127.0.0.1"}} {
		t.Run(c.listen+" towards "+c.host, func(t *testing.T) {
			t.Parallel()
			far, err := net.ListenPacket("udp", net.JoinHostPort(c.host, "0"))
			if err != nil {
				t.Fatal(err)
			}
			defer far.Close()
			n := Trunk{ID: "london", Peers: []Peer{{Host: c.host, Port: far.LocalAddr().(*net.UDPAddr).Port, Transport: "udp"}}}
			h := realHouse(t, Options{UDP: c.listen}, n)
			nn := make(news, 16)
			d := h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(e Event) { nn <- e })
			buf := make([]byte, 65535)
			read := func() (packet, net.Addr) {
				far.SetReadDeadline(time.Now().Add(10 * time.Second))
				k, from, err := far.ReadFrom(buf)
				if err != nil {
					t.Fatal(err)
				}
				p := packet{text: string(buf[:k])}
				p.start, _, _ = strings.Cut(p.text, "\r\n")
				return p, from
			}
			inv, from := read()
			port := h.edge.Addr("udp").(*net.UDPAddr).Port
			wanted := bracketed(c.host) + ":" + fmt.Sprint(port)
			if !strings.HasPrefix(inv.header("Via"), "SIP/2.0/UDP "+wanted+";") || inv.header("Contact") != "<sip:"+wanted+">" || addrPortOf(from).Port() != uint16(port) {
				t.Fatalf("from %v, want %s:\n%s", from, wanted, inv.text)
			}
			a := (&sbc{at: far.LocalAddr().String()}).answer(inv, "200 OK", "b", "", "")
			far.WriteTo([]byte(strings.ReplaceAll(strings.TrimSpace(a), "\n", "\r\n")+"\r\nContent-Length: 0\r\n\r\n"), from)
			want[Answered](t, nn)
			if p, _ := read(); !strings.HasPrefix(p.start, "ACK sip:sbc@"+far.LocalAddr().String()) {
				t.Fatalf("%s", p.start)
			}
			d.Hangup(Reason{})
			want[Ended](t, nn)
		})
	}
}

func TestAPeerWhoseNameMovesIsHeardAtOnce(t *testing.T) {
	far, err := net.ListenPacket("udp", "127.0.0.7:0")
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	dns := &movingName{at: "127.0.0.6"}
	h := realHouse(t, Options{UDP: "127.0.0.1:0", Lookup: dns}, Trunk{ID: "london", Peers: []Peer{{Host: "sbc.example", Port: far.LocalAddr().(*net.UDPAddr).Port, Transport: "udp"}}})
	dns.move("127.0.0.7")
	nn := make(news, 16)
	h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(e Event) { nn <- e })
	buf := make([]byte, 65535)
	far.SetReadDeadline(time.Now().Add(10 * time.Second))
	k, from, err := far.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	a := (&sbc{at: far.LocalAddr().String()}).answer(packet{text: string(buf[:k])}, "486 Busy Here", "b", "", "")
	far.WriteTo([]byte(strings.ReplaceAll(strings.TrimSpace(a), "\n", "\r\n")+"\r\nContent-Length: 0\r\n\r\n"), from)
	if r := want[Rejected](t, nn); r.Code != 486 {
		t.Fatalf("%+v", r)
	}
}

type movingName struct {
	names
	mu sync.Mutex
	at string
}

func (m *movingName) move(to string) {
	m.mu.Lock()
	m.at = to
	m.mu.Unlock()
}

func (m *movingName) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return []netip.Addr{netip.MustParseAddr(m.at)}, nil
}

func TestAPortThatIsTakenIsAnErrorAndNoFault(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if _, err := New(Options{UDP: taken.LocalAddr().String()}); err == nil || !strings.Contains(err.Error(), taken.LocalAddr().String()) {
		t.Fatalf("%v", err)
	}
}
