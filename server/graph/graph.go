// Package graph is the only room that speaks with Microsoft Graph. It reads the presence of experts, finds
// people, and sets the presence of agents in a call, as an application of each tenant. The rest of the
// house sees its small types and none of the SDK's.
package graph

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Options say how one tenant reaches Graph.
type Options struct {
	Tenant    string // ours, for logs
	TenantID  string // Entra's
	Authority string // host of the authority, "https://login.microsoftonline.com" when empty; a path is ignored
	GraphURL  string // "https://graph.microsoft.com/v1.0" when empty
	ClientID  string // of the server's app registration
	Secret    string // its secret, or
	// Certificate is its certificate with the private key, PEM, instead of a secret.
	Certificate []byte
	CAFile      string // further certificate authorities, PEM
	Log         *slog.Logger
	Now         func() time.Time
}

// Client is one tenant's access to Graph. It is safe for use by many; all of them share one budget.
type Client struct {
	o      Options
	http   *http.Client
	sdk    atomic.Pointer[sdk]
	budget budget
	reads  reads // of chats
	health health
	log    *slog.Logger
}

// New makes a client. No network is used before the first request.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	c := &Client{o: o, log: o.Log.With("tenant", o.Tenant)}
	c.budget.now = o.Now
	c.health.start(o)
	if o.Secret == "" && len(o.Certificate) == 0 {
		return nil, fmt.Errorf("graph of tenant %s: a secret or a certificate is needed", o.Tenant)
	}
	var err error
	if c.http, err = c.httpClient(); err != nil {
		return nil, fmt.Errorf("graph of tenant %s: %w", o.Tenant, err)
	}
	s, err := c.newSDK()
	if err != nil {
		return nil, fmt.Errorf("graph of tenant %s: %w", o.Tenant, err)
	}
	c.sdk.Store(s)
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.Authority == "" {
		o.Authority = "https://login.microsoftonline.com"
	}
	if u, err := url.Parse(o.Authority); err == nil && u.Host != "" {
		o.Authority = u.Scheme + "://" + u.Host
	}
	if o.GraphURL == "" {
		o.GraphURL = "https://graph.microsoft.com/v1.0"
	}
	o.GraphURL = strings.TrimRight(o.GraphURL, "/")
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// scope asks for the permissions with consent: of the public Graph, or of the national cloud's own.
func (o Options) scope() string {
	u, err := url.Parse(o.GraphURL)
	if err == nil && (strings.HasSuffix(u.Host, "graph.microsoft.us") || u.Host == "microsoftgraph.chinacloudapi.cn") {
		return "https://" + u.Host + "/.default"
	}
	return "https://graph.microsoft.com/.default"
}

// requestID names a request for Microsoft's support (client-request-id).
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
