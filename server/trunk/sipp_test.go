package trunk

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sipp runs a scenario of testdata to its end and fails the test with its errors. It is bounded in calls and time,
// listens on a port of its own, and is ended by its own process.
func sipp(t *testing.T, scenario string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	dir := t.TempDir()
	file, err := filepath.Abs("testdata/" + scenario + ".xml")
	if err != nil {
		t.Fatal(err)
	}
	all := append([]string{"-sf", file, "-i", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "20s", "-timeout_error", "-recv_timeout", "30000", "-trace_err", "-error_file", dir + "/errors"}, args...)
	cmd := exec.CommandContext(ctx, "sipp", all...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		errors, _ := os.ReadFile(dir + "/errors")
		t.Errorf("sipp %s: %v\n%s\n%s", scenario, err, errors, tail(string(out), 2000))
	}
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func freeUDP(t *testing.T) int {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// autoAnswer is a handler that does what the called user says.
type autoAnswer struct{ tones chan byte }

func (a autoAnswer) PeerHealth(string, string, bool, string) {}

func (a autoAnswer) Invite(d *Dialog) {
	sdp := []byte(strings.ReplaceAll(offer, "192.0.2.2", "127.0.0.1"))
	sdp = []byte(strings.ReplaceAll(string(sdp), "\n", "\r\n"))
	d.Sink(func(e Event) {
		switch v := e.(type) {
		case Reoffered:
			d.AnswerReoffer(sdp, 200)
		case Acked:
			if d.Info().To == "hungup" {
				d.Hangup(Reason{Code: 200, Text: "enough"})
			}
		case Tone:
			a.tones <- v.Digit
		}
	})
	d.Progress(180, nil)
	switch d.Info().To {
	case "rejected":
		d.Reject(486, "", 0)
	case "cancel":
	default:
		d.Answer(sdp)
	}
}

func TestSippCalls(t *testing.T) {
	a := autoAnswer{tones: make(chan byte, 4)}
	h := realHouse(t, Options{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", Handler: a}, loopback())
	for _, transport := range []string{"u1", "t1"} {
		addr := h.edge.Addr(map[string]string{"u1": "udp", "t1": "tcp"}[transport]).String()
		for _, scenario := range []string{"plain", "late", "cancel", "hold", "update", "info", "timer", "hungup", "rejected", "options"} {
			t.Run(transport+" "+scenario, func(t *testing.T) {
				t.Parallel()
				sipp(t, "caller_"+scenario, "-s", scenario, "-t", transport, "-p", strconv.Itoa(freeUDP(t)), addr)
			})
		}
	}
	t.Cleanup(func() {
		if len(a.tones) != 2 || <-a.tones != '7' {
			t.Errorf("%d tones came", len(a.tones))
		}
	})
}

func TestSippIsCalled(t *testing.T) {
	for _, c := range []struct {
		scenario string
		want     string
		hangup   bool
	}{
		{"answers", "Ringing 180, Answered, Ended", true},
		{"early", strings.Repeat("Ringing 183, ", 12) + "Answered, Ended", true},
		{"busy", "Rejected 486", false},
		{"declines", "Ringing 180, Rejected 603", false},
		{"unavailable", "Rejected 503", false},
		{"rings", "Ringing 180, Ended", true},
		{"crosses", "Ringing 180, Ended", true},
		{"reliable", "Ringing 183, Answered, Ended", true},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			port := freeUDP(t)
			h := realHouse(t, Options{UDP: "127.0.0.1:0"}, Trunk{ID: "london", Peers: []Peer{{Host: "127.0.0.1", Port: port, Transport: "udp"}}})
			done := make(chan struct{})
			go func() {
				defer close(done)
				sipp(t, "callee_"+c.scenario, "-t", "u1", "-p", strconv.Itoa(port))
			}()
			sdp := []byte(strings.ReplaceAll(strings.ReplaceAll(offer, "192.0.2.2", "127.0.0.1"), "\n", "\r\n"))
			events := make(news, 64)
			d := h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: sdp}, func(e Event) { events <- e })
			var got []string
			for over := false; !over; {
				select {
				case e := <-events:
					switch v := e.(type) {
					case Ringing:
						got = append(got, fmt.Sprintf("Ringing %d", v.Code))
						if c.scenario == "rings" || c.scenario == "crosses" {
							d.Hangup(Reason{})
						}
					case Answered:
						got = append(got, "Answered")
						d.Hangup(Reason{Code: 200})
					case Rejected:
						got, over = append(got, fmt.Sprintf("Rejected %d", v.Code)), true
					case Ended:
						got, over = append(got, "Ended"), true
					default:
						got = append(got, fmt.Sprintf("%T", e))
					}
				case <-time.After(40 * time.Second):
					t.Fatalf("only %v", got)
				}
			}
			<-done
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("%s, want %s", s, c.want)
			}
		})
	}
}
