package media

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// inlet is the incoming half of a leg: it counts what comes and hands it to those who hear it. receive is called by
// the leg's reader.
type inlet struct {
	tell func(Event)

	routeMu sync.Mutex
	routes  atomic.Pointer[[]*feed]

	mu     sync.Mutex
	rx     reception
	keys   keyEar
	codec  Codec
	past   history
	p      packet
	heard  bool
	report time.Time // last RTCP
}

func (in *inlet) addRoute(f *feed) {
	in.routeMu.Lock()
	defer in.routeMu.Unlock()
	var now []*feed
	if old := in.routes.Load(); old != nil {
		now = slices.Clone(*old)
	}
	now = append(now, f)
	in.routes.Store(&now)
}

func (in *inlet) dropRoute(f *feed) {
	in.routeMu.Lock()
	defer in.routeMu.Unlock()
	old := in.routes.Load()
	if old == nil {
		return
	}
	now := slices.DeleteFunc(slices.Clone(*old), func(x *feed) bool { return x == f })
	in.routes.Store(&now)
}

// receive takes a packet of the party. types says what its payload type stands for.
func (in *inlet) receive(h header, payload []byte, types *payloads, now time.Time) {
	c, cn, event := types.find(h.pt)
	if c == NoCodec && !cn && !event {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	fresh, restart := in.rx.arrived(h, len(payload), now, event)
	if !in.heard {
		in.heard = true
		in.tell(FirstPacket{})
	}
	if restart {
		in.keys.forget()
	}
	if event {
		if d := in.keys.digit(h.ts, payload); d != 0 {
			in.tell(Tone{Digit: d})
		}
		return
	}
	if restart {
		in.past.forget()
	}
	p := &in.p
	*p = packet{header: h, codec: c, cn: cn, restart: restart, payload: payload, now: now, past: &in.past}
	if to := in.routes.Load(); to != nil {
		for _, f := range *to {
			f.to.take(f, p)
		}
	}
	if c != NoCodec {
		in.codec = c
	}
	if c == G722 && fresh {
		in.past.add(payload)
	}
}

// reported notes that a control packet came.
func (in *inlet) reported(now time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.report = now
}
