package operate

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"cordboard/server/config"
)

// askTrunks asks each SBC with OPTIONS, as the server does. An SBC that answers is there whatever it says; what it says is told when it is
// not 200. Microsoft's proxy takes calls only from whom it answers 200.
func askTrunks(ctx context.Context, s *config.Server, t *config.Tenant, say saying) {
	own, err := ownCertificate(s)
	if err != nil {
		say(wrong, "sip certificate", err.Error())
	}
	for i := range t.Trunks {
		x := &t.Trunks[i]
		if x.Kind == "teams" {
			askName(x, own, t.ID, say)
		}
		for _, p := range x.Peers {
			what := t.ID + ": " + x.ID + " " + p.Host
			code, reason, err := askPeer(ctx, x, p, own)
			words := "answers on " + p.Transport + " " + strconv.Itoa(p.Port)
			switch {
			case err != nil:
				say(wrong, what, err.Error())
			case code < 300:
				say(good, what, words)
			case x.Kind == "teams":
				say(wrong, what, fmt.Sprintf("refuses us: %d %s. 403 means that contact_host %s is not registered with Teams, or that our certificate does not name it.", code, reason, x.ContactHost))
			default:
				say(less, what, fmt.Sprintf("%s, with %d %s to OPTIONS; look whether the SBC takes this server for a peer", words, code, reason))
			}
		}
	}
}

// askName holds our certificate against the host name by which Teams knows us.
func askName(x *config.Trunk, own *tls.Certificate, tenant string, say saying) {
	what := tenant + ": " + x.ID + " certificate"
	if own == nil {
		say(less, what, "Teams takes only who shows a certificate of a public authority: put one into server.sip.certificate.")
		return
	}
	if err := own.Leaf.VerifyHostname(x.ContactHost); err != nil {
		say(wrong, what, "The SIP certificate does not name contact_host "+x.ContactHost+": "+err.Error())
		return
	}
	if left := time.Until(own.Leaf.NotAfter); left < 14*24*time.Hour {
		cost := less
		if left <= 0 {
			cost = wrong
		}
		say(cost, what, "The SIP certificate ends "+own.Leaf.NotAfter.Format(time.DateOnly)+".")
		return
	}
	say(good, what, "names "+x.ContactHost+", until "+own.Leaf.NotAfter.Format(time.DateOnly))
}

// ownCertificate is what SBCs are shown, nil when the server makes one itself.
func ownCertificate(s *config.Server) (*tls.Certificate, error) {
	cert, key := s.HTTP.TLS.Certificate, s.HTTP.TLS.Key
	if c := s.SIP.Cert; c != nil {
		cert, key = c.Certificate, c.Key
	}
	if cert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(string(cert), string(key))
	if err != nil {
		return nil, err
	}
	return &pair, nil
}

// askPeer sends one OPTIONS and gives the answer (RFC 3261 §11).
func askPeer(ctx context.Context, x *config.Trunk, p config.Peer, own *tls.Certificate) (code int, reason string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	address := net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	network := "tcp"
	if p.Transport == "udp" {
		network = "udp"
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return 0, "", fmt.Errorf("no connection: %w", err)
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if p.Transport == "tls" {
		if conn, err = secured(ctx, conn, x, p, own); err != nil {
			return 0, "", err
		}
	}
	conn.SetDeadline(deadline)
	local := conn.LocalAddr().String()
	_, port, _ := net.SplitHostPort(local)
	contact := local
	if x.ContactHost != "" {
		contact = net.JoinHostPort(x.ContactHost, port)
	}
	from := cmp.Or(x.FromHost, x.ContactHost, local)
	_, err = fmt.Fprintf(conn, "OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/%[2]s %[3]s;branch=z9hG4bK%[4]d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:%[5]s>;tag=%[4]d\r\nTo: <sip:%[1]s>\r\nCall-ID: %[4]d@%[3]s\r\nCSeq: 1 OPTIONS\r\nContact: <sip:%[6]s;transport=%[7]s>\r\nContent-Length: 0\r\n\r\n",
		address, strings.ToUpper(p.Transport), local, time.Now().UnixNano(), from, contact, p.Transport)
	if err != nil {
		return 0, "", fmt.Errorf("OPTIONS could not be sent: %w", err)
	}
	b := make([]byte, 4096)
	n, err := conn.Read(b)
	if err != nil {
		return 0, "", fmt.Errorf("no answer to OPTIONS: %w", err)
	}
	line, _, _ := strings.Cut(string(b[:n]), "\r\n")
	f := strings.SplitN(line, " ", 3)
	if len(f) < 2 || f[0] != "SIP/2.0" {
		return 0, "", errors.New("what answers is not SIP")
	}
	if code, err = strconv.Atoi(f[1]); err != nil {
		return 0, "", errors.New("what answers is not SIP")
	}
	if len(f) == 3 {
		reason = f[2]
	}
	return code, reason, nil
}

// secured shakes hands as the server does: our certificate is shown, and theirs must be good and name them.
func secured(ctx context.Context, conn net.Conn, x *config.Trunk, p config.Peer, own *tls.Certificate) (net.Conn, error) {
	c := &tls.Config{ServerName: p.Host, MinVersion: tls.VersionTLS12}
	if x.CAFile != "" {
		pem, err := os.ReadFile(string(x.CAFile))
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		c.RootCAs.AppendCertsFromPEM(pem)
	}
	if own != nil {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own, nil }
	}
	t := tls.Client(conn, c)
	if err := t.HandshakeContext(ctx); err != nil {
		if _, bad := errors.AsType[*tls.CertificateVerificationError](err); bad {
			return nil, fmt.Errorf("its certificate is not taken: %w; give its authority in ca_file of the trunk", err)
		}
		return nil, fmt.Errorf("no TLS: %w", err)
	}
	return t, nil
}
