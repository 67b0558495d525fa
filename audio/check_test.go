package audio

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCheckSaysHowTheMicrophoneIs(t *testing.T) {
	cases := []struct {
		name            string
		level           int16
		clipped, silent bool
		peak            float64
	}{
		{"a good level", 8192, false, false, -12},
		{"too loud", 32767, true, false, 0},
		{"muted", 0, false, true, quiet},
		{"the wrong one", 3, false, true, -80.8},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var data []byte
			for i := range 24000 {
				v := c.level
				if i/48%2 == 1 {
					v = -v
				}
				data = binary.LittleEndian.AppendUint16(data, uint16(v))
			}
			in := filepath.Join(t.TempDir(), "in.wav")
			if err := os.WriteFile(in, wavOf(1, 1, 48000, 16, data), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := Check(context.Background(), Options{Spec: "file:" + in + ","}, nil, 300*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if r.Clipped != c.clipped || r.Silent != c.silent || r.Peak != c.peak || r.Frames == 0 || r.Input != in {
				t.Errorf("report %+v", r)
			}
		})
	}
}

func TestCheckWithoutSoundSaysWhy(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, Options{Spec: "none"}, nil, time.Second); err == nil {
		t.Error("no headset and no error")
	}
	if _, err := Check(context.Background(), Options{Spec: "nonsense"}, nil, time.Second); err == nil {
		t.Error("an odd spec and no error")
	}
}
