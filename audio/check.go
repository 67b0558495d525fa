package audio

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"cordboard/audio/codec"
)

// Report is what Check found out about a headset.
type Report struct {
	Devices []Info
	Input   string  // the microphone that was used
	Peak    float64 // of the microphone, dBFS
	Noise   float64 // the quietest 100 ms, dBFS
	Clipped bool    // the microphone is too loud
	Silent  bool    // nothing but zeros, or less than any open microphone gives: muted or the wrong one
	Frames  int     // of the microphone
	Gaps    int     // frames that the ear wanted and did not get while the test ran
}

// ErrNoDevice is given by Check when there is no headset; its text says why.
var ErrNoDevice = errors.New("no headset")

const (
	clipAt = 32700
	deaf   = -70.0 // dBFS; the noise of an open microphone is above it
	quiet  = -90.0 // dBFS; what counts for nothing
)

// Check opens the headset that o asks for, plays play into the ear (48 kHz; may be nil) and listens to the
// microphone for the given time. Errors: ErrNoDevice with the reason, ctx's.
func Check(ctx context.Context, o Options, play []int16, length time.Duration) (Report, error) {
	var r Report
	r.Devices, _ = Devices()
	d, err := Open(o)
	if err != nil {
		return r, err
	}
	defer d.Close()
	if err := d.Start(); err != nil {
		return r, err
	}
	if err := opened(ctx, d, &r); err != nil {
		return r, err
	}
	before := d.Stats().Underruns
	err = listen(ctx, d, &r, play, length)
	r.Gaps = int(d.Stats().Underruns - before)
	r.Silent = r.Frames == 0 || r.Peak < deaf
	return r, err
}

func opened(ctx context.Context, d Device, r *Report) error {
	if d.Name() != "" {
		r.Input = d.Name()
		return nil
	}
	select {
	case e := <-d.Events():
		r.Input = e.Device
		if e.Kind == Lost {
			return fmt.Errorf("%w: %w", ErrNoDevice, e.Err)
		}
		return nil
	case <-time.After(3 * time.Second):
		return fmt.Errorf("%w: it did not open within 3 s", ErrNoDevice)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func listen(ctx context.Context, d Device, r *Report, play []int16, length time.Duration) error {
	tick := time.NewTicker(FrameTime)
	defer tick.Stop()
	var f, out Frame
	peak, least, power, n := 0, math.Inf(1), 0.0, 0
	d.Write(&out)
	for turns := int(length / FrameTime); turns > 0; turns-- {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		out = Frame{}
		play = play[copy(out[:], play):]
		d.Write(&out)
		for d.Read(&f) {
			r.Frames++
			top := codec.Peak(f[:])
			peak = max(peak, top)
			r.Clipped = r.Clipped || top >= clipAt
			power += codec.Power(f[:])
			if n++; n == 5 {
				least = min(least, power/5)
				power, n = 0, 0
			}
			if mic, _ := d.Backlog(); mic == 0 {
				break
			}
		}
	}
	r.Peak = decibels(float64(peak))
	r.Noise = decibels(math.Sqrt(least))
	return nil
}

// decibels of an amplitude below full scale.
func decibels(amplitude float64) float64 {
	if math.IsInf(amplitude, 0) || amplitude < 1 {
		return quiet
	}
	return math.Round(200*math.Log10(amplitude/32768)) / 10
}
