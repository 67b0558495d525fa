package softphone

import (
	"net"
	"slices"
	"time"

	"cordboard/audio"
)

// watchDevice passes on what becomes of the headset. When the system has put another microphone in its place, the
// phone is muted: what is said at the desk is nobody's business until the person says so or plugs it in again.
func (p *Phone) watchDevice(d audio.Device) {
	for {
		var e audio.Event
		select {
		case <-p.stop:
			return
		case ev, open := <-d.Events():
			if !open {
				return
			}
			e = ev
		}
		switch e.Kind {
		case audio.Opened:
			p.gone.Store(false)
			if p.moved.Swap(false) { // the person's own microphone is back
				p.voice.mute(false)
			}
			p.news.tell(Event{Kind: DeviceOpened, Device: e.Device})
		case audio.Lost:
			p.gone.Store(true)
			p.log.Warn("no headset", "device", e.Device, "err", e.Err)
			p.news.tell(Event{Kind: DeviceLost, Device: e.Device, Err: e.Err})
		case audio.Moved:
			p.gone.Store(false)
			if !p.voice.muted.Load() {
				p.moved.Store(true)
			}
			p.voice.mute(true)
			p.log.Warn("another microphone, muted", "device", e.Device, "before", e.From)
			p.news.tell(Event{Kind: DeviceMoved, Device: e.Device, From: e.From})
		}
	}
}

// Moved reports that the phone has muted itself because the system took another microphone.
func (p *Phone) Moved() bool { return p.moved.Load() }

// watchNetwork asks for an ICE restart when the machine's addresses change: pion does not watch interfaces.
func (p *Phone) watchNetwork(addresses func() []string) {
	const every = 500 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	was := addresses()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
		}
		now := addresses()
		if slices.Equal(was, now) {
			continue
		}
		was = now
		if len(now) > 0 && p.line.exists() {
			p.news.tell(Event{Kind: WantRestart, Why: "the machine's addresses changed"})
		}
	}
}

// systemAddresses lists the addresses that a peer could reach, sorted.
func systemAddresses() []string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if ok && !n.IP.IsLinkLocalUnicast() {
			out = append(out, n.String())
		}
	}
	slices.Sort(out)
	return out
}
