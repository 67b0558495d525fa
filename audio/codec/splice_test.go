package codec

import (
	"math"
	"slices"
	"testing"
)

func TestALeftOutFrameOfAVoiceLeavesNoCorner(t *testing.T) {
	for _, hz := range []float64{90, 130, 172, 215, 240} {
		voice := make([]int16, 640)
		for i := range voice {
			// A voice's period: a sharp beginning that rings out.
			at := math.Mod(float64(i), 16000/hz)
			voice[i] = int16(9000 * math.Exp(-at/25) * math.Cos(2*math.Pi*700*at/16000))
		}
		next := slices.Clone(voice[320:])
		Splice(next, voice[:320])
		if next[0] != voice[0] || next[319] != voice[639] {
			t.Errorf("%v Hz: does not go on from what was before, or not into what follows", hz)
		}
		// No step that the voice itself has not, and no more or fewer of its beginnings than one.
		if was, is := steepestOf(voice), steepestOf(next); is > was {
			t.Errorf("%v Hz: a step of %d, the voice's own are %d at most", hz, is, was)
		}
		if gap := 16000 / hz; longestQuiet(next) > 2*gap {
			t.Errorf("%v Hz: %v samples without a period's beginning", hz, longestQuiet(next))
		}
	}
}

func TestSpliceOfTheSameIsTheSame(t *testing.T) {
	frame := make([]int16, 320)
	for i := range frame {
		frame[i] = int16(8000 * math.Sin(2*math.Pi*700*float64(i)/16000))
	}
	next := slices.Clone(frame)
	Splice(next, frame)
	for i := range frame {
		if d := int(next[i]) - int(frame[i]); d > 1 || d < -1 {
			t.Fatalf("sample %d is %d, was %d", i, next[i], frame[i])
		}
	}
	Splice(nil, nil)
}

func steepestOf(pcm []int16) (top int) {
	for i := 1; i < len(pcm); i++ {
		d := int(pcm[i]) - int(pcm[i-1])
		top = max(top, d, -d)
	}
	return top
}

// longestQuiet is the longest stretch without a sample over 4,000.
func longestQuiet(pcm []int16) (longest float64) {
	run := 0.0
	for _, v := range pcm {
		if run++; v > 4000 {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
