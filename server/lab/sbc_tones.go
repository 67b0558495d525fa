package lab

import (
	"encoding/binary"
	"strings"

	"github.com/pion/rtp"
)

const toneKeys = "0123456789*#ABCD"

// toneEvent is one key on its way (RFC 4733): 100 ms long, its end said three times, then 60 ms of pause.
type toneEvent struct {
	code     byte
	ts       uint32
	duration uint16
	ends     int
	pause    int
}

// nextTone sends the next packet of a key, in place of voice. It reports false when no key waits. The caller holds the lock.
func (m *sbcMedia) nextTone() bool {
	if m.event == nil {
		if len(m.digits) == 0 || m.tonesPT == 0 {
			return false
		}
		m.event = &toneEvent{code: m.digits[0], ts: m.sender.ts}
		m.digits = m.digits[1:]
		m.sender.marker = true
	}
	e := m.event
	if e.ends >= 3 {
		if e.pause++; e.pause >= 3 {
			m.event = nil
		}
		m.sender.skip()
		return true
	}
	e.duration = min(800, e.duration+160)
	payload := []byte{e.code, 10, 0, 0}
	binary.BigEndian.PutUint16(payload[2:], e.duration)
	if e.duration >= 800 {
		payload[1] |= 0x80
		e.ends++
	}
	m.send(m.sender.numbered(m.tonesPT, e.ts, payload))
	m.sender.ts += 160
	return true
}

// tonePacket takes a key that the other side pressed, once however often its end is repeated. The caller holds the lock.
func (m *sbcMedia) tonePacket(p *rtp.Packet) {
	if len(p.Payload) < 4 || int(p.Payload[0]) >= len(toneKeys) {
		return
	}
	if m.receiver.wasTone == p.Timestamp && len(m.heardTone) > 0 {
		return
	}
	m.receiver.wasTone = p.Timestamp
	m.heardTone = append(m.heardTone, toneKeys[p.Payload[0]])
	select {
	case m.tonesHad <- struct{}{}:
	default:
	}
}

// press queues keys to send.
func (m *sbcMedia) press(keys string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range strings.ToUpper(keys) {
		if i := strings.IndexRune(toneKeys, k); i >= 0 {
			m.digits = append(m.digits, byte(i))
		}
	}
}
