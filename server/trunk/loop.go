package trunk

import (
	"fmt"
	"sync"
	"time"

	"cordboard/server/inbox"
)

// enter puts the dialog where the peer's messages find it, and starts its goroutine. False: the edge is closing.
func (d *Dialog) enter() bool {
	d.e.mu.Lock()
	defer d.e.mu.Unlock()
	if d.e.closing {
		return false
	}
	d.e.dialogs[dialogKey{d.info.CallID, d.localTag}] = d
	if d.uas {
		d.e.arriving[dialogKey{d.info.CallID, d.peer.tag}] = d
	}
	d.trunk.live.Add(1)
	inbox.Go(d.fault, d.run)
	return true
}

// fault: a panic costs this dialog, and the peer is told.
func (d *Dialog) fault(p *inbox.Panic) {
	d.log.Error("fault in a dialog", "err", p, "stack", string(p.Stack))
	if d.state == confirmed || d.state == answered {
		d.farewell(Reason{Code: 500, Text: "internal fault"})
	} else if s := d.serving; s != nil && d.state == arrived {
		d.e.respond(s.tx, d.e.answer(s.req, 500, "Server Internal Error"))
	}
	d.leave()
	d.emit(Ended{By: "us", Code: 500, Cause: "fault", Text: fmt.Sprint(p.Value)})
}

func (d *Dialog) run() {
	defer d.leave()
	for {
		for _, f := range d.in.Take() {
			f()
		}
		if d.state == leaving && d.pending == 0 {
			return
		}
		<-d.in.Ready()
	}
}

// leave forgets the dialog.
func (d *Dialog) leave() {
	e := d.e
	e.mu.Lock()
	if _, there := e.dialogs[dialogKey{d.info.CallID, d.localTag}]; there {
		delete(e.dialogs, dialogKey{d.info.CallID, d.localTag})
		d.trunk.live.Add(-1)
	}
	if k := (dialogKey{d.info.CallID, d.peer.tag}); e.arriving[k] == d {
		delete(e.arriving, k)
	}
	closing := e.closing
	e.mu.Unlock()
	d.in.Close()
	d.stopTimers()
	if closing {
		select {
		case e.ended <- struct{}{}:
		default:
		}
	}
}

// do runs f in the dialog's goroutine. False: the dialog is over.
func (d *Dialog) do(f func()) bool { return d.in.Put(f) }

// back runs f in the dialog's goroutine as the return of something that was pending.
func (d *Dialog) back(f func()) {
	d.in.Put(func() {
		d.pending--
		f()
	})
}

// aside runs f beside the dialog's goroutine. f must call back exactly once; a panic in it does so with failed.
func (d *Dialog) aside(f func(), failed func(error)) {
	d.pending++
	inbox.Go(func(p *inbox.Panic) {
		d.log.Error("fault beside a dialog", "err", p, "stack", string(p.Stack))
		d.back(func() { failed(p) })
	}, f)
}

// turn gives the signal to wait for before sending, and the one to give after it: requests of one dialog go out in
// their order.
func (d *Dialog) turn() (before <-chan struct{}, after func()) {
	mine := make(chan struct{})
	before, d.sent = d.sent, mine
	return before, sync.OnceFunc(func() { close(mine) })
}

// alarm is a timer of the dialog's goroutine.
type alarm struct {
	t    *time.Timer
	dead bool
}

func (d *Dialog) after(wait time.Duration, f func()) *alarm {
	a := &alarm{}
	a.t = time.AfterFunc(wait, func() {
		d.in.Put(func() {
			if !a.dead {
				a.dead = true
				f()
			}
		})
	})
	return a
}

func (a *alarm) stop() {
	if a != nil {
		a.dead = true
		a.t.Stop()
	}
}
