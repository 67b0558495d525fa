package console

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cordboard/audio"
	"cordboard/session"
	"cordboard/session/wire"
	"cordboard/softphone"
)

// doctorLimit bounds the wait for the server and the voice line.
const doctorLimit = 12 * time.Second

// listenFor is how long the microphone is listened to.
const listenFor = 1500 * time.Millisecond

// checkup is the list of checks before the shift: each line is fine, or says what to do.
type checkup struct {
	o   Options
	out io.Writer
	bad int
}

func (c *checkup) fine(what, format string, args ...any) {
	fmt.Fprintf(c.out, "✓ %-12s %s\n", what, fmt.Sprintf(format, args...))
}

func (c *checkup) look(what, words, do string) {
	c.bad++
	fmt.Fprintf(c.out, "! %-12s %s\n%15sdo %s\n", what, words, "", do)
}

// Doctor checks what an agent needs before the shift. It returns an error when calls could not be taken.
func Doctor(ctx context.Context, o Options) error {
	if logFile, log, err := openLog(o); err == nil {
		defer logFile.Close()
		defer quiet(logFile, log)()
	}
	if dir, err := cacheDir(o.CacheDir); err == nil { // what the person chose on the settings page counts here too
		o, _ = settings{settingsFile(filepath.Join(dir, "cordboard.log")), slog.New(slog.DiscardHandler)}.settled(o)
	}
	c := &checkup{o: o, out: o.Out}
	device := c.headset(ctx)
	ok := c.server(ctx)
	if ok {
		ok = c.line(ctx, device)
	} else if device != nil {
		device.Close()
	}
	c.terminal()
	switch {
	case !ok:
		return errors.New("you cannot take calls yet: the lines marked ! say why")
	case c.bad > 0:
		fmt.Fprintf(c.out, "\nTo look at: %d. You can take calls.\n", c.bad)
	default:
		fmt.Fprintln(c.out, "\nAll is well. You can take calls.")
	}
	return nil
}

// headset listens to the microphone while a tone plays in the ear, and opens the device for the voice line.
func (c *checkup) headset(ctx context.Context) audio.Device {
	o := audio.Options{Spec: c.o.Audio, Input: c.o.Input, Output: c.o.Output, Log: slog.New(slog.DiscardHandler)}
	if c.o.Audio == "none" {
		c.fine("microphone", "none, as --audio none says")
	} else {
		c.heard(audio.Check(ctx, o, tone(), listenFor))
	}
	d, err := audio.Open(o)
	if err != nil {
		return nil
	}
	return d
}

// heard says what was found out about the headset.
func (c *checkup) heard(r audio.Report, err error) {
	switch {
	case err != nil:
		c.look("microphone", err.Error(), "plug the headset in, or choose one: --input and --output; without sound: --audio none")
		return
	case r.Silent:
		c.look("microphone", r.Input+" gives no sound", "unmute it at the headset, or choose another: --input")
	case r.Clipped:
		c.look("microphone", fmt.Sprintf("%s is too loud: %.0f dBFS", r.Input, r.Peak), "turn its level down in the system's settings")
	default:
		c.fine("microphone", "%s, level %.0f dBFS, noise %.0f dBFS, no clipping", r.Input, r.Peak, r.Noise)
	}
	if r.Gaps > 0 {
		c.look("ear", fmt.Sprintf("the sound had %d gaps in %v", r.Gaps, listenFor), "close what works hard on this machine; then a cable instead of Bluetooth")
	} else {
		c.fine("ear", "a tone was played; not heard? choose another with --output")
	}
	c.ringer(r.Devices)
}

// ringer looks whether the chosen device of the ring tone is there.
func (c *checkup) ringer(all []audio.Info) {
	if c.o.Ringer == "" {
		c.fine("ringer", "the ear rings")
		return
	}
	for _, i := range all {
		if i.Outputs > 0 && strings.Contains(strings.ToLower(i.Name), strings.ToLower(c.o.Ringer)) {
			c.fine("ringer", "%s", i.Name)
			return
		}
	}
	c.look("ringer", c.o.Ringer+" is not there", "plug it in, or choose another in the settings (,); until then the system's own is tried")
}

// tone is half a second of 440 Hz, soft at both ends.
func tone() []int16 {
	out := make([]int16, audio.Rate/2)
	for i := range out {
		soft := min(1, float64(min(i, len(out)-i))/(audio.Rate/50))
		out[i] = int16(3000 * soft * math.Sin(2*math.Pi*440*float64(i)/audio.Rate))
	}
	return out
}

// server asks where to sign in, which also tells whether the server is there and how its clock goes.
func (c *checkup) server(ctx context.Context) bool {
	if c.o.Server == "" {
		c.look("server", "no server is named", "give --server https://…, or set CORDBOARD_SERVER")
		return false
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.tls()}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(c.o.Server, "/")+"/desk/signin", nil)
	if err != nil {
		c.look("server", err.Error(), "write the address as https://desk.contoso.com:8443")
		return false
	}
	began := time.Now()
	res, err := client.Do(req)
	took := time.Since(began)
	if err != nil {
		c.look("server", err.Error(), "check the address and the network; a certificate of its own is believed with --ca FILE")
		return false
	}
	defer res.Body.Close()
	var info struct {
		Name    string `json:"tenant_name"`
		Version string `json:"version"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&info); err != nil || res.StatusCode != http.StatusOK {
		c.look("server", "what answers at "+c.o.Server+" is not a cordboard server ("+res.Status+")", "check the address")
		return false
	}
	c.fine("server", "%s, %s, %d ms", info.Name, info.Version, took.Milliseconds())
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		if off := time.Since(at) - took/2; off.Abs() > 30*time.Second {
			c.look("clock", fmt.Sprintf("this machine's clock is %v away from the server's", off.Round(time.Second)), "set the clock; sign-in depends on it")
		} else {
			c.fine("clock", "within a second or two of the server's")
		}
	}
	return true
}

func (c *checkup) tls() *tls.Config {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if pem, err := os.ReadFile(c.o.CAFile); err == nil {
		pool.AppendCertsFromPEM(pem)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// line signs in silently and brings the voice line up.
func (c *checkup) line(ctx context.Context, device audio.Device) bool {
	if device == nil {
		device, _ = audio.Open(audio.Options{Spec: "none"})
	}
	phone, err := softphone.New(softphone.Options{Device: device})
	if err != nil {
		c.look("voice line", err.Error(), "tell IT the line above")
		return false
	}
	defer phone.Close()
	ctx, cancel := context.WithTimeout(ctx, doctorLimit)
	defer cancel()
	told := make(chan any, 256)
	s := session.New(session.Options{
		Server: c.o.Server, CAFile: c.o.CAFile, Profile: c.o.Profile, CacheDir: c.o.CacheDir, SignIn: "device", TokenStore: c.o.TokenStore, Program: c.o.Program, Phone: phone,
		Tell: func(v any) {
			select {
			case told <- v:
			default:
			}
		},
	})
	go s.Run(ctx)
	defer s.Close(context.WithoutCancel(ctx))
	w, ok := c.signedIn(ctx, told)
	if !ok {
		return false
	}
	if w != nil {
		relays := make(chan []softphone.Relay, 1)
		go func() { relays <- softphone.Relays(ctx, w.ICE) }()
		defer func() { c.relays(<-relays) }()
	}
	for {
		select {
		case e := <-phone.Events():
			if e.Kind == softphone.LineUp {
				q := phone.Levels().Quality
				c.fine("voice line", "up; loss %.1f %%, jitter %.0f ms", q.Loss, q.Jitter)
				return true
			}
		case <-ctx.Done():
			c.look("voice line", "no sound comes from the server", "tell IT: UDP to the server's webrtc port, or a TURN server, is needed")
			return false
		}
	}
}

// relays says which of the relays that the server names would carry the voice.
func (c *checkup) relays(all []softphone.Relay) {
	if len(all) == 0 {
		c.fine("relay", "none is named; the voice goes straight to the server")
	}
	for _, r := range all {
		if r.Err != nil {
			c.look("relay", r.URL+": "+r.Err.Error(), "where UDP to the server passes you can do without; else tell IT: the TURN server's address, port, username and password in server.ice")
			continue
		}
		c.fine("relay", "%s, %d ms", r.URL, r.Took.Milliseconds())
	}
}

// signedIn waits until the server has let this console in.
func (c *checkup) signedIn(ctx context.Context, told <-chan any) (w *wire.Welcome, ok bool) {
	for {
		select {
		case v := <-told:
			switch v := v.(type) {
			case wire.SignIn:
				switch v.Stage {
				case wire.SignInCode, wire.SignInBrowser:
					c.look("sign-in", "nobody is signed in on this machine", "start cordboard once and sign in")
					return w, false
				case wire.SignInFailed, wire.SignInBlocked, wire.SignInExpired, wire.SignInDeclined:
					c.look("sign-in", v.Words, "start cordboard and sign in again")
					return w, false
				case wire.SignInDone:
					c.fine("sign-in", "%s", v.Account)
				}
			case wire.Connected:
				if v.State == wire.ConnRefused && v.Refused != nil {
					c.look("desk", v.Refused.Words, "see the words")
					return w, v.Refused.Code == "elsewhere"
				}
			case wire.Welcome:
				return &v, true
			}
		case <-ctx.Done():
			c.look("sign-in", "no answer within "+doctorLimit.String(), "check the network, then start cordboard")
			return w, false
		}
	}
}

func (c *checkup) terminal() {
	term, colours := os.Getenv("TERM"), "256 colours"
	switch {
	case os.Getenv("NO_COLOR") != "":
		colours = "no colours (NO_COLOR)"
	case strings.Contains(os.Getenv("COLORTERM"), "truecolor"):
		colours = "true colour"
	}
	c.fine("terminal", "%s, %s", term, colours)
}
