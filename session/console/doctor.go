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
	"net/http"
	"os"
	"strings"
	"time"

	"cordboard/audio"
	"cordboard/session"
	"cordboard/session/wire"
	"cordboard/softphone"
)

// doctorLimit bounds the wait for the server and the voice line.
const doctorLimit = 12 * time.Second

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
	c := &checkup{o: o, out: o.Out}
	device := c.headset()
	ok := c.server(ctx)
	if ok {
		ok = c.line(ctx, device)
	} else if device != nil {
		device.Close()
	}
	c.terminal()
	switch {
	case !ok:
		return errors.New("you cannot take calls yet: see the lines with !")
	case c.bad > 0:
		fmt.Fprintf(c.out, "\n%d things to look at. You can take calls.\n", c.bad)
	default:
		fmt.Fprintln(c.out, "\nAll is well. You can take calls.")
	}
	return nil
}

func (c *checkup) headset() audio.Device {
	d, err := audio.Open(audio.Options{Spec: c.o.Audio, Input: c.o.Input, Output: c.o.Output, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		c.look("headset", err.Error(), "choose one with --input and --output, or work without sound: --audio none")
		return nil
	}
	name := d.Name()
	if all, err := audio.Devices(); err == nil && c.o.Audio == "portaudio" {
		mics := 0
		for _, i := range all {
			if i.Inputs > 0 {
				mics++
			}
		}
		if mics == 0 {
			c.look("headset", "no microphone is there", "plug the headset in; the console finds it by itself")
			return d
		}
	}
	c.fine("headset", "%s", name)
	return d
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
	if !c.signedIn(ctx, told) {
		return false
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

func (c *checkup) signedIn(ctx context.Context, told <-chan any) bool {
	for {
		select {
		case v := <-told:
			switch v := v.(type) {
			case wire.SignIn:
				switch v.Stage {
				case wire.SignInCode, wire.SignInBrowser:
					c.look("sign-in", "nobody is signed in on this machine", "start cordboard once and sign in")
					return false
				case wire.SignInFailed, wire.SignInBlocked, wire.SignInExpired, wire.SignInDeclined:
					c.look("sign-in", v.Words, "start cordboard and sign in again")
					return false
				case wire.SignInDone:
					c.fine("sign-in", "%s", v.Account)
				}
			case wire.Connected:
				if v.State == wire.ConnRefused && v.Refused != nil {
					c.look("desk", v.Refused.Words, "see the words")
					return v.Refused.Code == "elsewhere"
				}
			case wire.Welcome:
				return true
			}
		case <-ctx.Done():
			c.look("sign-in", "no answer within "+doctorLimit.String(), "check the network, then start cordboard")
			return false
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
