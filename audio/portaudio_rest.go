//go:build cgo && !headless

package audio

import (
	"errors"
	"slices"
	"time"
)

func (c *card) Rest(on bool) {
	if c.rest.Swap(on) == on {
		return
	}
	select {
	case c.doze <- struct{}{}:
	default:
	}
}

// mayRest says whether to let go of the device now: it is asked to, and somebody would tell when it is unplugged. An ear without
// a microphone needs nobody: it is missed when it is wanted.
func (c *card) mayRest(w pulseWatch, s pulseState, now time.Time) bool {
	if !c.rest.Load() || c.uneasy.at(now) {
		return false
	}
	return c.mute || w.ch != nil && c.home.sure && s.mic.name != ""
}

// standStill lets go of the device until it is wanted again. awake: it is open as before. Else it is to be opened anew, or with an
// error it is gone: what the sound server says while it rests is not judged here, but by opening.
func (c *card) standStill(s *streams, w pulseWatch, was pulseState) (awake bool, err error) {
	c.rings.Store(nil)
	host.Lock()
	s.halt()
	host.Unlock()
	for began := time.Now(); c.rest.Load(); {
		select {
		case <-c.stop:
			return false, nil
		case <-c.choose:
			return false, nil
		case <-c.doze:
		case now, open := <-w.ch:
			if !open {
				return false, errors.New("the sound server is gone")
			}
			if !was.likely(now) {
				c.uneasy.disturbed(began)
				return false, nil
			}
		}
	}
	return c.getUp(s), nil
}

// getUp opens the streams again.
func (c *card) getUp(s *streams) bool {
	host.Lock()
	defer host.Unlock()
	again, err := c.openStreams(*c.want.Load())
	if err != nil {
		c.log.Info("the audio device does not wake, it is opened anew", "err", err)
		return false
	}
	*s = *again
	return true
}

// likely says that what was chosen before would be chosen now.
func (s pulseState) likely(now pulseState) bool {
	return slices.Equal(s.sources, now.sources) && slices.Equal(s.sinks, now.sinks) && s.source == now.source && s.sink == now.sink
}

// uneasy keeps a device awake, for longer each time, whose coming and going changes the system's devices: a Bluetooth headset
// has a microphone only while one is asked for.
type uneasy struct {
	until time.Time
	wait  time.Duration
}

const (
	uneasyWithin = 5 * time.Second // of rest: the rest itself is to blame
	uneasyLeast  = 4 * time.Second
	uneasyMost   = 10 * time.Minute
)

func (u *uneasy) at(now time.Time) bool { return now.Before(u.until) }

// disturbed is told that a rest that began then was ended by a change of the system's devices.
func (u *uneasy) disturbed(began time.Time) {
	now := time.Now()
	if now.Sub(began) > uneasyWithin {
		*u = uneasy{}
		return
	}
	u.wait = min(max(2*u.wait, uneasyLeast), uneasyMost)
	u.until = now.Add(u.wait)
}
