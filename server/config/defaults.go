package config

import (
	"reflect"
	"time"
)

// Every default stands here and nowhere else. defaults is called on each part before its keys are read.

type defaulter interface{ defaults() }

func (s *Server) defaults() { s.Data = "data" }

func (h *HTTP) defaults() { h.Listen = ":8443" }

func (s *SIP) defaults() {
	s.UDP, s.TCP, s.TLS = ":5060", ":5060", ":5061"
	s.TOS = classes["cs3"]
}

func (m *Media) defaults() {
	m.Ports = Ports{20000, 29999}
	m.WebRTC = ":8444"
	m.TOS = classes["ef"]
}

func (l *Limits) defaults() { l.OpenCalls, l.CPU = 2000, 85 }

func (t *Tenant) defaults() {
	t.Region = "us"
	t.Reasons = []Reason{
		{ID: "break", Name: "Break", Key: "b", Allowance: 15 * time.Minute},
		{ID: "lunch", Name: "Lunch", Key: "l", Allowance: 45 * time.Minute},
		{ID: "meeting", Name: "Meeting", Key: "m"},
		{ID: "training", Name: "Training", Key: "t"},
		{ID: "task", Name: "Other work", Key: "o"},
	}
}

func (g *Grace) defaults() { g.Grace = 20 * time.Second }

func (e *Entra) defaults() {
	e.Authority = "https://login.microsoftonline.com"
	e.Roles = map[string]string{"Agent": "agent", "Supervisor": "supervisor", "Admin": "admin"}
}

func (g *Graph) defaults() { g.URL = "https://graph.microsoft.com/v1.0" }

func (t *Trunk) defaults() {
	t.Kind, t.Reuse, t.MayRefer, t.Ptime = "sbc", "connection", "auto", 20
	t.Realm = "cordboard"
	t.Codecs = []string{"g722", "pcma", "pcmu"}
}

func (p *Peer) defaults() { p.Health = 60 * time.Second }

func (q *Queue) defaults() {
	q.Strategy = "longest_idle"
	q.Ring = 20 * time.Second
	q.Nobody = Target{Kind: "wait"}
	q.Closed = Target{Kind: "hangup"}
}

func (w *Wrapup) defaults() { w.Time, w.Extra, w.More = 30*time.Second, 30*time.Second, 2 }

func (l *LongestWait) defaults() {
	l.After, l.Then = 10*time.Minute, Target{Kind: "hangup"}
}

func (s *ServiceLevel) defaults() {
	s.Answer, s.Within, s.ShortAbandon = 80, 20*time.Second, 5*time.Second
	s.Variant = "offered"
}

func (d *Declined) defaults() { d.Then = "notready" }

func (p *Person) defaults() { p.Endpoint = "softphone" }

func (t *Telephone) defaults() { t.Health = 30 * time.Second }

func (o *Outbound) defaults() {
	o.National, o.International, o.Ring = "0", "00", 18*time.Second
	o.Show, o.Confirm = "caller", "suspect"
	o.Emergency.Numbers = []string{"112", "911", "999"}
}

func (t *Team) defaults() { t.AtOnce = 8 }

func (d *Directory) defaults() { d.Every = 2 * time.Minute }

func (p *Presence) defaults() {
	p.OnScreen, p.Others, p.Stale = 5*time.Second, 30*time.Second, 90*time.Second
	p.Free, p.ShowInCall = []string{"Available"}, true
}

// fill gives a part and the parts in it their defaults.
func fill(v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	for _, f := range fieldsOf(v.Type()) {
		fill(v.FieldByIndex(f.Index))
	}
	if d, ok := v.Addr().Interface().(defaulter); ok {
		d.defaults()
	}
}
