//go:build unix

package trunk

import (
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// flood is what strangers at a rate did to an edge with a running call.
type flood struct {
	sent, dropped uint64
	cpu           time.Duration // of the whole process
	slowest       time.Duration // answer to the running call meanwhile
	goroutines    int           // more than before
}

// strangersCome sends 5,000 messages a second from an address that may not, while a call is up and asks something
// every 20 ms. With elsewhere they go to a socket that nobody reads: what is used then is not the edge's.
func strangersCome(t testing.TB, lasts time.Duration, elsewhere bool) flood {
	t.Helper()
	n := loopback()
	n.Allow = prefixes("127.0.0.1/32")
	e, err := New(Options{UDP: "127.0.0.1:0", Handler: picky{}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.shut()
	e.Configure([]Trunk{n})
	call := &talker{t: t, how: "UDP"}
	if call.conn, err = net.Dial("udp", e.Addr("udp").String()); err != nil {
		t.Fatal(err)
	}
	defer call.conn.Close()
	tag := call.begin("running")
	server, _ := net.ResolveUDPAddr("udp", e.Addr("udp").String())
	if elsewhere {
		nobody, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		defer nobody.Close()
		server = nobody.LocalAddr().(*net.UDPAddr)
	}
	stranger, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 66)}, server)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	s := &sbc{tag: "t", id: "x", at: "127.0.0.66:5060"}
	message := []byte(strings.ReplaceAll(strings.Replace(s.request("INVITE", 1, "", "", offer), "\n\n", "\nContent-Length: 110\n\n", 1), "\n", "\r\n"))
	var f flood
	f.goroutines = -runtime.NumGoroutine()
	f.cpu = -processCPU(t)
	began, seq := time.Now(), 10
	for tick := time.Tick(20 * time.Millisecond); time.Since(began) < lasts; <-tick {
		for ; f.sent < uint64(time.Since(began)*5000/time.Second); f.sent++ {
			stranger.Write(message)
		}
		asked := time.Now()
		seq++
		call.request("running", "INFO", seq, tag, "")
		call.answered("running", seq, "INFO")
		f.slowest = max(f.slowest, time.Since(asked))
	}
	f.cpu += processCPU(t)
	f.goroutines += runtime.NumGoroutine()
	f.dropped = e.Counts().Strangers
	call.end("running", seq+1, tag)
	return f
}

func processCPU(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Strangers are dropped before anything of them is read: a fifth of a core at 5,000 a second would be 40 µs each.
func TestStrangersCostLittleAndHarmNoCall(t *testing.T) {
	const lasts = 1200 * time.Millisecond
	f := strangersCome(t, lasts, false)
	f.cpu -= strangersCome(t, lasts/2, true).cpu * 2
	if f.sent < 5000 || f.dropped < f.sent*9/10 { // the system may lose some before we see them
		t.Errorf("%d came, %d were dropped", f.sent, f.dropped)
	}
	t.Logf("%d strangers: %v of a core in %v", f.sent, f.cpu, lasts)
	if f.cpu > lasts/5 {
		t.Errorf("%d strangers took %v of a core in %v", f.sent, f.cpu, lasts)
	}
	if f.slowest > time.Second {
		t.Errorf("the running call waited %v for an answer", f.slowest)
	}
	if f.goroutines > 3 {
		t.Errorf("%d goroutines stay", f.goroutines)
	}
}

// BenchmarkStrangersFor30Seconds is the same for as long as the promise says.
func BenchmarkStrangersFor30Seconds(b *testing.B) {
	for b.Loop() {
		f := strangersCome(b, 30*time.Second, false)
		f.cpu -= strangersCome(b, 10*time.Second, true).cpu * 3
		b.ReportMetric(100*f.cpu.Seconds()/30, "%-of-a-core")
		b.ReportMetric(float64(f.dropped), "dropped")
		b.ReportMetric(float64(f.slowest.Microseconds()), "µs-slowest-answer-to-a-call")
		if f.cpu > 6*time.Second {
			b.Errorf("strangers took %v of a core in 30 s", f.cpu)
		}
	}
}
