package peers

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"cordboard/audio/codec"
	"cordboard/server/lab"
)

//go:embed scenarios/*.tmpl
var scenarios embed.FS

// SippOptions describe callers (or, with a scenario whose name begins with callee, a phone) played by sipp.
type SippOptions struct {
	// Scenario is a file of scenarios: call, remote_bye, late_offer, cancel, cancel_crossing, hold, codec_change, dtmf, dtmf_info,
	// no_ack, bye_for_ack, prack, update_hold, refer, replaces, rejected, options, session_timer, register; callee, callee_holds, callee_hangs_up, callee_refuses, callee_no_answer.
	Scenario  string
	Server    string // host:port that is called; not for a callee
	Transport string // udp (default) or tcp; Debian's sipp has no TLS
	To        string // number called, default 1000
	From      string // default +442079460018
	FromName  string
	Calls     int           // default 1; a callee without: as many as come
	Rate      float64       // calls a second, default 10
	Pause     time.Duration // what the scenario's pauses take, default 500 ms
	Timeout   time.Duration // of the whole run, default 30 s
	Speech    lab.Speech    // spoken as A-law, over and over; default a tone of 700 Hz
	Keys      string        // of dtmf and dtmf_info, default 1234
	Code      string        // of rejected ("486") and callee_refuses ("486 Busy Here")
	Refer     string        // Refer-To of refer
	Contact   string        // of register: host:port where the telephone is
	Secret    string        // of register
	Headers   []string      // more header lines of the INVITE, or of the refusal
}

// Sipp is a running sipp.
type Sipp struct {
	*Process
	Addr string // where it listens, host:port
	dir  string
}

// StartSipp runs sipp.
func StartSipp(tb testing.TB, o SippOptions) *Sipp {
	tb.Helper()
	o.defaults()
	dir := tb.TempDir()
	s := scenario{SippOptions: o, Name: o.Scenario, Speech: filepath.Join(dir, "speech.al"), SpeechPayload: 8, Payloads: "8 0", Direction: "sendrecv", Address: "[media_ip]", Seq: 1, Version: 1}
	if err := os.WriteFile(s.Speech, alaw(o.Speech), 0o600); err != nil {
		tb.Fatal(err)
	}
	s.Port, s.Tones, s.ToTag = "[rtpstream_audio_port]", 101, "[peer_tag_param]"
	if o.Scenario == "dtmf" { // sipp plays keys by another socket, and always as type 96
		s.Port, s.Tones = "[auto_media_port]", 96
	}
	file := filepath.Join(dir, "scenario.xml")
	if err := s.write(file); err != nil {
		tb.Fatal(err)
	}
	port := freePort(tb, 1)
	args := []string{"-sf", file, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", strconv.Itoa(port), "-nostdin", "-aa",
		"-d", strconv.Itoa(int(o.Pause.Milliseconds())), "-timeout", strconv.Itoa(int(o.Timeout.Seconds())), "-timeout_error",
		"-trace_err", "-error_file", filepath.Join(dir, "errors"), "-trace_msg", "-message_file", filepath.Join(dir, "messages"),
		"-s", o.To}
	if o.Transport == "tcp" {
		args = append(args, "-t", "t1")
	}
	if o.Calls > 0 {
		args = append(args, "-m", strconv.Itoa(o.Calls))
	}
	if !s.callee() {
		args = append(args, "-r", strconv.FormatFloat(o.Rate, 'f', -1, 64), "-rp", "1000", o.Server)
	}
	p := &Sipp{Process: start(tb, dir, "sipp", args...), Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), dir: dir}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("sipp %s saw:\n%s\n%s", o.Scenario, p.file("errors"), tail(p.file("messages"), 12000))
		}
	})
	if s.callee() {
		p.until(tb, "listening", func() bool { return listens(p.Addr, o.Transport) })
	}
	return p
}

// RunSipp runs sipp to its end; every call must have gone as the scenario says.
func RunSipp(tb testing.TB, o SippOptions) *Sipp {
	tb.Helper()
	p := StartSipp(tb, o)
	o.defaults()
	ctx, cancel := context.WithTimeout(tb.Context(), o.Timeout+5*time.Second)
	defer cancel()
	if err := p.Wait(ctx); err != nil {
		tb.Errorf("sipp %s: %v", o.Scenario, err)
	}
	return p
}

// Messages is the SIP that went and came.
func (p *Sipp) Messages() string { return p.file("messages") }

func (p *Sipp) file(name string) string {
	raw, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		return ""
	}
	return string(raw)
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

// listens reports whether somebody holds the port.
func listens(addr, transport string) bool {
	if transport == "tcp" {
		l, err := net.Listen("tcp", addr)
		if err == nil {
			_ = l.Close()
		}
		return err != nil
	}
	l, err := net.ListenPacket("udp", addr)
	if err == nil {
		_ = l.Close()
	}
	return err != nil
}

func (o *SippOptions) defaults() {
	set := func(s *string, d string) {
		if *s == "" {
			*s = d
		}
	}
	set(&o.Transport, "udp")
	set(&o.To, "1000")
	set(&o.From, "+442079460018")
	set(&o.FromName, "Sipp Caller")
	set(&o.Keys, "1234")
	set(&o.Code, "486 Busy Here")
	if o.Calls == 0 && !strings.HasPrefix(o.Scenario, "callee") {
		o.Calls = 1
	}
	if o.Rate == 0 {
		o.Rate = 10
	}
	if o.Pause == 0 {
		o.Pause = 500 * time.Millisecond
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Speech.Empty() {
		o.Speech = lab.SpeechTone(700, time.Second)
	}
}

func alaw(s lab.Speech) []byte {
	pcm := s.PCM(8000)
	out := make([]byte, len(pcm))
	codec.EncodeALaw(out, pcm)
	return out
}

// scenario is what the templates see.
type scenario struct {
	SippOptions
	Name          string
	Speech        string
	SpeechPayload int
	Payloads      string
	Direction     string
	Address       string
	Port          string // keyword of sipp for the voice port
	Tones         int    // payload type of telephone-event
	ToTag         string // how To names the other side
	Seq, Version  int
}

func (s scenario) callee() bool { return strings.HasPrefix(s.Name, "callee") }

// Offer is the description as it stands.
func (s scenario) Offer() scenario { return s }

// Answer is a description that chose A-law.
func (s scenario) Answer() scenario {
	s.Payloads = "8"
	return s
}

// At is the same with another CSeq number.
func (s scenario) At(seq int) scenario {
	s.Seq = seq
	return s
}

// Later is a re-INVITE's description.
func (s scenario) Later(seq int, direction, address string) scenario {
	s = s.At(seq)
	s.Version, s.Direction, s.Address = seq, direction, address
	return s
}

// Codec is a re-INVITE that offers one payload type only.
func (s scenario) Codec(seq int, payload string) scenario {
	s = s.At(seq)
	s.Version, s.Payloads = seq, payload
	return s
}

// Tagged names the other side by a tag kept from before.
func (s scenario) Tagged(tag string) scenario {
	s.ToTag = tag
	return s
}

// With adds header lines.
func (s scenario) With(lines ...string) scenario {
	s.Headers = append(s.Headers[:len(s.Headers):len(s.Headers)], lines...)
	return s
}

// CodeNumber is the number of Code.
func (s scenario) CodeNumber() string { return strings.Fields(s.Code)[0] }

// EachKey splits Keys.
func (s scenario) EachKey() []string { return strings.Split(s.Keys, "") }

// Count numbers the INFO requests.
func (s scenario) Count(i int) int { return i + 2 }

func (s scenario) write(file string) error {
	t, err := template.ParseFS(scenarios, "scenarios/common.tmpl", "scenarios/"+s.Name+".tmpl")
	if err != nil {
		return fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, s.Name+".tmpl", s); err != nil {
		return err
	}
	return os.WriteFile(file, bytes.TrimSpace(b.Bytes()), 0o600)
}
