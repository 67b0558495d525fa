package peers

import (
	_ "embed"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"text/template"

	"cordboard/server/lab"
)

//go:embed kamailio.cfg.tmpl
var kamailioConfig string

// KamailioOptions describe Kamailio as a carrier's SBC in front of the server.
type KamailioOptions struct {
	Server          string // host:port of the contact centre
	ServerTransport string // udp (default), tcp or tls: between Kamailio and the server
	ServerAgent     string // User-Agent of the server, by which its requests are known; default "cordboard"
	Phones          string // host:port that calls of the server go to
	Engine          string // control address of rtpengine; empty: voice goes past Kamailio
	Secure          bool   // with Engine: RTP on the carrier's side, SRTP (SDES) towards the server
}

// Kamailio is a running SBC.
type Kamailio struct {
	*Process
	UDP, TCP, TLS string         // where it listens, host:port
	Authority     *lab.Authority // signed its certificate
}

// StartKamailio runs Kamailio until the test ends. Every call passes through it, Record-Route included.
func StartKamailio(tb testing.TB, o KamailioOptions) *Kamailio {
	tb.Helper()
	if o.ServerTransport == "" {
		o.ServerTransport = "udp"
	}
	if o.ServerAgent == "" {
		o.ServerAgent = "cordboard"
	}
	if o.Phones == "" {
		o.Phones = "127.0.0.1:9"
	}
	dir := tb.TempDir()
	authority, err := lab.NewAuthority()
	if err != nil {
		tb.Fatal(err)
	}
	chain, key, err := authority.CertificatePEM("127.0.0.1", "localhost")
	if err != nil {
		tb.Fatal(err)
	}
	port := freePort(tb, 2)
	config := struct {
		KamailioOptions
		Port, TLSPort      int
		Modules, TLSConfig string
	}{o, port, port + 1, kamailioModules(tb), filepath.Join(dir, "tls.cfg")}
	tls := "[server:default]\nmethod = TLSv1.2+\nprivate_key = " + filepath.Join(dir, "key.pem") + "\ncertificate = " +
		filepath.Join(dir, "cert.pem") + "\n[client:default]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\nprivate_key = " +
		filepath.Join(dir, "key.pem") + "\ncertificate = " + filepath.Join(dir, "cert.pem") + "\n"
	for name, content := range map[string]string{"key.pem": string(key), "cert.pem": string(chain), "tls.cfg": tls} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(dir, "kamailio.cfg"))
	if err != nil {
		tb.Fatal(err)
	}
	if err := template.Must(template.New("kamailio").Parse(kamailioConfig)).Execute(f, config); err != nil {
		tb.Fatal(err)
	}
	_ = f.Close()
	at := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	k := &Kamailio{UDP: at(port), TCP: at(port), TLS: at(port + 1), Authority: authority,
		Process: start(tb, dir, "kamailio", "-f", f.Name(), "-DD", "-E", "-m", "64", "-M", "8", "-Y", dir, "-P", filepath.Join(dir, "pid"), "-w", dir)}
	k.until(tb, "listening", func() bool { return listens(k.TLS, "tcp") && listens(k.UDP, "udp") })
	return k
}

func kamailioModules(tb testing.TB) string {
	tb.Helper()
	found, _ := filepath.Glob("/usr/lib/*/kamailio/modules")
	if len(found) == 0 {
		tb.Fatal("kamailio's modules are not installed (.ci/setup.sh peers)")
	}
	return found[0] + "/"
}
