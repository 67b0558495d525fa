package media

import (
	"fmt"
	"io"
	"sync"
)

// shelf keeps the sounds that we make ourselves, each made at the first need.
type shelf struct {
	mu    sync.Mutex
	clips map[string]*Clip
}

func (s *shelf) get(name string, make func() *Clip) *Clip {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.clips[name]; ok {
		return c
	}
	if s.clips == nil {
		s.clips = map[string]*Clip{}
	}
	c := make()
	s.clips[name] = c
	return c
}

// LoadClip reads a WAV file: PCM, float, A-law or µ-law, of any rate and number of channels.
func (p *Plane) LoadClip(r io.Reader) (*Clip, error) {
	samples, rate, err := readWAV(r)
	if err != nil {
		return nil, fmt.Errorf("sound: %w", err)
	}
	name := "sound"
	if n, ok := r.(interface{ Name() string }); ok { // an *os.File has one
		name = n.Name()
	}
	return NewClip(name, samples, rate), nil
}

// BuiltinMusic is the music that we made for those who wait.
func (p *Plane) BuiltinMusic() *Clip { return p.shelf.get("music", builtinMusic) }

// BuiltinPrompt is a sound of ours by its name: beep, zip, busy, joined, left, sorry. nil for others.
func (p *Plane) BuiltinPrompt(name string) *Clip {
	return p.shelf.get("prompt "+name, func() *Clip { return builtinPrompt(name) })
}

func (p *Plane) ringback(region string) *Clip {
	return p.shelf.get("ringback "+region, func() *Clip { return ringing(region).clip(region) })
}
