package audio

import "sync"

// silence is the device of a console without a headset: nothing is heard and nothing is said.
type silence struct {
	news   news
	closed sync.Once
	ear    uint64
}

func newSilence() *silence { return &silence{news: newNews()} }

func (s *silence) Start() error                { return nil }
func (s *silence) Read(*Frame) bool            { return false }
func (s *silence) Write(*Frame)                { s.ear++ }
func (s *silence) Backlog() (mic, ear int)     { return 0, 0 }
func (s *silence) Stats() Stats                { return Stats{Ear: s.ear} }
func (s *silence) Events() <-chan Event        { return s.news.ch }
func (s *silence) Name() string                { return "" }
func (s *silence) Rest(bool)                   {}
func (s *silence) Choose(input, output string) {}

func (s *silence) Close() error {
	s.closed.Do(func() { close(s.news.ch) })
	return nil
}
