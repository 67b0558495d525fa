package audio

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesAreAHeadset(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.wav"), filepath.Join(dir, "out.wav")
	if err := os.WriteFile(in, wavOf(1, 1, 8000, 16, ramp8k(400)), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Open(Options{Spec: "file:" + in + "," + out})
	if err != nil {
		t.Fatal(err)
	}
	var f Frame
	if !d.Read(&f) || f != (Frame{}) {
		t.Error("the microphone is not silent before the start")
	}
	d.Write(&f)
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	sounding := 0
	for range 10 {
		d.Read(&f)
		if f != (Frame{}) {
			sounding++
		}
		d.Write(&f)
	}
	if sounding != 3 { // 50 ms
		t.Errorf("%d frames of sound, want 3", sounding)
	}
	d.(Rewinder).Rewind()
	if d.Read(&f); f == (Frame{}) {
		t.Error("a rewound file is silent")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	heard, rate, err := ReadWAV(r)
	if err != nil || rate != Rate || len(heard) != 10*FrameSamples {
		t.Fatalf("%d samples at %d, err %v", len(heard), rate, err)
	}
	if _, open := <-d.Events(); !open {
		t.Error("no event tells that the files are open")
	}
	if _, open := <-d.Events(); open {
		t.Error("events go on after Close")
	}
}

func ramp8k(n int) []byte {
	b := make([]byte, 2*n)
	for i := range n {
		b[2*i+1] = 16
	}
	return b
}

func TestALoopedFileNeverEnds(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in.wav")
	if err := os.WriteFile(in, wavOf(1, 1, 48000, 16, ramp8k(1500)), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Open(Options{Spec: "file:" + in + ",,loop"})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.Start()
	var f Frame
	for i := range 50 {
		d.Read(&f)
		for _, s := range f {
			if s != 16<<8 {
				t.Fatalf("frame %d has a hole", i)
			}
		}
	}
}

func TestOddAudioSpecsAreRefusedInWords(t *testing.T) {
	for spec, words := range map[string]string{
		"jack":                   "there is portaudio, none, and file:",
		"file:/no/such.wav,":     "no such file",
		"file:a.wav,b.wav,c,d":   "want file:",
		"file:a.wav,b.wav,again": "want file:",
	} {
		if _, err := Open(Options{Spec: spec}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: error %v, want one with %q", spec, err, words)
		}
	}
	d, err := Open(Options{Spec: "none"})
	if err != nil {
		t.Fatal(err)
	}
	var f Frame
	if d.Start() != nil || d.Read(&f) || d.Name() != "" {
		t.Error("none is not silent")
	}
	d.Write(&f)
	d.Close()
	d.Close()
}
