package media

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"
)

// caller is the generator's process as the benchmark sees it.
type caller struct {
	b   *testing.B
	in  *json.Encoder
	out *json.Decoder
}

func newCaller(b *testing.B) *caller {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), loadEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); cmd.Wait() })
	return &caller{b: b, in: json.NewEncoder(in), out: json.NewDecoder(out)}
}

func (c *caller) say(o order) (r reply) {
	c.b.Helper()
	if err := c.in.Encode(o); err != nil {
		c.b.Fatal(err)
	}
	if err := c.out.Decode(&r); err != nil {
		c.b.Fatalf("the generator ended: %v", err)
	}
	return r
}

// measured is one run: CPU of this process for each packet forwarded, and delay.
type measured struct {
	cpu      float64 // µs
	p50, p99 float64 // µs
}

func (c *caller) measure(seconds float64) measured {
	c.b.Helper()
	before := processTime()
	r := c.say(order{Seconds: seconds})
	used := processTime() - before
	if r.Got < r.Sent*99/100 {
		c.b.Errorf("%d of %d packets came", r.Got, r.Sent)
	}
	return measured{float64(used) / float64(time.Microsecond) / float64(r.Got), r.P50, r.P99}
}

// relay is the bare thing: a socket a stream, a read, a write.
func relay(b *testing.B, streams int) *caller {
	c := newCaller(b)
	ports := c.say(order{Streams: streams}).Ports
	addr := func(port int) netip.AddrPort {
		return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
	}
	var here []netip.AddrPort
	var conns []*net.UDPConn
	for range ports {
		u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { u.Close() })
		conns = append(conns, u)
		here = append(here, addr(portOf(u)))
	}
	for i, u := range conns {
		other := (i + streams) % (2 * streams)
		go func() {
			buf := make([]byte, 1600)
			for {
				n, _, err := u.ReadFromUDPAddrPort(buf)
				if err != nil {
					return
				}
				conns[other].WriteToUDPAddrPort(buf[:n], addr(ports[other]))
			}
		}()
	}
	c.say(order{Ports: here})
	return c
}

// bridged is a leg towards an SBC, encrypted or not, and an agent's line, joined, for each stream.
func bridged(b *testing.B, streams int, sealed bool) *caller {
	c := newCaller(b)
	pl := newTestPlane(b)
	r := c.say(order{Streams: streams, Consoles: true})
	o := order{}
	for i, port := range r.Ports {
		l, err := pl.NewRTPLeg(RTPOptions{ID: fmt.Sprint("caller ", i)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(l.Close)
		sdp := fmt.Appendf(nil, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n", port)
		if sealed {
			sdp = fmt.Appendf(sdp, "a=crypto:1 %s %s\r\n", suite80, key1)
		}
		described, err := l.Answer(sdp)
		if err != nil {
			b.Fatal(err)
		}
		if sealed {
			o.Keys = append(o.Keys, string(described))
		}
		line := pl.NewLineLeg(fmt.Sprint("line ", i), nil)
		b.Cleanup(line.Close)
		answer, err := line.Offer("console", r.Offers[i])
		if err != nil {
			b.Fatal(err)
		}
		Join(l, line)
		o.Ports = append(o.Ports, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(l.Port())))
		o.Answers = append(o.Answers, answer)
	}
	c.say(o)
	return c
}

// BenchmarkForwardedPacket compares a packet between an SBC, plain and with SRTP, and a console (SRTP
// always) with the bare relay of the same run. They take turns, so that a machine that is busy with something else is so
// for all of them, and the median of the rounds is what counts.
func BenchmarkForwardedPacket(b *testing.B) {
	const streams, rounds, seconds = 100, 5, 1.5
	all := map[string]*caller{"relay": relay(b, streams), "ours": bridged(b, streams, false), "both-sealed": bridged(b, streams, true)}
	cpu, p99, timesCPU, timesP99 := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	for round := range rounds + 1 {
		var bare measured
		for _, who := range []string{"relay", "ours", "both-sealed"} {
			m := all[who].measure(seconds)
			if round == 0 { // to warm up
				continue
			}
			if who == "relay" {
				bare = m
			}
			cpu[who], p99[who] = append(cpu[who], m.cpu), append(p99[who], m.p99)
			timesCPU[who], timesP99[who] = append(timesCPU[who], m.cpu/bare.cpu), append(timesP99[who], m.p99/bare.p99)
		}
	}
	middle := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
	for who := range all {
		b.ReportMetric(middle(cpu[who]), "µs-"+who+"/packet")
		b.ReportMetric(middle(p99[who]), "µs-"+who+"-p99")
		if who != "relay" {
			b.ReportMetric(middle(timesCPU[who]), "×relay-cpu-"+who)
			b.ReportMetric(middle(timesP99[who]), "×relay-p99-"+who)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkMusicForAThousand is 1,000 waiting callers with music: CPU of one core, in percent.
func BenchmarkMusicForAThousand(b *testing.B) {
	const listeners = 1000
	pl := newTestPlane(b)
	sinkhole, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer sinkhole.Close()
	music := Music(pl.BuiltinMusic())
	heap := heapInUse()
	for i := range listeners {
		l, err := pl.NewRTPLeg(RTPOptions{ID: fmt.Sprint(i)})
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		if _, err = l.Answer(fmt.Appendf(nil, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP %d\r\n", portOf(sinkhole), []int{9, 0, 8}[i%3])); err != nil {
			b.Fatal(err)
		}
		l.Hear(music)
	}
	wait(time.Second)
	perLeg := float64(heapInUse()-heap) / listeners / 1024
	before, start := processTime(), time.Now()
	wait(4 * time.Second)
	b.ReportMetric(100*float64(processTime()-before)/float64(time.Since(start)), "%core")
	b.ReportMetric(perLeg, "KiB/leg")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkIdleLines is what 200 signed-in agents without a call cost, in percent of a core: with the signs of life
// that their consoles send, and were they to send coded silence all the time.
func BenchmarkIdleLines(b *testing.B) {
	const lines = 200
	c := newCaller(b)
	pl := newTestPlane(b)
	r := c.say(order{Streams: lines, Consoles: true})
	o := order{Ports: make([]netip.AddrPort, lines)}
	for i := range lines {
		l := pl.NewLineLeg(fmt.Sprint(i), nil)
		defer l.Close()
		answer, err := l.Offer("console", r.Offers[i])
		if err != nil {
			b.Fatal(err)
		}
		o.Answers = append(o.Answers, answer)
	}
	c.say(o)
	wait(2 * time.Second) // ours rest too
	for each, unit := range map[int]string{5: "%core-resting", 50: "%core-full-rate"} {
		before, start := processTime(), time.Now()
		c.say(order{Rest: each, Seconds: 4})
		b.ReportMetric(100*float64(processTime()-before)/float64(time.Since(start)), unit)
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLineMemory is what a signed-in agent's line holds, with its connection up.
func BenchmarkLineMemory(b *testing.B) {
	const lines = 50
	c := newCaller(b)
	pl := newTestPlane(b)
	r := c.say(order{Streams: lines, Consoles: true})
	heap := heapInUse()
	o := order{Ports: make([]netip.AddrPort, lines)}
	for i := range lines {
		l := pl.NewLineLeg(fmt.Sprint(i), nil)
		defer l.Close()
		answer, err := l.Offer("console", r.Offers[i])
		if err != nil {
			b.Fatal(err)
		}
		o.Answers = append(o.Answers, answer)
	}
	c.say(o)
	wait(500 * time.Millisecond)
	b.ReportMetric(float64(heapInUse()-heap)/lines/1024, "KiB/line")
	b.ReportMetric(0, "ns/op")
}

// heapInUse is heap and stacks after collection.
func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
