package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cordboard/server/config"
)

// certificates gives the server's certificate: that of the configuration, read again when its file has changed, or
// one that the server makes for itself and keeps in the data folder.
func certificates(t config.TLS, dir string) (func() (*tls.Certificate, error), error) {
	cert, key := string(t.Certificate), string(t.Key)
	if t.SelfMade() {
		cert, key = filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key")
		if err := makeCertificate(cert, key, t.Names); err != nil {
			return nil, err
		}
	}
	f := &fileCertificate{cert: cert, key: key}
	if _, err := f.get(); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return f.get, nil
}

type fileCertificate struct {
	cert, key string
	mu        sync.Mutex
	read      time.Time
	pair      *tls.Certificate
}

// get reads the files again when they are newer; a broken new one is not taken.
func (f *fileCertificate) get() (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	st, err := os.Stat(f.cert)
	if f.pair != nil && (err != nil || !st.ModTime().After(f.read)) {
		return f.pair, nil
	}
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		if f.pair != nil {
			return f.pair, nil
		}
		return nil, err
	}
	f.pair, f.read = &pair, st.ModTime()
	return f.pair, nil
}

// makeCertificate makes a certificate of one year, unless there is one that is good for another month.
func makeCertificate(certFile, keyFile string, names []string) error {
	if pair, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil && pair.Leaf != nil && time.Until(pair.Leaf.NotAfter) > 30*24*time.Hour {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("certificate: %s: %w", certFile, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "cordboard"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA: true, BasicConstraintsValid: true, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	return nil
}

// quiet sends the HTTP server's own lines, mostly strangers' broken handshakes, to debug.
func quiet(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
