// Package inbox is the ordered queue to the one goroutine that owns a state. Putting never blocks, so two
// owners that send to each other cannot lock up.
package inbox

import (
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// Inbox carries messages of type M to its owner, in the order they were put.
type Inbox[M any] struct {
	mu     sync.Mutex
	queue  []M
	spare  []M
	closed bool
	since  time.Time // when the oldest message waiting was put
	ready  chan struct{}
}

// New makes an empty inbox.
func New[M any]() *Inbox[M] {
	return &Inbox[M]{ready: make(chan struct{}, 1)}
}

// Put adds a message. It reports false when the inbox is closed: the owner has ended and the message is not delivered.
func (b *Inbox[M]) Put(m M) bool {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return false
	}
	if len(b.queue) == 0 {
		b.since = time.Now()
	}
	b.queue = append(b.queue, m)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
	return true
}

// Ready gives a channel that receives when there may be something to Take.
func (b *Inbox[M]) Ready() <-chan struct{} { return b.ready }

// Take gives all that waits, oldest first. The slice is valid until the next Take.
func (b *Inbox[M]) Take() []M {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.queue
	clear(b.spare)
	b.queue, b.spare = b.spare[:0], out
	return out
}

// Len is the number of messages waiting.
func (b *Inbox[M]) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue)
}

// Age is how long the oldest waiting message has waited; 0 when none does.
func (b *Inbox[M]) Age(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		return 0
	}
	return now.Sub(b.since)
}

// Close refuses what is put from now on and gives what was still waiting. Only the owner calls it, when it ends.
func (b *Inbox[M]) Close() []M {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	out := b.queue
	b.queue = nil
	return out
}

// Panic is what Go reports when the function it ran panicked.
type Panic struct {
	Value any
	Stack []byte
}

// Error says what the panic was.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Go runs f in a goroutine of its own and recovers its panic, which is told to the owner: a fault in one
// call or connection must cost no other. There is no bare go statement under server/.
func Go(tell func(*Panic), f func()) {
	go func() {
		defer func() {
			if v := recover(); v != nil {
				tell(&Panic{Value: v, Stack: debug.Stack()})
			}
		}()
		f()
	}()
}
