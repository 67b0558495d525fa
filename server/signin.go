package server

import (
	"context"
	"log/slog"
	"reflect"
	"sync/atomic"

	"cordboard/server/config"
	"cordboard/server/entra"
)

// signIns checks access tokens by the configuration in force (desk.Validator).
type signIns struct {
	now atomic.Pointer[entra.Validator]
	set atomic.Pointer[asks]
}

// asks is what of a configuration is about sign-in.
type asks struct {
	tenants []entra.Tenant
	cas     []config.Path
}

// Validate checks a token.
func (s *signIns) Validate(ctx context.Context, raw string) (entra.Identity, error) {
	return s.now.Load().Validate(ctx, raw)
}

// prepare makes a check for a configuration; put puts it in force. Where nothing about sign-in has changed, the
// keys that are known stay.
func (s *signIns) prepare(c *config.Config, log *slog.Logger) (put func(), err error) {
	next := &asks{tenants: entraTenants(c)}
	for i := range c.Tenants {
		next.cas = append(next.cas, c.Tenants[i].Entra.CAFile)
	}
	if reflect.DeepEqual(s.set.Load(), next) {
		return func() {}, nil
	}
	v, err := entra.New(next.tenants, entra.Options{Client: authorityClient(c), Log: log})
	if err != nil {
		return nil, err
	}
	return func() { s.set.Store(next); s.now.Store(v) }, nil
}
