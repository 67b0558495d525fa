package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// httpClient trusts the system's authorities and those of caFile, and goes through the proxy of the environment.
func httpClient(caFile string) (*http.Client, error) {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 5 * time.Second, IdleConnTimeout: 30 * time.Second,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if caFile != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, fmt.Errorf("certificate authorities: %w", err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("certificate authorities: %s has no certificate", caFile)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{Transport: t, Timeout: 15 * time.Second}, nil
}

// Directions is what a server says about signing in: GET /desk/signin.
type Directions struct {
	Authority  string `json:"authority"`
	ClientID   string `json:"client_id"`
	Scope      string `json:"scope"`
	TenantName string `json:"tenant_name"`
	Version    string `json:"version"`
}

// Discover asks a server where its people sign in.
func Discover(ctx context.Context, server, caFile string) (Directions, error) {
	var d Directions
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return d, &SignInError{Stage: stageFailed, Words: "The address of the server is not an address: " + server + ". It looks like https://desk.example.com:8443."}
	}
	hc, err := httpClient(caFile)
	if err != nil {
		return d, &SignInError{Stage: stageFailed, Words: err.Error()}
	}
	defer hc.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("desk", "signin").String(), nil)
	if err != nil {
		return d, err
	}
	res, err := hc.Do(req)
	if err != nil {
		return d, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return d, fmt.Errorf("%s: %s", req.URL, res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&d); err != nil {
		return d, fmt.Errorf("%s: %w", req.URL, err)
	}
	if d.Authority == "" || d.ClientID == "" || d.Scope == "" {
		return d, fmt.Errorf("%s does not say where to sign in", req.URL)
	}
	return d, nil
}
