package trunk

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// lan is a network of channels, so that time may stand still in a test.
type lan struct {
	mu    sync.Mutex
	ports map[string]*port
}

type port struct {
	lan  *lan
	addr *net.UDPAddr
	in   chan datagram
	done chan struct{}
	once sync.Once
	lose func(data string) bool // of what this port receives
}

type datagram struct {
	data []byte
	from net.Addr
}

func newLAN() *lan { return &lan{ports: map[string]*port{}} }

func (l *lan) port(addr string) *port {
	p := &port{lan: l, addr: net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)), in: make(chan datagram, 4096), done: make(chan struct{})}
	l.mu.Lock()
	l.ports[addr] = p
	l.mu.Unlock()
	return p
}

func (p *port) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.in:
		return copy(b, d.data), d.from, nil
	case <-p.done:
		return 0, nil, net.ErrClosed
	}
}

func (p *port) WriteTo(b []byte, to net.Addr) (int, error) {
	p.lan.mu.Lock()
	other := p.lan.ports[addrPortOf(to).String()]
	p.lan.mu.Unlock()
	if other != nil && (other.lose == nil || !other.lose(string(b))) {
		select {
		case other.in <- datagram{bytes.Clone(b), p.addr}:
		default:
		}
	}
	return len(b), nil
}

func (p *port) Close() error                     { p.once.Do(func() { close(p.done) }); return nil }
func (p *port) LocalAddr() net.Addr              { return p.addr }
func (p *port) SetDeadline(time.Time) error      { return nil }
func (p *port) SetReadDeadline(time.Time) error  { return nil }
func (p *port) SetWriteDeadline(time.Time) error { return nil }

// house is an edge on a lan, and what its handler and sinks were told.
type house struct {
	t      *testing.T
	lan    *lan
	edge   *Edge
	calls  chan *Dialog
	health chan string
}

func (h *house) Invite(d *Dialog) { h.calls <- d }
func (h *house) PeerHealth(trunk, peer string, up bool, why string) {
	h.health <- fmt.Sprintf("%s %s %v %s", trunk, peer, up, why)
}

const (
	ours   = "192.0.2.1:5060"
	theirs = "192.0.2.2:5060"
)

func newHouse(t *testing.T, change func(*Options), trunks ...Trunk) *house {
	h := &house{t: t, lan: newLAN(), calls: make(chan *Dialog, 64), health: make(chan string, 64)}
	o := Options{Handler: h}
	if change != nil {
		change(&o)
	}
	h.edge = newEdge(o)
	h.edge.serveUDP(h.lan.port(ours))
	if len(trunks) == 0 {
		trunks = []Trunk{london()}
	}
	h.edge.Configure(trunks)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		h.edge.Close(ctx)
	})
	return h
}

func london() Trunk {
	return Trunk{ID: "london", Tenant: "contoso", Kind: "sbc", Peers: []Peer{{Host: "192.0.2.2", Port: 5060, Transport: "udp"}}, ContactHost: "calls.contoso.example"}
}

// call waits for a new call.
func (h *house) call() *Dialog {
	h.t.Helper()
	select {
	case d := <-h.calls:
		return d
	case <-time.After(20 * time.Second):
		h.t.Fatal("no call came")
		return nil
	}
}

// news is a sink that can be waited on.
type news chan Event

func listen(d *Dialog) news {
	n := make(news, 64)
	d.Sink(func(e Event) { n <- e })
	return n
}

func want[E Event](t *testing.T, n news) E {
	t.Helper()
	select {
	case e := <-n:
		v, ok := e.(E)
		if !ok {
			t.Fatalf("got %T %+v, want %T", e, e, v)
		}
		return v
	case <-time.After(5 * time.Minute):
		var v E
		t.Fatalf("no %T came", v)
		return v
	}
}

func (n news) quiet(t *testing.T, wait time.Duration) {
	t.Helper()
	select {
	case e := <-n:
		t.Fatalf("unexpected %T %+v", e, e)
	case <-time.After(wait):
	}
}

// sbc is the far side: it writes and reads messages as text.
type sbc struct {
	t    *testing.T
	port *port
	to   net.Addr
	tag  string
	id   string
	at   string
}

func (h *house) sbc(addr string) *sbc {
	h.t.Helper()
	p := h.lan.port(addr)
	h.t.Cleanup(func() { p.Close() })
	return &sbc{t: h.t, port: p, to: net.UDPAddrFromAddrPort(netip.MustParseAddrPort(ours)), tag: "far1", id: "call-" + randomHex(4), at: addr}
}

func (s *sbc) send(text string) {
	head, body, _ := strings.Cut(text, "\n\n")
	head = strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n")
	body = strings.ReplaceAll(body, "\n", "\r\n")
	if !strings.Contains(head, "Content-Length") {
		head += fmt.Sprintf("\r\nContent-Length: %d", len(body))
	}
	s.raw(head + "\r\n\r\n" + body)
}

func (s *sbc) raw(text string) { s.port.WriteTo([]byte(text), s.to) }

// packet is a message the far side got.
type packet struct {
	text  string
	start string
}

func (p packet) header(name string) string {
	for _, l := range strings.Split(p.text, "\r\n") {
		k, v, ok := strings.Cut(l, ":")
		if ok && strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func (p packet) body() string {
	_, b, _ := strings.Cut(p.text, "\r\n\r\n")
	return b
}

func (p packet) tag(name string) string {
	_, _, params := splitAddress(p.header(name))
	t, _ := param(params, "tag")
	return t
}

// next gives the next message, whatever it is; "" when none comes within wait.
func (s *sbc) next(wait time.Duration) (packet, bool) {
	select {
	case d := <-s.port.in:
		text := string(d.data)
		start, _, _ := strings.Cut(text, "\r\n")
		return packet{text, start}, true
	case <-time.After(wait):
		return packet{}, false
	}
}

// expect skips what does not begin like this (100 and repeats among them).
func (s *sbc) expect(start string) packet {
	s.t.Helper()
	var seen []string
	for {
		p, ok := s.next(2 * time.Minute)
		if !ok {
			s.t.Fatalf("no %q came; saw %q", start, seen)
		}
		if strings.HasPrefix(p.start, start) {
			return p
		}
		seen = append(seen, p.start)
	}
}

const offer = "v=0\no=- 1 1 IN IP4 192.0.2.2\ns=-\nc=IN IP4 192.0.2.2\nt=0 0\nm=audio 4000 RTP/AVP 8\n"

// request writes a request of the far side; tag is ours, empty outside a dialog.
func (s *sbc) request(method string, seq int, tag string, extra string, body string) string {
	to := "<sip:+442079460018@192.0.2.1>"
	if tag != "" {
		to += ";tag=" + tag
	}
	kind := ""
	if body != "" {
		kind = "Content-Type: application/sdp\n"
	}
	return fmt.Sprintf("%s sip:+442079460018@192.0.2.1:5060 SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%s%d%s;rport\nMax-Forwards: 70\nFrom: \"Nestor\" <sip:+14255550100@192.0.2.2>;tag=%s\nTo: %s\nCall-ID: %s\nCSeq: %d %s\nContact: <sip:sbc@%s>\n%s%s\n%s",
		method, s.at, strings.ToLower(method), s.id, seq, randomHex(2), s.tag, to, s.id, seq, method, s.at, extra, kind, body)
}

// answer writes an answer to a request of ours.
func (s *sbc) answer(req packet, status, tag, extra, body string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\n")
	for _, l := range strings.Split(req.text, "\r\n") {
		k, _, _ := strings.Cut(l, ":")
		switch strings.ToLower(k) {
		case "via", "from", "call-id", "cseq":
			b.WriteString(l + "\n")
		case "to":
			if tag != "" && !strings.Contains(l, "tag=") {
				l += ";tag=" + tag
			}
			b.WriteString(l + "\n")
		}
	}
	b.WriteString("Contact: <sip:sbc@" + s.at + ">\n" + extra)
	if body != "" {
		b.WriteString("Content-Type: application/sdp\n")
	}
	b.WriteString("\n" + body)
	return b.String()
}
