package config

import (
	"net"
	"strings"
)

// Server is this machine's part of the configuration. Only limits, metrics and ice may change while it runs.
type Server struct {
	HTTP   HTTP   `yaml:"http" doc:"consoles (WebSocket), health and metrics"`
	SIP    SIP    `yaml:"sip" doc:"the side towards SBCs"`
	Media  Media  `yaml:"media" doc:"voice"`
	ICE    []ICE  `yaml:"ice" doc:"STUN and TURN servers for agents' lines"`
	Data   Path   `yaml:"data" new:"yes" doc:"folder for everything that is kept; made when missing"`
	Limits Limits `yaml:"limits" doc:"when new calls are refused"`

	Metrics Metrics `yaml:"metrics" doc:"figures for Prometheus at /metrics of http"`
}

// Metrics says who may read the figures at /metrics beside the server's own machine.
type Metrics struct {
	Allow []Prefix `yaml:"allow" doc:"addresses or networks"`
}

// HTTP is where consoles connect.
type HTTP struct {
	Listen Listen `yaml:"listen" doc:"host:port; port 0 picks a free one"`
	TLS    TLS    `yaml:"tls" doc:"certificate of the server; without one it makes its own, kept in the data folder"`
}

// TLS is a certificate with its key, or, with neither, one that the server makes itself.
type TLS struct {
	Certificate Path     `yaml:"certificate" doc:"PEM file, the chain included"`
	Key         Path     `yaml:"key" doc:"PEM file"`
	Names       []string `yaml:"names" doc:"host names and addresses in a certificate that the server makes itself; localhost is always there"`
}

// SelfMade says whether the server makes the certificate itself.
func (t *TLS) SelfMade() bool { return t.Certificate == "" }

// SIP is the side towards SBCs.
type SIP struct {
	UDP       Listen   `yaml:"udp" doc:"host:port or off"`
	TCP       Listen   `yaml:"tcp" doc:"host:port or off"`
	TLS       Listen   `yaml:"tls" doc:"host:port or off"`
	Cert      *SIPCert `yaml:"certificate" doc:"certificate of the TLS listener; without one that of http is used"`
	ClientCAs Path     `yaml:"client_ca" doc:"PEM file: peers must show a certificate of one of these authorities (mutual TLS)"`
	Advertise string   `yaml:"advertise" doc:"host name or address that peers reach this server by, in Via and Contact"`
	TOS       TOS      `yaml:"tos" doc:"marks packets: a class as cs3, or a code point"`
}

// SIPCert is a certificate with its key.
type SIPCert struct {
	Certificate Path `yaml:"certificate" need:"yes" doc:"PEM file, the chain included"`
	Key         Path `yaml:"key" need:"yes" doc:"PEM file"`
}

// Media is where voice goes in and out.
type Media struct {
	Bind      Addr   `yaml:"bind" doc:"address of this machine that voice uses; without one, all"`
	Advertise Addr   `yaml:"advertise" doc:"address that peers send voice to, when it is not that of this machine (NAT)"`
	Ports     Ports  `yaml:"ports" doc:"UDP ports for RTP, two a leg"`
	WebRTC    Listen `yaml:"webrtc" doc:"one UDP and TCP port for all agents' lines; port 0 picks a free one"`
	TOS       TOS    `yaml:"tos" doc:"marks packets: a class as ef, or a code point"`
}

// ICE is a STUN or TURN server for agents' lines (RFC 7064, RFC 7065).
type ICE struct {
	URLs     []string `yaml:"urls" need:"yes" doc:"stun:host:port or turn:host:port?transport=udp"`
	Username string   `yaml:"username" doc:"for TURN"`
	Password Secret   `yaml:"password" doc:"for TURN"`
}

// Limits say when new calls are refused.
type Limits struct {
	OpenCalls int `yaml:"open_calls" min:"1" doc:"calls at once; one more is answered 503"`
	CPU       int `yaml:"cpu" min:"0" max:"100" doc:"percent of the processors that the server may use itself, over two seconds; above it new calls are answered 503, with 0 never"`
}

func (s *Server) check(k *checker) {
	if (s.HTTP.TLS.Certificate == "") != (s.HTTP.TLS.Key == "") {
		k.bad(&s.HTTP.TLS, "tls: certificate and key go together")
	}
	if s.HTTP.Listen == "" {
		k.bad(&s.HTTP.Listen, "http: consoles must be able to connect; listen cannot be off")
	}
	if s.Media.WebRTC == "" {
		k.bad(&s.Media.WebRTC, "media: agents' lines need the webrtc port; it cannot be off")
	}
	if s.SIP.UDP == "" && s.SIP.TCP == "" && s.SIP.TLS == "" {
		k.bad(&s.SIP, "sip: at least one of udp, tcp and tls must listen")
	}
	if s.SIP.Advertise != "" && !isHost(s.SIP.Advertise) {
		k.bad(&s.SIP.Advertise, "advertise %q: a host name or an address without port is wanted", s.SIP.Advertise)
	}
	room := (s.Media.Ports.High - s.Media.Ports.Low + 1) / 2
	if s.Limits.OpenCalls > room {
		k.odd(&s.Limits.OpenCalls, "widen media.ports", "open_calls is %d, but the ports are enough for %d legs only", s.Limits.OpenCalls, room)
	}
	for i := range s.ICE {
		s.ICE[i].check(k)
	}
}

func (i *ICE) check(k *checker) {
	for j := range i.URLs {
		switch scheme, _, _ := strings.Cut(i.URLs[j], ":"); scheme {
		case "stun", "stuns":
		case "turn", "turns":
			if i.Username == "" || i.Password == "" {
				k.bad(&i.URLs[j], "ice: a turn server needs username and password")
			}
		default:
			k.bad(&i.URLs[j], "ice: %q: stun:, stuns:, turn: or turns: is wanted", i.URLs[j])
		}
	}
}

func isHost(s string) bool {
	if net.ParseIP(s) != nil {
		return true
	}
	return hostForm.MatchString(s) && len(s) <= 253
}
