package ui

import (
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// chunks gives one piece a read, with pauses between.
type chunks struct {
	list  []string
	pause time.Duration
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.list) == 0 {
		return 0, io.EOF
	}
	<-time.After(c.pause)
	n := copy(p, c.list[0])
	c.list = c.list[1:]
	return n, nil
}

func TestASequenceCutInTwoIsOne(t *testing.T) {
	tests := []struct {
		name  string
		in    []string
		pause time.Duration
		want  []string
	}{
		{"an arrow cut after ESC", []string{"\x1b", "[A"}, 20 * time.Millisecond, []string{"\x1b[A"}},
		{"an arrow cut after the bracket", []string{"\x1b[", "A"}, 20 * time.Millisecond, []string{"\x1b[A"}},
		{"a mouse report cut in the middle", []string{"\x1b[<0;1", "0;24M"}, 20 * time.Millisecond, []string{"\x1b[<0;10;24M"}},
		{"a lone ESC is a key after a while", []string{"\x1b", "x"}, 80 * time.Millisecond, []string{"\x1b", "x"}},
		{"ESC and a letter soon after are two keys", []string{"\x1b", "k"}, 20 * time.Millisecond, []string{"\x1b", "k"}},
		{"Alt and a letter are one", []string{"\x1bk"}, 20 * time.Millisecond, []string{"\x1bk"}},
		{"letters are not held", []string{"ab", "c"}, 80 * time.Millisecond, []string{"ab", "c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newKeyboard(&chunks{tt.in, tt.pause})
				var got []string
				buf := make([]byte, 256)
				for {
					n, err := k.Read(buf)
					if n > 0 {
						got = append(got, string(buf[:n]))
					}
					if err != nil {
						break
					}
				}
				if len(got) != len(tt.want) {
					t.Fatalf("got %q, want %q", got, tt.want)
				}
				for i := range got {
					if got[i] != tt.want[i] {
						t.Errorf("got %q, want %q", got, tt.want)
					}
				}
			})
		})
	}
}

func TestTheTerminalsAnswersAreNoKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKeyboard(&chunks{[]string{"a\x1b]11;rgb:ffff/fefe/f0f0\x1b\\\x1b[1;3Rb"}, 0})
		var p probed
		k.expect(func(a probed) {
			p.cells = max(p.cells, a.cells)
			p.background = max(p.background, a.background)
		})
		buf := make([]byte, 64)
		n, _ := k.Read(buf)
		if string(buf[:n]) != "ab" || p.cells != 2 || p.background != 2 {
			t.Errorf("left %q, cells %d, background %d", buf[:n], p.cells, p.background)
		}
	})
}

// On a slow line the answers come after we have stopped waiting; the r of rgb must not make anybody ready.
func TestLateAnswersAreNoKeysEither(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKeyboard(&chunks{[]string{"\x1b]11;rgb:1e1e/1e1e/2e2e\x07\x1b[1;2Rx"}, time.Second})
		k.expect(func(probed) {})
		k.expect(nil)
		buf := make([]byte, 64)
		n, _ := k.Read(buf)
		if string(buf[:n]) != "x" {
			t.Errorf("left %q", buf[:n])
		}
	})
}

func TestBackground(t *testing.T) {
	for in, want := range map[string]int{"rgb:0000/0000/0000": 1, "rgb:ffff/ffff/ffff": 2, "rgb:1e/1e/2e": 1, "rgb:fdfd/f6f6/e3e3": 2, "nonsense": 0, "rgb:ff/ff": 0} {
		if got := background(in); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
}
