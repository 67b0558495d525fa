package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Kind of a message: which of the two subjects it has.
type Kind string

// The kinds.
const (
	Facts Kind = "facts"
	Audit Kind = "audit"
)

// batch is how many messages are on their way at once.
const batch = 4096

// patience is how long the store may be silent about messages: it does not answer for one that it could not write.
const patience = 3 * time.Second

// Stream is the events of one tenant, in order.
type Stream struct {
	bus    *Bus
	tenant string
	name   string

	mu   sync.Mutex // one Append at a time
	last uint64     // sequence of the last message, valid while node is the bus's
	node *node
}

// open gives the stream as this life of the server knows it.
func (s *Stream) open(ctx context.Context) (jetstream.Stream, error) {
	n, err := s.bus.up()
	if err != nil {
		return nil, err
	}
	str, err := n.js.Stream(ctx, s.name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		str, err = n.js.CreateStream(ctx, jetstream.StreamConfig{
			Name:       s.name,
			Subjects:   []string{string(Facts) + "." + s.tenant, string(Audit) + "." + s.tenant},
			Storage:    jetstream.FileStorage,
			Duplicates: time.Second, // the sequence tells doubles apart, so nothing is remembered for it
		})
	}
	if err != nil {
		return nil, fmt.Errorf("events of tenant %s: %w", s.tenant, err)
	}
	return str, nil
}

// Last gives the sequence of the last message, 0 when there is none.
func (s *Stream) Last(ctx context.Context) (uint64, error) {
	str, err := s.open(ctx)
	if err != nil {
		return 0, err
	}
	info, err := str.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("events of tenant %s: %w", s.tenant, err)
	}
	return info.State.LastSeq, nil
}

// Tail gives the sequence after which the last Append ended, without asking the store.
func (s *Stream) Tail() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Append stores messages in order and waits until they are stored. It says how many were, always the first
// ones: each message names the sequence it comes after, so none can overtake one that failed.
func (s *Stream) Append(ctx context.Context, kind Kind, messages [][]byte) (stored int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for stored < len(messages) && err == nil {
		var n int
		n, err = s.append(ctx, kind, messages[stored:min(len(messages), stored+batch)])
		stored += n
	}
	return stored, err
}

func (s *Stream) append(ctx context.Context, kind Kind, messages [][]byte) (int, error) {
	n, err := s.bus.up()
	if err != nil {
		return 0, err
	}
	if s.node != n {
		if s.last, err = s.Last(ctx); err != nil {
			return 0, err
		}
		s.node = n
	}
	if err := s.publish(ctx, n, kind, messages); err == nil {
		s.last += uint64(len(messages))
		return len(messages), nil
	} else {
		s.node = nil // what really was stored is asked anew
		s.bus.doubt(n)
		now, again := s.Last(ctx)
		if again != nil || now < s.last {
			return 0, errors.Join(err, again)
		}
		return int(now - s.last), err
	}
}

func (s *Stream) publish(ctx context.Context, n *node, kind Kind, messages [][]byte) error {
	acks := make([]jetstream.PubAckFuture, len(messages))
	subject := string(kind) + "." + s.tenant
	for i, m := range messages {
		var err error
		acks[i], err = n.js.PublishMsgAsync(&nats.Msg{Subject: subject, Data: m},
			jetstream.WithExpectLastSequence(s.last+uint64(i)), jetstream.WithStallWait(2*time.Second))
		if err != nil {
			return fmt.Errorf("events of tenant %s: %w", s.tenant, err)
		}
	}
	silent := time.NewTimer(patience)
	defer silent.Stop()
	for _, a := range acks {
		select {
		case <-a.Ok():
			silent.Reset(patience)
		case err := <-a.Err():
			return fmt.Errorf("events of tenant %s: %w", s.tenant, err)
		case <-silent.C:
			return fmt.Errorf("events of tenant %s: %w", s.tenant, errDown)
		case <-ctx.Done():
			return fmt.Errorf("events of tenant %s: %w", s.tenant, ctx.Err())
		}
	}
	return nil
}

// Message of a stream.
type Message struct {
	Seq  uint64
	Kind Kind
	Data []byte
}

// Read gives every message from a sequence on, in order, and then each new one as it comes. It returns when
// ctx ends, when each returns an error, or when the store went away under it; the caller reads on from where it was.
func (s *Stream) Read(ctx context.Context, from uint64, each func(Message) error) error {
	str, err := s.open(ctx)
	if err != nil {
		return err
	}
	c, err := str.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: max(from, 1),
	})
	if err != nil {
		return fmt.Errorf("events of tenant %s: %w", s.tenant, err)
	}
	it, err := c.Messages(jetstream.PullMaxMessages(2000))
	if err != nil {
		return fmt.Errorf("events of tenant %s: %w", s.tenant, err)
	}
	defer it.Stop()
	for {
		m, err := it.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fmt.Errorf("events of tenant %s: %w", s.tenant, err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("events of tenant %s: %w", s.tenant, err)
		}
		kind, _, _ := strings.Cut(m.Subject(), ".")
		if err := each(Message{Seq: meta.Sequence.Stream, Kind: Kind(kind), Data: m.Data()}); err != nil {
			return err
		}
	}
}

func cutPrefix(name string) (string, bool) { return strings.CutPrefix(name, "TENANT_") }

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}
