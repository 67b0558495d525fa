package ui

import (
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// mailbox folds what comes in a burst into one message a frame. Putting never waits.
type mailbox struct {
	mu    sync.Mutex
	held  []any
	ready chan struct{}
}

const frameTime = time.Second / 120

func (b *mailbox) put(v any) {
	b.mu.Lock()
	b.held = append(b.held, v)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

func (b *mailbox) pump(p *tea.Program, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case <-b.ready:
		}
		b.mu.Lock()
		v := b.held
		b.held = nil
		b.mu.Unlock()
		if len(v) > 0 {
			p.Send(batch(v))
		}
		select {
		case <-ended:
			return
		case <-time.After(frameTime):
		}
	}
}
