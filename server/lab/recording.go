package lab

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"
)

// RecordingRate is the rate of every Recording in Hz.
const RecordingRate = 16000

// Recording is what a party heard, on a time line of RecordingRate from its first packet on. Safe for any goroutine.
type Recording struct {
	mu    sync.Mutex
	pcm   []int16
	began time.Time
	news  chan struct{} // closed and replaced when something is added
}

// NewRecording is an empty recording.
func NewRecording() *Recording { return &Recording{news: make(chan struct{})} }

// add appends samples at RecordingRate, after gap samples in which nothing came.
func (r *Recording) add(gap int, pcm []int16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.began.IsZero() {
		r.began = time.Now()
		gap = 0
	}
	r.pcm = append(r.pcm, make([]int16, gap)...)
	r.pcm = append(r.pcm, pcm...)
	close(r.news)
	r.news = make(chan struct{})
}

// PCM is a copy of all that was heard.
func (r *Recording) PCM() []int16 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.pcm)
}

// Length is how much was heard.
func (r *Recording) Length() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Duration(len(r.pcm)) * time.Second / RecordingRate
}

// From is the part of the recording after at.
func (r *Recording) From(at time.Duration) []int16 {
	all := r.PCM()
	return all[min(len(all), samplesIn(at, RecordingRate)):]
}

// Tone is for how long in all, after at, a tone of hz was the loudest thing heard.
func (r *Recording) Tone(hz float64, at time.Duration) time.Duration {
	return ToneIn(r.From(at), RecordingRate, hz)
}

// Sound is for how long in all, after at, anything louder than a whisper (-50 dBFS) was heard.
func (r *Recording) Sound(at time.Duration) time.Duration {
	return soundIn(r.From(at), RecordingRate)
}

// Chirps finds a SpeechChirp in what was heard after at: where each begins, as an offset from the start of the recording.
func (r *Recording) Chirps(number int, at time.Duration) []time.Duration {
	found := FindChirps(r.From(at), RecordingRate, number)
	for i := range found {
		found[i] += at
	}
	return found
}

// Wait waits until ok holds; it is asked again whenever something is heard. The error says what was heard instead.
func (r *Recording) Wait(ctx context.Context, ok func(*Recording) bool) error {
	for {
		r.mu.Lock()
		news := r.news
		r.mu.Unlock()
		if ok(r) {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return fmt.Errorf("heard %s of which %s sound: %w", r.Length().Round(time.Millisecond), r.Sound(0).Round(time.Millisecond), ctx.Err())
		}
	}
}

// WaitTone waits until a tone of hz was heard for d after at.
func (r *Recording) WaitTone(ctx context.Context, hz float64, d, at time.Duration) error {
	if err := r.Wait(ctx, func(r *Recording) bool { return r.Tone(hz, at) >= d }); err != nil {
		return fmt.Errorf("no tone of %.0f Hz: %w", hz, err)
	}
	return nil
}

// WaitSound waits until something was heard for d after at.
func (r *Recording) WaitSound(ctx context.Context, d, at time.Duration) error {
	if err := r.Wait(ctx, func(r *Recording) bool { return r.Sound(at) >= d }); err != nil {
		return fmt.Errorf("no sound: %w", err)
	}
	return nil
}

// WriteWAV writes the recording as a mono 16-bit WAV file.
func (r *Recording) WriteWAV(w io.Writer) error { return writeWAV(w, RecordingRate, r.PCM()) }

func writeWAV(w io.Writer, rate int, pcm []int16) error {
	head := make([]byte, 0, 44+2*len(pcm))
	head = append(head, "RIFF"...)
	head = binary.LittleEndian.AppendUint32(head, uint32(36+2*len(pcm)))
	head = append(head, "WAVEfmt "...)
	head = binary.LittleEndian.AppendUint32(head, 16)
	head = binary.LittleEndian.AppendUint16(head, 1)
	head = binary.LittleEndian.AppendUint16(head, 1)
	head = binary.LittleEndian.AppendUint32(head, uint32(rate))
	head = binary.LittleEndian.AppendUint32(head, uint32(2*rate))
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 16)
	head = append(head, "data"...)
	head = binary.LittleEndian.AppendUint32(head, uint32(2*len(pcm)))
	for _, s := range pcm {
		head = binary.LittleEndian.AppendUint16(head, uint16(s))
	}
	_, err := w.Write(head)
	return err
}

// toneShare is how much of the power of a window lies at hz (Goertzel), 0 to 1.
func toneShare(pcm []int16, rate int, hz float64) float64 {
	c := 2 * math.Cos(2*math.Pi*hz/float64(rate))
	var s1, s2, total float64
	for _, x := range pcm {
		s := float64(x) + c*s1 - s2
		s2, s1 = s1, s
		total += float64(x) * float64(x)
	}
	if total < quiet*quiet*float64(len(pcm)) {
		return 0
	}
	power := s1*s1 + s2*s2 - c*s1*s2
	return power * 2 / (total * float64(len(pcm)))
}

const quiet = 100.0 // amplitude of -50 dBFS: less is no sound

// ToneIn is for how long in all a tone of hz carries more than half of the power.
func ToneIn(pcm []int16, rate int, hz float64) time.Duration {
	n := rate / 50
	found := 0
	for i := 0; i+n <= len(pcm); i += n {
		if toneShare(pcm[i:i+n], rate, hz) > 0.5 {
			found++
		}
	}
	return time.Duration(found) * 20 * time.Millisecond
}

func soundIn(pcm []int16, rate int) time.Duration {
	n := rate / 50
	found := 0
	for i := 0; i+n <= len(pcm); i += n {
		total := 0.0
		for _, x := range pcm[i : i+n] {
			total += float64(x) * float64(x)
		}
		if total > quiet*quiet*float64(n) {
			found++
		}
	}
	return time.Duration(found) * 20 * time.Millisecond
}

// WriteSpeechWAV writes speech as a mono 16-bit WAV file.
func WriteSpeechWAV(w io.Writer, s Speech, rate int) error { return writeWAV(w, rate, s.PCM(rate)) }
