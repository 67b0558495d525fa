package server

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"log/slog"

	"cordboard/server/call"
	"cordboard/server/config"
	"cordboard/server/entra"
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

func newPlane(m config.Media, log *slog.Logger) (*media.Plane, error) {
	return media.NewPlane(media.Options{
		Bind: m.Bind.Addr, Advertise: m.Advertise.Addr, PortLow: m.Ports.Low, PortHigh: m.Ports.High,
		WebRTCListen: string(m.WebRTC), TOS: int(m.TOS), Log: log,
	})
}

func (s *Server) newEdge(c *config.Config, certificate func() (*tls.Certificate, error)) (*trunk.Edge, error) {
	sip := c.Server.SIP
	o := trunk.Options{
		UDP: string(sip.UDP), TCP: string(sip.TCP), TLS: string(sip.TLS), Advertise: sip.Advertise, Certificate: certificate, TOS: int(sip.TOS),
		UserAgent: s.o.Program, Log: s.log, Handler: handler{s}, Load: s.load,
	}
	if sip.Cert != nil {
		pair, err := tls.LoadX509KeyPair(string(sip.Cert.Certificate), string(sip.Cert.Key))
		if err != nil {
			return nil, fmt.Errorf("certificate of sip: %w", err)
		}
		o.Certificate = func() (*tls.Certificate, error) { return &pair, nil }
	}
	if sip.ClientCAs != "" {
		pool, err := poolOf(string(sip.ClientCAs))
		if err != nil {
			return nil, err
		}
		o.ClientCAs = pool
	}
	o.Phone = s.phoneTurned
	return trunk.New(o)
}

func poolOf(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("certificates: %s has none", file)
	}
	return pool, nil
}

// trunks gives all tenants' trunks in the edge's words. Files were checked when the configuration was read.
func trunks(c *config.Config) []trunk.Trunk {
	var out []trunk.Trunk
	for _, t := range c.Tenants {
		for _, x := range t.Trunks {
			n := trunk.Trunk{
				ID: x.ID, Tenant: t.ID, Kind: x.Kind, ContactHost: x.ContactHost, FromHost: x.FromHost, Username: x.Username, Password: string(x.Password),
				Realm: x.Realm, AuthIncoming: x.AuthIncoming, Reuse: x.Reuse, Trusted: x.Trusted, MayRefer: x.Refers(),
			}
			for _, p := range x.Peers {
				n.Peers = append(n.Peers, trunk.Peer{Host: p.Host, Port: p.Port, Transport: p.Transport, Health: p.Health})
			}
			for _, a := range x.Allow {
				n.Allow = append(n.Allow, a.Prefix)
			}
			n.Phones = phonesOf(&t, x.ID)
			if n.Kind == "phones" {
				n.MayRefer = true // an agent may hand a caller on there; where to is for the call to allow
			}
			if x.CAFile != "" {
				n.RootCAs, _ = poolOf(string(x.CAFile))
			}
			out = append(out, n)
		}
	}
	return out
}

func entraTenants(c *config.Config) []entra.Tenant {
	var out []entra.Tenant
	for _, t := range c.Tenants {
		e := entra.Tenant{ID: t.ID, TenantID: t.Entra.Tenant, Authority: t.Entra.Authority, Audience: t.Entra.Audience, Clients: []string{t.Entra.ClientID}, Scope: scopeName(t.Entra.Scope)}
		e.Roles = map[string]entra.Role{}
		for k, v := range t.Entra.Roles {
			e.Roles[k] = entra.Role(v)
		}
		out = append(out, e)
	}
	return out
}

// scopeName is the last part of a scope, as it stands in a token's scp.
func scopeName(scope string) string {
	return scope[strings.LastIndexByte(scope, '/')+1:]
}

// authorityClient reads keys. It believes, beside the system's, the certificates of the configured authorities.
func authorityClient(c *config.Config) *http.Client {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, t := range c.Tenants {
		if t.Entra.CAFile != "" {
			if pem, err := os.ReadFile(string(t.Entra.CAFile)); err == nil {
				pool.AppendCertsFromPEM(pem)
			}
		}
	}
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

// handler brings calls from the edge to their tenants.
type handler struct{ s *Server }

// Invite begins a call.
func (h handler) Invite(d *trunk.Dialog) {
	info := d.Info()
	t := h.s.tenants[info.Tenant]
	switch {
	case t == nil:
		d.Reject(404, "no such tenant", 0)
	case info.Replaces != nil: // part of a call that is there already
		if !info.Replaces.ReplacedBy(d) {
			d.Reject(481, "Call/Transaction Does Not Exist", 0)
		}
	case h.s.draining.Load():
		d.Reject(503, "draining", 30*time.Second)
	case info.Phone != "":
		t.phoneCalls(d)
	default:
		t.begin(d)
	}
}

// PeerHealth is news of an SBC.
func (h handler) PeerHealth(trunkID, peer string, up bool, why string) {
	if up {
		h.s.log.Info("SBC answers", "trunk", trunkID, "peer", peer)
		return
	}
	h.s.log.Warn("SBC does not answer; calls go to the next peer", "trunk", trunkID, "peer", peer, "err", why)
}

// dialer makes outgoing dialogs for calls.
type dialer struct{ edge *trunk.Edge }

// Dial rings.
func (d dialer) Dial(o trunk.Outgoing, sink func(trunk.Event)) call.Dialog {
	return d.edge.Dial(o, sink)
}

// sounds makes legs and knows what a tenant's callers hear (call.Media).
type sounds struct {
	plane    *media.Plane
	region   string
	music    map[fact.QueueID]*media.Clip
	fallback *media.Clip
	confirm  *media.Clip // the tenant's own words that ask for a key
	words    map[wordKey]*media.Clip
}

func loadSounds(p *media.Plane, t *config.Tenant) (*sounds, error) {
	s := &sounds{plane: p, region: t.Region, music: map[fact.QueueID]*media.Clip{}, fallback: p.BuiltinMusic()}
	for _, q := range t.Queues {
		if q.Music == "" {
			continue
		}
		clip, err := clipOf(p, q.Music)
		if err != nil {
			return nil, fmt.Errorf("music of queue %s: %w", q.ID, err)
		}
		s.music[fact.QueueID(q.ID)] = clip
	}
	if file := t.Outbound.ConfirmPrompt; file != "" {
		clip, err := clipOf(p, file)
		if err != nil {
			return nil, fmt.Errorf("outbound.confirm_prompt: %w", err)
		}
		s.confirm = clip
	}
	words, err := loadWords(p, t)
	if err != nil {
		return nil, fmt.Errorf("prompts: %w", err)
	}
	s.words = words
	return s, nil
}

func clipOf(p *media.Plane, file config.Path) (*media.Clip, error) {
	f, err := os.Open(string(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	clip, err := p.LoadClip(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return clip, nil
}

// NewVoice makes a leg.
func (s *sounds) NewVoice(o media.RTPOptions) (call.Voice, error) { return s.plane.NewRTPLeg(o) }

// Music is what waits with a caller of the queue.
func (s *sounds) Music(q fact.QueueID) media.Source {
	if c := s.music[q]; c != nil {
		return media.Music(c)
	}
	return media.Music(s.fallback)
}

// NewMix makes a room for a call of three.
func (s *sounds) NewMix() call.Mix { return s.plane.NewMix() }

// Ringback is the tone of the tenant's region.
func (s *sounds) Ringback() media.Source { return media.Ringback(s.region) }

// Announce says words to a caller of a queue: the tenant's, or ours.
func (s *sounds) Announce(q fact.QueueID, word string, done func()) (media.Source, time.Duration) {
	c := s.words[wordKey{q, word}]
	if c == nil {
		c = s.plane.Announcement(word)
	}
	if c == nil {
		return nil, 0
	}
	return media.Once(c, done), time.Duration(c.Frames()) * 20 * time.Millisecond
}

// Confirm asks who was rung to press a key: in the tenant's words, or in ours with the caller's number.
func (s *sounds) Confirm(from call.Caller, done func()) media.Source {
	if s.confirm != nil {
		return media.Once(s.confirm, done)
	}
	return media.Once(s.plane.Confirm(string(from.Number)), done)
}
