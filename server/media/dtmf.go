package media

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
)

const (
	toneFrames  = 5 // of 20 ms: a digit lasts 100 ms …
	pauseFrames = 4 // … and 80 ms lie between two
	toneVolume  = 10
	digits      = "0123456789*#ABCD" // by event code, RFC 4733 §3.2
)

// toneQueue sends keypad digits towards a party.
type toneQueue struct {
	s      *Sender
	queue  []byte
	active bool // on the clock, and nobody else may speak
	step   int
	start  packet // numbers of the audible form
	phase  int
}

func (q *toneQueue) busy() bool { return q != nil && q.active }

// checkDigits gives the digits in upper case.
func checkDigits(s string) (string, error) {
	s = strings.ToUpper(s)
	for _, d := range []byte(s) {
		if strings.IndexByte(digits, d) < 0 {
			return "", ErrDigit
		}
	}
	return s, nil
}

// press queues digits; they leave by the clock.
func (s *Sender) press(c *clock, keys string) error {
	keys, err := checkDigits(keys)
	if err != nil || keys == "" {
		return err
	}
	s.mu.Lock()
	if s.tones == nil {
		s.tones = &toneQueue{s: s}
	}
	q := s.tones
	q.queue = append(q.queue, keys...)
	begin := !q.active
	q.active = true
	s.mu.Unlock()
	if begin {
		c.add(q)
	}
	return nil
}

// tick sends 20 ms of the digit at the head of the queue.
func (q *toneQueue) tick(now time.Time, _ uint64) bool {
	s := q.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to == nil || s.muted || len(q.queue) == 0 {
		q.queue, q.step, q.active = nil, 0, false
		s.renew()
		return false
	}
	if s.types.events != noType {
		q.event(now)
	} else {
		q.audible(now)
	}
	q.step++
	if q.step == toneFrames+pauseFrames {
		q.step, q.queue = 0, q.queue[1:]
	}
	return true
}

// event sends RFC 4733 §2.5: one timestamp for all of a digit, the duration growing, its end three times.
func (q *toneQueue) event(now time.Time) {
	s := q.s
	switch {
	case q.step == 0:
		s.next(now)
	case q.step > toneFrames:
		return
	default:
		s.seq++
	}
	length := (q.step + 1) * frameBytes
	times, end := 1, byte(0)
	if q.step == toneFrames {
		length, times, end = toneFrames*frameBytes, 3, 0x80
	}
	var body [4]byte
	body[0], body[1] = byte(strings.IndexByte(digits, q.queue[0])), end|toneVolume
	binary.BigEndian.PutUint16(body[2:], uint16(length))
	s.lastUnits = uint32(length)
	s.h.PayloadType = s.types.events
	for i := range times {
		if i > 0 {
			s.seq++
		}
		s.h.SequenceNumber, s.h.Timestamp, s.h.Marker = s.seq, s.ts, q.step == 0
		s.put(body[:])
	}
}

// audible plays the digit for a party that takes no events (ITU-T Q.23).
func (q *toneQueue) audible(now time.Time) {
	s := q.s
	if q.step == 0 && q.start.pcm == nil {
		q.start.pcm = make([]int16, wideSamples)
		s.renew()
	}
	p := &q.start
	p.now = now
	p.seq++
	p.ts += frameBytes
	clear(p.pcm)
	if q.step < toneFrames {
		row, column := toneOf(q.queue[0])
		for i := range p.pcm {
			at := 2 * math.Pi * float64(q.phase) / 16000
			p.pcm[i] = int16(5000*math.Sin(row*at) + 6000*math.Sin(column*at))
			q.phase++
		}
	}
	s.pass(p)
}

func toneOf(digit byte) (row, column float64) {
	const pad = "123A456B789C*0#D"
	i := strings.IndexByte(pad, digit)
	return [...]float64{697, 770, 852, 941}[i/4], [...]float64{1209, 1336, 1477, 1633}[i%4]
}

// ear listens for keypad digits of one party.
type keyEar struct {
	heard bool
	ts    uint32
}

// digit gives the digit that an event packet begins, 0 when it was told before or is no digit. One that was overtaken by
// the next digit was told before as well; each digit begins later than the last (RFC 4733 §2.2.1).
func (k *keyEar) digit(ts uint32, payload []byte) byte {
	const overtaken = 2 * clockRate
	if len(payload) < 4 || int(payload[0]) >= len(digits) {
		return 0
	}
	if late := k.ts - ts; k.heard && late < overtaken {
		return 0
	}
	k.heard, k.ts = true, ts
	return digits[payload[0]]
}

// forget is for a stream that begins anew: its clock is another.
func (k *keyEar) forget() { k.heard = false }
