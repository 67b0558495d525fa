// Package bus is the event store: NATS with JetStream inside this process, kept in files. Each tenant has one
// stream with two subjects, facts.TENANT and audit.TENANT. Nothing listens on the network.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options of Open.
type Options struct {
	Dir string // made when missing
	Log *slog.Logger
	// Sync is how often files are forced to the disk: what a power cut may cost. A killed process loses
	// nothing that was stored. 0: one second.
	Sync time.Duration
}

// ErrInUse says that another process has the folder.
var ErrInUse = errors.New("the data folder is in use by another cordboard")

// ErrClosed says that the bus is closed.
var ErrClosed = errors.New("the event store is closed")

// Bus is the event store.
type Bus struct {
	o    Options
	lock *os.File

	mu      sync.Mutex
	now     *node // nil while down
	tried   time.Time
	doubted *node // it failed to store: once its file could not be written it never writes again
	streams map[string]*Stream
	closed  bool
}

// node is one life of the server inside: JetStream turns itself off when the disk is full, and a new one is made.
type node struct {
	server *server.Server
	conn   *nats.Conn
	js     jetstream.JetStream
}

// Open starts the store on its folder. Errors: ErrInUse, or what the disk says.
func Open(ctx context.Context, o Options) (*Bus, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Sync == 0 {
		o.Sync = time.Second
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("event store: %w", err)
	}
	lock, err := lockFile(filepath.Join(o.Dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("event store %s: %w", o.Dir, err)
	}
	b := &Bus{o: o, lock: lock, streams: map[string]*Stream{}}
	if b.now, err = start(o); err != nil {
		lock.Close()
		return nil, fmt.Errorf("event store %s: %w", o.Dir, err)
	}
	return b, nil
}

func start(o Options) (*node, error) {
	s, err := server.NewServer(&server.Options{
		ServerName:         "cordboard",
		DontListen:         true,
		NoSigs:             true,
		NoLog:              true,
		NoSystemAccount:    true,
		JetStream:          true,
		StoreDir:           o.Dir,
		SyncInterval:       o.Sync,
		JetStreamMaxStore:  1 << 50, // the disk is the limit, and it says so itself
		JetStreamMaxMemory: 1 << 28,
		MaxPayload:         4 << 20,
	})
	if err != nil {
		return nil, err
	}
	s.SetLoggerV2(natsLog{o.Log}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, errors.New("the event store did not start within 30 s")
	}
	n := &node{server: s}
	if n.conn, err = nats.Connect("", nats.InProcessServer(s), nats.NoReconnect()); err == nil {
		n.js, err = jetstream.New(n.conn, jetstream.WithPublishAsyncMaxPending(2*batch))
	}
	if err == nil && !s.JetStreamEnabled() {
		err = errors.New("the event store cannot use its folder")
	}
	if err != nil {
		n.stop()
		return nil, err
	}
	return n, nil
}

func (n *node) stop() {
	if n.conn != nil {
		n.conn.Close()
	}
	n.server.Shutdown()
	n.server.WaitForShutdown()
}

// up gives the living node, making a new one when JetStream has turned itself off; at most one try a second.
func (b *Bus) up() (*node, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, ErrClosed
	case b.now != nil && b.now != b.doubted && b.now.server.JetStreamEnabled() && b.now.conn.IsConnected():
		return b.now, nil
	case time.Since(b.tried) < time.Second:
		return nil, errDown
	}
	b.tried = time.Now()
	if b.now != nil {
		b.now.stop()
		b.now = nil
	}
	n, err := start(b.o)
	if err != nil {
		return nil, fmt.Errorf("event store: %w", err)
	}
	b.o.Log.Info("event store is back")
	b.now = n
	return n, nil
}

// doubt has a node made anew before it is used again.
func (b *Bus) doubt(n *node) {
	b.mu.Lock()
	b.doubted = n
	b.mu.Unlock()
}

var errDown = errors.New("the event store is down, probably for want of disk space")

// Close stops the store and frees its folder.
func (b *Bus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	if b.now != nil {
		b.now.stop()
		b.now = nil
	}
	return b.lock.Close()
}

// Stream gives a tenant's stream, made when missing.
func (b *Bus) Stream(ctx context.Context, tenant string) (*Stream, error) {
	b.mu.Lock()
	s := b.streams[tenant]
	if s == nil {
		s = &Stream{bus: b, tenant: tenant, name: "TENANT_" + tenant}
		b.streams[tenant] = s
	}
	b.mu.Unlock()
	_, err := s.open(ctx)
	return s, err
}

// Tenants gives the tenants that have a stream, in order.
func (b *Bus) Tenants(ctx context.Context) ([]string, error) {
	n, err := b.up()
	if err != nil {
		return nil, err
	}
	var out []string
	list := n.js.StreamNames(ctx)
	for name := range list.Name() {
		if t, ok := cutPrefix(name); ok {
			out = append(out, t)
		}
	}
	return sorted(out), list.Err()
}
