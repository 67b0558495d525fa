package session

import "sync"

// mailbox is the ordered queue to Run; putting never blocks.
type mailbox struct {
	mu     sync.Mutex
	queue  []event
	closed bool
	ready  chan struct{}
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

// put reports false when the session has ended.
func (b *mailbox) put(e event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.queue = append(b.queue, e)
	select {
	case b.ready <- struct{}{}:
	default:
	}
	return true
}

func (b *mailbox) take() []event {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queue
	b.queue = nil
	return q
}

func (b *mailbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.queue = true, nil
}
