package console

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cordboard/audio"
)

func TestTheDoctorSaysWhatToDoAboutTheHeadset(t *testing.T) {
	devices := []audio.Info{{Name: "Jabra Engage 65", Inputs: 1, Outputs: 2}, {Name: "Laptop speakers", Outputs: 2}}
	good := audio.Report{Input: "Jabra Engage 65", Peak: -20, Noise: -60, Frames: 75, Devices: devices}
	silent, loud, gaps := good, good, good
	silent.Silent, loud.Clipped, gaps.Gaps = true, true, 3
	for name, k := range map[string]struct {
		r      audio.Report
		err    error
		ringer string
		bad    int
		want   []string
	}{
		"well":      {r: good, want: []string{"✓ microphone   Jabra Engage 65, level -20 dBFS", "✓ ear", "✓ ringer       the ear rings"}},
		"none":      {err: fmt.Errorf("%w: unplugged", audio.ErrNoDevice), bad: 1, want: []string{"! microphone", "unplugged", "do plug the headset in"}},
		"other":     {err: errors.New("broken"), bad: 1, want: []string{"broken"}},
		"silent":    {r: silent, bad: 1, want: []string{"gives no sound", "do unmute it at the headset"}},
		"loud":      {r: loud, bad: 1, want: []string{"too loud", "do turn its level down"}},
		"gaps":      {r: gaps, bad: 1, want: []string{"3 gaps", "cable"}},
		"speakers":  {r: good, ringer: "laptop", want: []string{"✓ ringer       Laptop speakers"}},
		"unplugged": {r: good, ringer: "Bose", bad: 1, want: []string{"! ringer       Bose is not there", "choose another"}},
	} {
		var out bytes.Buffer
		c := checkup{o: Options{Ringer: k.ringer}, out: &out}
		c.heard(k.r, k.err)
		for _, w := range k.want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: %q is missing in\n%s", name, w, out.String())
			}
		}
		if c.bad != k.bad {
			t.Errorf("%s: %d bad, want %d", name, c.bad, k.bad)
		}
	}
}

func keptSettings(t *testing.T, json string) settings {
	t.Helper()
	s := settings{filepath.Join(t.TempDir(), "settings.json"), slog.New(slog.DiscardHandler)}
	if err := os.WriteFile(s.path, []byte(json), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheRingTonesDeviceIsKept(t *testing.T) {
	o, _ := keptSettings(t, `{"Ringer":"Laptop speakers"}`).settled(Options{})
	if o.Ringer != "Laptop speakers" {
		t.Errorf("kept: %+v", o)
	}
	if o, _ := keptSettings(t, `{"Ringer":"Laptop speakers"}`).settled(Options{Ringer: "Jabra"}); o.Ringer != "Jabra" {
		t.Errorf("the command line comes first: %+v", o)
	}
}
