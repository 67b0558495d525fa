package media

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// The benchmarks' callers and consoles run in a process of their own, so that what this one uses is the server's alone.
// It is the test binary again, told so by the environment; both speak JSON over pipes.
const loadEnv = "CORDBOARD_MEDIA_LOAD"

func TestMain(m *testing.M) {
	if os.Getenv(loadEnv) != "" {
		generate()
		return
	}
	os.Exit(m.Run())
}

// order is what the benchmark says.
type order struct {
	Streams  int              `json:"streams,omitempty"`  // first: how many pairs to make
	Consoles bool             `json:"consoles,omitempty"` // the far end is a console, not a phone
	Keys     []string         `json:"keys,omitempty"`     // what the server told the phones, whose own key is key1
	Ports    []netip.AddrPort `json:"ports,omitempty"`    // where phones send, far ends after near ones
	Answers  []string         `json:"answers,omitempty"`
	Seconds  float64          `json:"seconds,omitempty"` // last: speak
	Rest     int              `json:"rest,omitempty"`    // not speak: packets of nothing a second from each console
}

// reply is what the generator says.
type reply struct {
	Ports  []int    `json:"ports,omitempty"` // of the phones
	Offers []string `json:"offers,omitempty"`
	Sent   int      `json:"sent,omitempty"`
	Got    int      `json:"got,omitempty"`
	P50    float64  `json:"p50,omitempty"` // µs
	P99    float64  `json:"p99,omitempty"`
}

// generator is the process with the callers.
type generator struct {
	t        *loadT
	near     []*phone
	far      []*phone
	consoles []*console
	mu       sync.Mutex
	delays   []time.Duration
}

// loadT lets helpers of the tests run without a test.
type loadT struct{ testing.TB }

func (*loadT) Helper()                   {}
func (*loadT) Cleanup(func())            {}
func (*loadT) Fatal(a ...any)            { fmt.Fprintln(os.Stderr, a...); os.Exit(1) }
func (*loadT) Fatalf(f string, a ...any) { fmt.Fprintf(os.Stderr, f+"\n", a...); os.Exit(1) }

func generate() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	g := &generator{t: &loadT{}}
	for {
		var o order
		if in.Decode(&o) != nil {
			return
		}
		var r reply
		switch {
		case o.Streams > 0:
			r = g.open(o)
		case o.Rest > 0:
			g.rest(o.Rest, time.Duration(o.Seconds*float64(time.Second)))
		case o.Seconds > 0:
			r = g.speak(time.Duration(o.Seconds * float64(time.Second)))
		default:
			g.connect(o)
		}
		out.Encode(r)
	}
}

func (g *generator) open(o order) (r reply) {
	for range o.Streams {
		g.near = append(g.near, newPhone(g.t))
	}
	for _, p := range g.near {
		r.Ports = append(r.Ports, p.port())
	}
	for range o.Streams {
		if o.Consoles {
			c := newConsoleWith(g.t, false, func(b []byte) { g.note(b[1]&0x7f, b[12:]) })
			g.consoles = append(g.consoles, c)
			r.Offers = append(r.Offers, c.offer(false))
			continue
		}
		p := newPhone(g.t)
		g.far = append(g.far, p)
		r.Ports = append(r.Ports, p.port())
	}
	return r
}

func (g *generator) connect(o order) {
	for i, p := range slices.Concat(g.near, g.far) {
		p.to = o.Ports[i]
		if o.Keys != nil {
			p.seal(key1, []byte(o.Keys[i]))
		}
		go g.listen(p)
	}
	for i, c := range g.consoles {
		c.accept(o.Answers[i])
		<-c.up
		<-c.track.bound
	}
}

func (g *generator) listen(p *phone) {
	buf := make([]byte, 2000)
	for {
		n, err := p.conn.Read(buf)
		if err != nil {
			return
		}
		b := buf[:n]
		if p.opens != nil {
			if b, err = p.opens.DecryptRTP(b, b, nil); err != nil {
				continue
			}
		}
		if len(b) > 12 {
			g.note(b[1]&0x7f, b[12:])
		}
	}
}

// note keeps the delay of a packet that bears its time.
func (g *generator) note(pt uint8, b []byte) {
	if pt != 0 || len(b) != 160 || b[159] != 0xa5 || b[158] != 0x5a {
		return
	}
	var sent uint64
	for i := range 8 {
		sent |= uint64(b[i]) << (8 * i)
	}
	d := time.Duration(uint64(time.Now().UnixNano()) - sent)
	g.mu.Lock()
	g.delays = append(g.delays, d)
	g.mu.Unlock()
}

// rest sends what consoles send to which nobody listens: at 50 a second coded silence, else comfort noise.
func (g *generator) rest(each int, length time.Duration) {
	start, n := time.Now(), len(g.consoles)
	silence := make([]byte, 160)
	for i := range silence {
		silence[i] = 0xff
	}
	for k := 0; ; k++ {
		at := time.Duration(k) * time.Second / time.Duration(each*n)
		if at > length {
			return
		}
		if d := time.Until(start.Add(at)); d > 300*time.Microsecond {
			wait(d)
		}
		if each < 50 {
			g.consoles[k%n].say(13, comfort[:])
		} else {
			g.consoles[k%n].say(0, silence)
		}
	}
}

// speak sends 50 packets a second in each direction of each pair, spread over the time.
func (g *generator) speak(length time.Duration) (r reply) {
	g.mu.Lock()
	g.delays = nil
	g.mu.Unlock()
	var says []func(b []byte)
	for i, p := range g.near {
		says = append(says, func(b []byte) { p.say(0, b) })
		if g.consoles != nil {
			c := g.consoles[i]
			says = append(says, func(b []byte) { c.say(0, b) })
		} else {
			far := g.far[i]
			says = append(says, func(b []byte) { far.say(0, b) })
		}
	}
	payload := make([]byte, 160)
	payload[158], payload[159] = 0x5a, 0xa5
	start := time.Now()
	for ; ; r.Sent++ {
		at := time.Duration(r.Sent) * frameTime / time.Duration(len(says))
		if at > length {
			break
		}
		if d := time.Until(start.Add(at)); d > 300*time.Microsecond {
			wait(d)
		}
		now := uint64(time.Now().UnixNano())
		for i := range 8 {
			payload[i] = byte(now >> (8 * i))
		}
		says[r.Sent%len(says)](payload)
	}
	wait(300 * time.Millisecond)
	g.mu.Lock()
	defer g.mu.Unlock()
	slices.Sort(g.delays)
	if r.Got = len(g.delays); r.Got > 0 {
		us := func(q float64) float64 {
			return float64(g.delays[int(q*float64(r.Got-1))]) / float64(time.Microsecond)
		}
		r.P50, r.P99 = us(0.5), us(0.99)
	}
	return r
}
