package ui

import (
	"strings"
	"testing"
)

// Most machines on which the demo is tried first have no headset: the row that says what to press next stays.
func TestTheDemoSaysWhatIsNextWithoutAHeadsetToo(t *testing.T) {
	row := func(change func(*Options)) string {
		r := newRig(t, 80, 24, change)
		r.call(nil)
		r.levels.NoDevice, r.levels.Device = true, ""
		rows := r.plainLines()
		if !strings.Contains(rows[0], "NO MICROPHONE") {
			t.Errorf("row 1: %q", rows[0])
		}
		return rows[1]
	}
	if got := row(func(o *Options) { o.Demo = &Demo{} }); !strings.Contains(got, "1 transfer") {
		t.Errorf("in the demo: %q", got)
	}
	if got := row(func(*Options) {}); !strings.Contains(got, "settings") {
		t.Errorf("outside of it: %q", got)
	}
}
