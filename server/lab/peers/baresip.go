package peers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// BaresipOptions describe a softphone that is not ours, with what it says and what it hears in files.
type BaresipOptions struct {
	Server    string // host:port that is called; empty: it waits for a call and answers it
	Registrar string // host:port where it registers as From with Secret, instead of calling
	Secret    string
	Transport string // udp (default), tcp or tls
	To        string // number called, default 1000
	From      string // own number, default +442079460018; a caller of this phone must use it
	SRTP      bool   // SDES, mandatory
	Codec     string // PCMA (default), PCMU or G722
	Say       lab.Speech
	Manual    bool // a call is answered by Command("accept") and not by itself
	Calls     int  // at most at a time, further ones are busy; 4 when 0
}

// Baresip is a running softphone.
type Baresip struct {
	*Process
	Addr string // where it listens, host:port
	dir  string
	ctrl string
}

// StartBaresip runs baresip until the test ends, or until Hangup.
func StartBaresip(tb testing.TB, o BaresipOptions) *Baresip {
	tb.Helper()
	set := func(s *string, d string) {
		if *s == "" {
			*s = d
		}
	}
	set(&o.Transport, "udp")
	set(&o.To, "1000")
	set(&o.From, "+442079460018")
	set(&o.Codec, "PCMA")
	if o.Say.Empty() {
		o.Say = lab.SpeechTone(700, 1e10)
	}
	dir := tb.TempDir()
	port := freePort(tb, 2) // TLS is one above
	media := freePort(tb, 20)
	control := freePort(tb, 1)
	if o.Calls == 0 {
		o.Calls = 4
	}
	rate := 8000
	if o.Codec == "G722" {
		rate = 16000
	}
	var wav bytes.Buffer
	if err := lab.WriteSpeechWAV(&wav, o.Say, rate); err != nil {
		tb.Fatal(err)
	}
	authority, err := lab.NewAuthority()
	if err != nil {
		tb.Fatal(err)
	}
	chain, key, err := authority.CertificatePEM("127.0.0.1")
	if err != nil {
		tb.Fatal(err)
	}
	files := map[string][]byte{
		"say.wav": wav.Bytes(), "cert.pem": append(key, chain...), "contacts": nil,
		"config": []byte(baresipConfig(dir, port, media, control, o.Calls)), "accounts": []byte(o.account()),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	args := []string{"-f", dir, "-p", dir, "-v"}
	if o.Registrar != "" {
		args = append(args, "-s") // CallIDs reads them
	}
	if o.Server != "" {
		args = append(args, "-e", fmt.Sprintf("/dial sip:%s@%s;transport=%s", o.To, o.Server, o.Transport))
	}
	p := &Baresip{Process: start(tb, dir, "baresip", args...), Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), dir: dir, ctrl: net.JoinHostPort("127.0.0.1", strconv.Itoa(control))}
	p.until(tb, "listening", func() bool { return listens(p.Addr, "udp") && strings.Contains(p.Output(), "baresip is ready") })
	return p
}

func (o BaresipOptions) account() string {
	at, often := "127.0.0.1", 0
	if o.Registrar != "" {
		at, often = o.Registrar, 60
	}
	a := fmt.Sprintf("<sip:%s@%s;transport=%s>;regint=%d;audio_codecs=%s", o.From, at, o.Transport, often, map[string]string{
		"PCMA": "PCMA/8000/1", "PCMU": "PCMU/8000/1", "G722": "G722/16000/1"}[o.Codec])
	if o.Secret != "" {
		a += ";auth_user=" + o.From + ";auth_pass=" + o.Secret
	}
	if o.SRTP {
		a += ";mediaenc=srtp-mand"
	}
	if o.Server == "" && !o.Manual {
		a += ";answermode=auto"
	}
	return a + "\n"
}

func baresipConfig(dir string, port, media, control, calls int) string {
	lines := []string{
		fmt.Sprintf("sip_listen 127.0.0.1:%d", port), "sip_certificate " + filepath.Join(dir, "cert.pem"),
		"poll_method epoll", fmt.Sprintf("call_max_calls %d", calls), fmt.Sprintf("ctrl_tcp_listen 127.0.0.1:%d", control), "audio_path " + dir, "snd_path " + dir,
		"audio_source aufile," + filepath.Join(dir, "say.wav"), "audio_player aubridge,nil", "audio_alert aubridge,nil",
		"audio_level no", fmt.Sprintf("rtp_ports %d-%d", media, media+19), "rtp_timeout 0", "net_prefer_ipv6 no", "net_interface 127.0.0.1",
		"module_path " + baresipModules(), "module g711.so", "module g722.so", "module aufile.so", "module aubridge.so",
		"module sndfile.so", "module srtp.so", "module_tmp uuid.so", "module_tmp account.so", "module_app menu.so", "module_app ctrl_tcp.so",
	}
	return strings.Join(lines, "\n") + "\n"
}

func baresipModules() string {
	for _, pattern := range []string{"/usr/lib/baresip/modules", "/usr/lib/*/baresip/modules"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[0]
		}
	}
	return "/usr/lib/baresip/modules"
}

// Command lets baresip do what its person would: accept, hangup, hold, resume, "dial +441", "transfer URI".
func (p *Baresip) Command(ctx context.Context, name string) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", p.ctrl)
	if err != nil {
		return fmt.Errorf("baresip: %w", err)
	}
	defer c.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	name, params, _ := strings.Cut(name, " ")
	body := fmt.Sprintf(`{"command":%q,"params":%q}`, name, params)
	if _, err := fmt.Fprintf(c, "%d:%s,", len(body), body); err != nil {
		return fmt.Errorf("baresip: %w", err)
	}
	var heard []byte // events come beside the answer
	for part := make([]byte, 4096); !bytes.Contains(heard, []byte(`"response":true`)); {
		n, err := c.Read(part)
		if heard = append(heard, part[:n]...); err != nil {
			return fmt.Errorf("baresip: %w", err)
		}
	}
	if !bytes.Contains(heard, []byte(`"ok":true`)) {
		return fmt.Errorf("baresip does not %s: %s", name, heard)
	}
	return nil
}

// CallIDs are the calls of a telephone that registers, in their order.
func (p *Baresip) CallIDs() (ids []string) {
	for _, m := range inviteID.FindAllStringSubmatch(p.Output(), -1) {
		if !slices.Contains(ids, m[1]) {
			ids = append(ids, m[1])
		}
	}
	return ids
}

var inviteID = regexp.MustCompile(`INVITE sip:[^\r\n]* SIP/2\.0\r?\n(?:[^\r\n]+\r?\n)*?(?i:call-id): *([^\s]+)`)

// Rings waits until baresip has been called n times.
func (p *Baresip) Rings(ctx context.Context, n int) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for strings.Count(p.Output(), "Incoming call from") < n {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("baresip was called %d times, not %d: %w", strings.Count(p.Output(), "Incoming call from"), n, ctx.Err())
		}
	}
	return nil
}

// Hangup ends baresip politely: a BYE or CANCEL goes out, and the recordings are closed.
func (p *Baresip) Hangup(ctx context.Context) error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("baresip has not ended: %w", ctx.Err())
	}
}

// Heard is what baresip heard, and its rate in Hz. Call it after Hangup, or after the far end has hung up.
func (p *Baresip) Heard() (pcm []int16, rate int, err error) {
	found, _ := filepath.Glob(filepath.Join(p.dir, "dump-*dec.wav"))
	if len(found) == 0 {
		return nil, 0, errors.New("baresip recorded nothing")
	}
	raw, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		return nil, 0, err
	}
	at := bytes.Index(raw, []byte("data"))
	if len(raw) < 44 || at < 0 {
		return nil, 0, errors.New("baresip's recording is no WAV file")
	}
	rate = int(binary.LittleEndian.Uint32(raw[24:]))
	for b := raw[at+8:]; len(b) >= 2; b = b[2:] {
		pcm = append(pcm, int16(binary.LittleEndian.Uint16(b)))
	}
	return pcm, rate, nil
}
