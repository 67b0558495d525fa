package audio

import "sync/atomic"

const ringFrames = 16 // a power of two: 320 ms

// ring carries frames from one goroutine to one other without locks: the sound card's callback must never wait.
type ring struct {
	frames     [ringFrames]Frame
	head, tail atomic.Uint32 // written so far, read so far
}

// put copies f in; false: the ring is full and f is lost.
func (r *ring) put(f *Frame) bool {
	h := r.head.Load()
	if h-r.tail.Load() >= ringFrames {
		return false
	}
	r.frames[h%ringFrames] = *f
	r.head.Store(h + 1)
	return true
}

// take copies the oldest frame out; false: there is none.
func (r *ring) take(f *Frame) bool {
	t := r.tail.Load()
	if r.head.Load() == t {
		return false
	}
	*f = r.frames[t%ringFrames]
	r.tail.Store(t + 1)
	return true
}

func (r *ring) len() int { return int(r.head.Load() - r.tail.Load()) }
