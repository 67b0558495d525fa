package trunk

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
)

// serverTLS asks for a certificate when authorities are configured. One that is made out for servers only is good
// enough: public authorities no longer give others.
func (e *Edge) serverTLS() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return e.o.Certificate() }}
	if e.o.ClientCAs != nil {
		c.ClientAuth = tls.RequireAnyClientCert
		c.VerifyConnection = func(s tls.ConnectionState) error {
			return verifyChain(s, e.o.ClientCAs, "")
		}
	}
	return c
}

// verifyChain verifies a peer's certificates against roots (nil: the system's), and against a name if there is one.
func verifyChain(s tls.ConnectionState, roots *x509.CertPool, name string) error {
	if len(s.PeerCertificates) == 0 {
		return fmt.Errorf("the peer shows no certificate")
	}
	o := x509.VerifyOptions{Roots: roots, DNSName: name, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	for _, c := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := s.PeerCertificates[0].Verify(o)
	return err
}

func certificateNames(s tls.ConnectionState) string {
	if len(s.PeerCertificates) == 0 {
		return ""
	}
	c := s.PeerCertificates[0]
	if len(c.DNSNames) > 0 {
		return c.DNSNames[0]
	}
	return c.Subject.CommonName
}
