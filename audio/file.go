package audio

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"cordboard/audio/codec"
)

// files is a headset made of two WAV files. It has no clock of its own: the softphone's is as good.
type files struct {
	news    news
	name    string
	loop    bool
	started atomic.Bool
	rewind  atomic.Bool
	mic     []int16 // 48 kHz
	at      int

	mu       sync.Mutex
	out      *os.File
	wav      *WAVWriter
	stats    Stats
	closed   bool
	writeErr error
}

func openFiles(spec string) (Device, error) {
	parts := strings.Split(spec, ",")
	if len(parts) > 3 || len(parts) == 3 && parts[2] != "loop" {
		return nil, fmt.Errorf("audio file:%s: want file:IN.wav,OUT.wav or file:IN.wav,OUT.wav,loop", spec)
	}
	f := &files{news: newNews(), loop: len(parts) == 3}
	if in := parts[0]; in != "" {
		r, err := os.Open(in)
		if err != nil {
			return nil, fmt.Errorf("microphone file: %w", err)
		}
		defer r.Close()
		samples, rate, err := ReadWAV(r)
		if err != nil {
			return nil, fmt.Errorf("microphone file %s: %w", in, err)
		}
		f.name, f.mic = in, codec.Convert(samples, rate, Rate)
	}
	if len(parts) > 1 && parts[1] != "" {
		w, err := os.Create(parts[1])
		if err != nil {
			return nil, fmt.Errorf("ear file: %w", err)
		}
		f.out, f.wav = w, NewWAVWriter(w, Rate)
	}
	return f, nil
}

// Start begins to play the microphone's file; before it the microphone is silent.
func (f *files) Start() error {
	f.started.Store(true)
	f.news.tell(Event{Kind: Opened, Device: f.name})
	return nil
}

// Rewind plays the microphone's file from its beginning again: the line has come up, and somebody listens.
func (f *files) Rewind() { f.rewind.Store(true) }

func (f *files) Read(frame *Frame) bool {
	*frame = Frame{}
	if !f.started.Load() {
		return true
	}
	if f.rewind.Swap(false) {
		f.at = 0
	}
	n := copy(frame[:], f.mic[f.at:])
	f.at += n
	if f.loop && len(f.mic) > 0 {
		for n < FrameSamples {
			f.at = copy(frame[n:], f.mic)
			n += f.at
		}
	}
	f.mu.Lock()
	f.stats.Mic++
	f.mu.Unlock()
	return true
}

func (f *files) Write(frame *Frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || !f.started.Load() {
		return
	}
	f.stats.Ear++
	if f.wav == nil {
		return
	}
	if err := f.wav.Write(frame[:]); err != nil {
		f.news.tell(Event{Kind: Lost, Device: f.name, Err: err})
		f.wav, f.writeErr = nil, err
	}
}

func (f *files) Backlog() (mic, ear int)     { return 0, 0 }
func (f *files) Events() <-chan Event        { return f.news.ch }
func (f *files) Name() string                { return f.name }
func (f *files) Choose(input, output string) {}

func (f *files) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stats
}

func (f *files) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	close(f.news.ch)
	err := f.writeErr
	if f.wav != nil {
		err = f.wav.Close()
	}
	if f.out != nil {
		if cerr := f.out.Close(); err == nil {
			err = cerr
		}
	}
	return err
}
