package operate

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"cordboard/server/config"
)

// CheckOptions of the check command.
type CheckOptions struct {
	File    string
	Live    bool
	Schema  bool
	Program string
	Out     io.Writer
}

// verdict is what came of one thing that was looked at.
type verdict int

// The verdicts.
const (
	good  verdict = iota
	less          // the server works without it, and something is lost
	wrong         // to be put right before it works
)

func (v verdict) mark() string { return [...]string{"✓", "!", "✗"}[v] }

// of is good when it is fine, else what it costs.
func of(fine bool, cost verdict) verdict {
	if fine {
		return good
	}
	return cost
}

// saying takes what came of looking at something: its name, and the words for it.
type saying func(v verdict, what, words string)

// Check reads the configuration as serve would and says what it found. With Live it also asks the authority and
// the SBCs. It returns an error when something would keep the server from working.
func Check(ctx context.Context, o CheckOptions) error {
	if o.Schema {
		_, err := o.Out.Write(append(config.Schema(), '\n'))
		return err
	}
	c, err := config.Load(o.File, nil)
	if err != nil {
		return err
	}
	for _, w := range c.Warnings() {
		fmt.Fprintln(o.Out, "!", w.Error())
	}
	bad := 0
	say := func(v verdict, what, words string) {
		if v == wrong {
			bad++
		}
		fmt.Fprintf(o.Out, "%s %-44s %s\n", v.mark(), what, words)
	}
	say(good, "configuration", fmt.Sprintf("tenants: %d, %s", len(c.Tenants), o.File))
	checkPorts(c, say)
	checkData(c, say)
	if o.Live {
		checkLive(ctx, c, say)
	}
	if bad > 0 {
		return fmt.Errorf("to be put right: %d, marked ✗ above", bad)
	}
	return nil
}

func checkPorts(c *config.Config, say saying) {
	for _, p := range []struct{ what, network, address string }{
		{"consoles (https)", "tcp", string(c.Server.HTTP.Listen)}, {"sip udp", "udp", string(c.Server.SIP.UDP)},
		{"sip tcp", "tcp", string(c.Server.SIP.TCP)}, {"sip tls", "tcp", string(c.Server.SIP.TLS)}, {"agents' voice", "udp", string(c.Server.Media.WebRTC)},
	} {
		if p.address == "" {
			continue
		}
		var err error
		if p.network == "udp" {
			var l net.PacketConn
			if l, err = net.ListenPacket("udp", p.address); err == nil {
				l.Close()
			}
		} else {
			var l net.Listener
			if l, err = net.Listen("tcp", p.address); err == nil {
				l.Close()
			}
		}
		if err != nil {
			say(wrong, p.what, p.address+": "+err.Error()+" (is a server running already?)")
			continue
		}
		say(good, p.what, p.address+" is free")
	}
}

func checkData(c *config.Config, say saying) {
	dir := string(c.Server.Data)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		say(wrong, "data folder", err.Error())
		return
	}
	f, err := os.CreateTemp(dir, ".check-*")
	if err != nil {
		say(wrong, "data folder", err.Error())
		return
	}
	f.Close()
	os.Remove(f.Name())
	say(good, "data folder", dir+" can be written")
}

// Init writes a starter configuration into a folder that may be new.
func Init(dir string, out io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "cordboard.yaml")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("%w; an existing configuration is not overwritten", err)
	}
	_, err = f.Write(config.Starter())
	if err := f.Close(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "wrote %s\n\nNext: put your tenant, SBC and people into it, then\n  cordboard check -c %s --live\n  cordboard serve -c %s\nThe two app registrations in Entra: docs/microsoft-365.md\n", path, path, path)
	return nil
}
