package trunk

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// tortured is one message of testdata/torture and what becomes of it.
type tortured struct {
	name, text string
	udp, tcp   string // statuses, "-" for silence; with closed, the connection ends too; tcp is that of TLS as well
}

func torturedMessages(t testing.TB) []tortured {
	t.Helper()
	files, err := filepath.Glob("testdata/torture/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no torture: %v", err)
	}
	var all []tortured
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(raw), "\n=== ")
		for _, one := range strings.Split(rest, "\n=== ") {
			title, text, _ := strings.Cut(one, "\n")
			f := strings.Split(title, "|")
			if len(f) != 3 {
				t.Fatalf("%s: %q", file, title)
			}
			all = append(all, tortured{strings.TrimSpace(f[0]), text + "\n", strings.TrimSpace(f[1]), strings.TrimSpace(f[2])})
		}
	}
	return all
}

var hexByte = regexp.MustCompile(`\{[0-9a-f][0-9a-f]\}`)

// wire writes a message as it goes over the wire from a local address.
func (m tortured) wire(transport, local, id string) string {
	via := "SIP/2.0/" + transport + " " + local
	s := strings.NewReplacer("\n", "\r\n", "{via}", via+";rport;branch=z9hG4bK"+id, "{oldvia}", via, "{emptyvia}", via+";branch=z9hG4bK",
		"{oddvia}", "SIP  / 2.0\r\n / "+transport+"   "+strings.Replace(local, ":", " : ", 1)+" ;\r\n\t RPORT  ; branch\r\n =  z9hG4bK"+id+"  ", "{id}", id, "{nul}", "\x00",
		"{sp}", " ", "{vias}", strings.Repeat("SIP/2.0/UDP p.example.test;branch=z9hG4bKp, ", 98)+"SIP/2.0/UDP last.example.test", "{many}", strings.Repeat("X-More: of the same\r\n", 199)+"X-More: the last", "{2K}", strings.Repeat("abcdefghij", 200)).Replace(m.text)
	s = hexByte.ReplaceAllStringFunc(s, func(h string) string {
		var b byte
		fmt.Sscanf(h, "{%02x}", &b)
		return string([]byte{b})
	})
	head, body, _ := strings.Cut(s, "\r\n\r\n")
	if body != "" && !regexp.MustCompile(`(?i)\r\n(content-length|l)\s*:`).MatchString(head) {
		head += fmt.Sprintf("\r\nContent-Length: %d", len(body))
	}
	return head + "\r\n\r\n" + body
}

// talker is one end of the torture: it sends, and collects statuses.
type talker struct {
	t    testing.TB
	conn net.Conn
	r    *farStream // of a stream
	how  string
}

func talk(t *testing.T, e *Edge, how string) *talker {
	t.Helper()
	to := e.Addr(strings.ToLower(how)).String()
	var c net.Conn
	var err error
	if how == "TLS" {
		c, err = tls.Dial("tcp", to, &tls.Config{InsecureSkipVerify: true})
	} else {
		c, err = net.Dial(strings.ToLower(how), to)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	k := &talker{t: t, conn: c, how: how}
	if how != "UDP" {
		k.r = newFarStream(t, c)
	}
	return k
}

func (k *talker) send(s string) {
	if _, err := k.conn.Write([]byte(s)); err != nil {
		k.t.Fatal(err)
	}
}

// next gives the next message within a time; "" when there is none, and whether the connection ended.
func (k *talker) next(wait time.Duration) (packet, bool) {
	if k.r != nil {
		p, err := k.r.messageWithin(wait)
		return p, err != nil && !os.IsTimeout(err)
	}
	buf := make([]byte, 65535)
	k.conn.SetReadDeadline(time.Now().Add(wait))
	n, err := k.conn.Read(buf)
	if err != nil {
		return packet{}, false
	}
	text := string(buf[:n])
	start, _, _ := strings.Cut(text, "\r\n")
	return packet{text, start}, false
}

// statuses are the answers to a message: as many as are wanted, and a moment longer for one too many.
func (k *talker) statuses(wanted string) string {
	var got []string
	n := len(strings.Fields(strings.ReplaceAll(strings.ReplaceAll(wanted, "-", ""), "closed", "")))
	for {
		wait := 5 * time.Second
		if len(got) >= n && !strings.Contains(wanted, "closed") {
			wait = 15 * time.Millisecond
		}
		p, closed := k.next(wait)
		if closed {
			got = append(got, "closed")
			break
		}
		if p.start == "" {
			break
		}
		if strings.HasPrefix(p.start, "SIP/2.0 1") {
			continue
		}
		if strings.HasSuffix(p.header("CSeq"), "INVITE") && strings.HasPrefix(p.start, "SIP/2.0 ") && p.start[8] > '2' {
			k.acknowledge(p)
		}
		got = append(got, strings.Fields(p.start)[1])
		slices.Sort(got) // two requests are answered side by side
	}
	if len(got) == 0 || got[0] == "closed" {
		got = append([]string{"-"}, got...)
	}
	return strings.Join(got, " ")
}

// acknowledge ends a refused INVITE's transaction.
func (k *talker) acknowledge(p packet) {
	var b strings.Builder
	b.WriteString("ACK sip:x@example.test SIP/2.0\r\n")
	for _, l := range strings.Split(p.text, "\r\n") {
		switch name, _, _ := strings.Cut(l, ":"); strings.ToLower(name) {
		case "via", "from", "to", "call-id":
			b.WriteString(l + "\r\n")
		}
	}
	seq := strings.Fields(p.header("CSeq"))[0]
	k.send(b.String() + "CSeq: " + seq + " ACK\r\nContent-Length: 0\r\n\r\n")
}

// wholeCall places a call and hangs it up again: the server lives.
func (k *talker) wholeCall(id string) {
	k.t.Helper()
	k.end(id, 2, k.begin(id))
}

// begin places a call and gives the To parameter that its further requests want.
func (k *talker) begin(id string) (tag string) {
	k.t.Helper()
	k.request(id, "INVITE", 1, "", strings.ReplaceAll(offer, "\n", "\r\n"))
	tag = ";tag=" + k.answered(id, 1, "INVITE").tag("To")
	k.request(id, "ACK", 1, tag, "")
	return tag
}

func (k *talker) end(id string, seq int, tag string) {
	k.t.Helper()
	k.request(id, "BYE", seq, tag, "")
	k.answered(id, seq, "BYE")
}

func (k *talker) request(id, method string, seq int, tag, body string) {
	k.t.Helper()
	k.send(fmt.Sprintf("%s sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK%s-%s%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:200@127.0.0.1>;tag=t\r\nTo: <sip:100@127.0.0.1>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:a@%s>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		method, k.how, k.conn.LocalAddr(), id, method, seq, tag, id, seq, method, k.conn.LocalAddr(), len(body), body))
}

// answered waits for the 200 to a request of a call.
func (k *talker) answered(id string, seq int, method string) packet {
	k.t.Helper()
	for {
		p, _ := k.next(5 * time.Second)
		if p.start == "" {
			k.t.Fatalf("no answer to %s of call %s", method, id)
		}
		if strings.HasPrefix(p.start, "SIP/2.0 200") && p.header("CSeq") == fmt.Sprintf("%d %s", seq, method) && p.header("Call-ID") == id {
			return p
		}
	}
}

// picky answers calls of 100 and refuses all others.
type picky struct{}

func (picky) PeerHealth(string, string, bool, string) {}
func (picky) Invite(d *Dialog) {
	if d.Info().To != "100" {
		d.Reject(486, "", 0)
		return
	}
	d.Answer([]byte(strings.ReplaceAll(offer, "\n", "\r\n")))
}

// TestTortureOverTheWire sends what is in testdata/torture over UDP, TCP and TLS: each is answered as it says, a call goes
// through after each, and nothing of them stays.
func TestTortureOverTheWire(t *testing.T) {
	certified := certificate(newAuthority(t).issue(t, "cordboard.example"))
	h := realHouse(t, Options{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", TLS: "127.0.0.1:0", Certificate: certified, Handler: picky{}}, loopback())
	all := torturedMessages(t)
	if len(all) < 50 {
		t.Fatalf("only %d messages", len(all))
	}
	before := runtime.NumGoroutine()
	for _, how := range []string{"UDP", "TCP", "TLS"} {
		steady := talk(t, h.edge, how)
		for i, m := range all {
			t.Run(how+" "+m.name, func(t *testing.T) {
				k := talk(t, h.edge, how)
				id := fmt.Sprintf("torture%s%d", how, i)
				k.send(m.wire(how, k.conn.LocalAddr().String(), id))
				want := m.udp
				if how != "UDP" {
					want = m.tcp
				}
				if got := k.statuses(want); got != want {
					t.Errorf("answered %s, want %s", got, want)
				}
				k.conn.Close()
				steady.t = t
				steady.wholeCall("after" + id)
			})
		}
		steady.conn.Close()
	}
	deadline := time.Now().Add(10 * time.Second)
	for tick := time.Tick(10 * time.Millisecond); h.edge.Dialogs() > 0 || runtime.NumGoroutine() > before+5; <-tick {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d dialogs, %d goroutines after %d:\n%s", h.edge.Dialogs(), runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := h.edge.Close(ctx); err != nil {
		t.Error(err)
	}
}
