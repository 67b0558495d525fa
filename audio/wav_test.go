package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// wavOf builds a WAV file by hand.
func wavOf(tag, channels, rate, bits int, data []byte, extra ...byte) []byte {
	var b []byte
	put16 := func(v int) { b = binary.LittleEndian.AppendUint16(b, uint16(v)) }
	put32 := func(v int) { b = binary.LittleEndian.AppendUint32(b, uint32(v)) }
	b = append(b, "RIFF"...)
	put32(36 + len(data) + len(extra))
	b = append(b, "WAVE"...)
	b = append(b, extra...)
	b = append(b, "fmt "...)
	put32(16)
	put16(tag)
	put16(channels)
	put32(rate)
	put32(rate * channels * bits / 8)
	put16(channels * bits / 8)
	put16(bits)
	b = append(b, "data"...)
	put32(len(data))
	return append(b, data...)
}

func TestWAVFilesOfEveryKindAreRead(t *testing.T) {
	odd := append([]byte("LIST"), 3, 0, 0, 0, 'a', 'b', 'c', 0)
	cases := []struct {
		name string
		file []byte
		want []int16
		rate int
	}{
		{"16 bits", wavOf(1, 1, 8000, 16, []byte{1, 0, 0xff, 0x7f}), []int16{1, 32767}, 8000},
		{"8 bits are unsigned", wavOf(1, 1, 11025, 8, []byte{128, 255, 0}), []int16{0, 127 << 8, -32768}, 11025},
		{"24 bits", wavOf(1, 1, 44100, 24, []byte{9, 1, 0, 0, 0, 0x80}), []int16{1, -32768}, 44100},
		{"32 bits", wavOf(1, 1, 48000, 32, []byte{0, 0, 2, 0}), []int16{2}, 48000},
		{"float, louder than full scale", wavOf(3, 1, 48000, 32, []byte{0, 0, 0, 0x40}), []int16{32767}, 48000},
		{"stereo is averaged", wavOf(1, 2, 48000, 16, []byte{100, 0, 50, 0}), []int16{75}, 48000},
		{"A-law", wavOf(6, 1, 8000, 8, []byte{0xd5}), []int16{8}, 8000},
		{"µ-law", wavOf(7, 1, 8000, 8, []byte{0xff}), []int16{0}, 8000},
		{"a chunk of odd length before the format", wavOf(1, 1, 8000, 16, []byte{5, 0}, odd...), []int16{5}, 8000},
		{"cut off in the middle of a sample", wavOf(1, 1, 8000, 16, []byte{5, 0, 6, 0})[:47], []int16{5}, 8000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, rate, err := ReadWAV(bytes.NewReader(c.file))
			if err != nil {
				t.Fatal(err)
			}
			if rate != c.rate || len(got) != len(c.want) {
				t.Fatalf("%d samples at %d, want %d at %d", len(got), rate, len(c.want), c.rate)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Fatalf("got %v, want %v", got, c.want)
				}
			}
		})
	}
}

func TestWhatIsNoWAVIsRefused(t *testing.T) {
	cases := map[string][]byte{
		"empty":            nil,
		"an MP3":           []byte("ID3\x03 something else altogether"),
		"no samples":       wavOf(1, 1, 8000, 16, nil)[:36],
		"no format":        append([]byte("RIFF\x00\x00\x00\x00WAVEdata"), 2, 0, 0, 0, 1, 0),
		"unknown format":   wavOf(85, 1, 8000, 16, []byte{0, 0}),
		"no channels":      wavOf(1, 0, 8000, 16, []byte{0, 0}),
		"a rate of 7 Hz":   wavOf(1, 1, 7, 16, []byte{0, 0}),
		"12 bits a sample": wavOf(1, 1, 8000, 12, []byte{0, 0}),
	}
	for name, file := range cases {
		t.Run(name, func(t *testing.T) {
			if got, _, err := ReadWAV(bytes.NewReader(file)); err == nil {
				t.Errorf("read as %v", got)
			}
		})
	}
	if _, _, err := ReadWAV(bytes.NewReader(nil)); !errors.Is(err, ErrNotWAV) {
		t.Errorf("err %v, want ErrNotWAV", err)
	}
}

func TestAWrittenWAVIsReadBackEvenBeforeItIsClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.wav")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := NewWAVWriter(f, 8000)
	want := make([]int16, 20000)
	for i := range want {
		want[i] = int16(i)
	}
	for at := 0; at < len(want); at += 160 {
		if err := w.Write(want[at : at+160]); err != nil {
			t.Fatal(err)
		}
	}
	check := func(atLeast int) {
		t.Helper()
		b, _ := os.ReadFile(path)
		got, rate, err := ReadWAV(bytes.NewReader(b))
		if err != nil || rate != 8000 || len(got) < atLeast {
			t.Fatalf("%d samples at %d, err %v; want at least %d", len(got), rate, err, atLeast)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("sample %d is %d", i, got[i])
			}
		}
	}
	check(16000)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	check(20000)
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wavOf(1, 2, 48000, 16, []byte{1, 2, 3, 4}))
	f.Add(wavOf(3, 1, 8000, 32, []byte{0, 0, 0xc0, 0x7f}))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, rate, err := ReadWAV(io.LimitReader(bytes.NewReader(in), 1<<20))
		if err == nil && (rate < 1000 || len(got) > len(in)) {
			t.Fatalf("%d samples at %d out of %d bytes", len(got), rate, len(in))
		}
	})
}
