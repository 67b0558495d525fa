//go:build cgo && !headless && !race

package softphone

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"cordboard/audio"
	"cordboard/audio/audiotest"
	"cordboard/audio/codec"
)

// A phone on a real sound card, which is PulseAudio's null sinks, with a far end that speaks.
func headsetPhone(t testing.TB) (*audiotest.Headset, *Phone, *far) {
	t.Helper()
	h := audiotest.Start(t)
	d, err := audio.Open(audio.Options{Spec: "portaudio"})
	if err != nil {
		t.Fatal(err)
	}
	p := newPhone(t, d)
	expect(t, p, DeviceOpened)
	f := newFar(t, ptG722, 700, 10362)
	join(t, p, f)
	return h, p, f
}

func TestAHeadsetsVoiceGoesToTheServerAndTheServersToTheEar(t *testing.T) {
	h, p, f := headsetPhone(t)
	// What counts is the best of four: on a busy machine the sound server itself stumbles.
	for try := 1; ; try++ {
		faults := speakBothWays(t, h, f)
		t.Logf("device %+v, line %+v", p.voice.device.Stats(), p.voice.stats())
		if len(faults) == 0 {
			return
		}
		if try == 4 {
			t.Fatal(faults)
		}
	}
}

// speakBothWays measures three seconds each way and gives what is not as it should be.
func speakBothWays(t *testing.T, h *audiotest.Headset, f *far) (faults []string) {
	t.Helper()
	heard := h.Listen(audiotest.Ear)
	from := len(f.packets(0))
	stop := h.Speak(audiotest.Tone(1000, 10362, 30*time.Second))
	until(t, 15*time.Second, "three seconds of the microphone's tone at the server", func() bool {
		return audiotest.Measure(decoded(f.packets(from)), 1000).Heard > 3*time.Second
	})
	until(t, 15*time.Second, "three seconds of the server's tone in the ear", func() bool {
		return audiotest.Measure(heard.From(0), 700).Heard > 3*time.Second
	})
	stop()
	for name, m := range map[string]audiotest.Measured{
		"microphone to server": audiotest.Measure(decoded(f.packets(from)), 1000),
		"server to ear":        audiotest.Measure(heard.Stop(), 700),
	} {
		t.Logf("%s: SNR %.1f dB, amplitude %.0f, heard %v, gaps %v", name, m.SNR, m.Amplitude, m.Heard, m.Gaps)
		if m.SNR < 40 {
			faults = append(faults, fmt.Sprintf("%s: SNR %.1f dB, want at least 40", name, m.SNR))
		}
		if change := 20 * math.Log10(m.Amplitude/10362); math.Abs(change) > 0.5 {
			faults = append(faults, fmt.Sprintf("%s: level changed by %.2f dB", name, change))
		}
		if m.Total() > 150*time.Millisecond {
			faults = append(faults, fmt.Sprintf("%s: drop-outs %v", name, m.Gaps))
		}
	}
	return faults
}

func TestTheCallGoesOnWhenTheHeadsetIsUnpluggedAndBack(t *testing.T) {
	h, p, f := headsetPhone(t)
	h.Unplug()
	expect(t, p, DeviceLost)
	if !p.Levels().NoDevice {
		t.Error("no word of the lost headset")
	}
	before := len(f.packets(0))
	until(t, 10*time.Second, "packets go on without a headset", func() bool { return len(f.packets(before)) > 50 })
	h.Replug()
	expect(t, p, DeviceOpened)
	heard := h.Listen(audiotest.Ear)
	until(t, 15*time.Second, "the server is heard again", func() bool {
		return audiotest.Measure(heard.From(0), 700).Heard > time.Second
	})
}

// The figure to meet (100 ms one way) is one of the benchmarks, on a machine that does nothing else; here it is
// only found out whether something keeps the voice for long.
func TestNothingKeepsTheVoiceForLong(t *testing.T) {
	h, p, f := headsetPhone(t)
	f.set(func(f *far) { f.quiet, f.echo = true, true })
	mic, ear := h.Listen(audiotest.Mic), h.Listen(audiotest.Ear)
	h.Speak(audiotest.Chirps(20))
	var all []time.Duration
	for seconds := 6; len(all) < 3; seconds += 3 {
		until(t, 20*time.Second, "some chirps came back", func() bool { return ear.Len() > seconds*audiotest.Rate })
		if all = audiotest.Delays(mic, ear); seconds > 20 {
			break
		}
	}
	slices.Sort(all)
	t.Logf("microphone to server and back to the ear: %v; line %+v", all, p.voice.stats())
	if len(all) < 3 || all[len(all)/2] > 500*time.Millisecond {
		t.Errorf("delays %v", all)
	}
}

func TestThePhoneRingsOnTheLoudspeakersAndNotInTheHeadset(t *testing.T) {
	h := audiotest.Start(t)
	d, err := audio.Open(audio.Options{Spec: "portaudio"})
	if err != nil {
		t.Fatal(err)
	}
	// The sink behind the microphone stands for the loudspeakers: it has a monitor to listen to.
	speakers, err := audio.Open(audio.Options{Spec: "portaudio", Output: audiotest.Mic, EarOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{Device: d, Ringer: speakers})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	expect(t, p, DeviceOpened)
	loud, ear := h.Listen(audiotest.Mic), h.Listen(audiotest.Ear)
	p.Ring(true)
	until(t, 15*time.Second, "the loudspeakers ring", func() bool { return codec.Peak(loud.From(0)) > 2000 })
	if top := codec.Peak(ear.From(0)); top > 10 {
		t.Errorf("the headset rings too: %d", top)
	}
}

// The microphone goes, and the sound server puts another in its place: here what hears the ear, on a desk the laptop's. What that hears
// is nobody's business: before it is muted no more than a moment of it leaves.
func TestAnotherMicrophoneIsMutedBeforeMuchOfItIsHeard(t *testing.T) {
	h, p, f := headsetPhone(t)
	ear := h.Listen(audiotest.Ear)
	until(t, 15*time.Second, "the far end is heard", func() bool { return audiotest.Measure(ear.From(0), 700).Heard > time.Second })
	from := len(f.packets(0))
	h.Unplug(audiotest.Mic)
	if e := expect(t, p, DeviceMoved); e.Device != "Monitor of headset-ear" || e.From != "Monitor of headset-mic" {
		t.Errorf("told %+v", e)
	}
	if l := p.Levels(); !l.Muted || l.Device != "Monitor of headset-ear" || l.NoDevice {
		t.Errorf("levels %+v", l)
	}
	settled := len(f.packets(0)) + 10
	until(t, 15*time.Second, "two seconds more", func() bool { return len(f.packets(settled)) > 100 })
	leaked := audiotest.Measure(decoded(f.packets(from)[:settled-from]), 700).Heard
	t.Logf("%v of the other microphone left", leaked)
	if leaked > 300*time.Millisecond {
		t.Errorf("%v of another microphone were sent", leaked)
	}
	if top := codec.Peak(decoded(f.packets(settled))); top > 100 {
		t.Errorf("muted, and %d is sent", top)
	}
	h.Replug()
	expect(t, p, DeviceOpened)
	if l := p.Levels(); l.Muted || l.Device != "Monitor of headset-mic" {
		t.Errorf("the own microphone is back: %+v", l)
	}
}

// Between two calls the headset is let go of; the ring is heard at once, and by the answer both ways are open.
func TestAHeadsetThatRestsRingsAndTalksAtOnce(t *testing.T) {
	h, p, f := headsetPhone(t)
	f.set(func(f *far) { f.quiet = true })
	h.Speak(audiotest.Tone(1000, 10362, 60*time.Second))
	ear := h.Listen(audiotest.Ear)
	until(t, 5*time.Second, "a second of silence", func() bool { return ear.Len() > audiotest.Rate })
	var rung, said []time.Duration
	for range 5 {
		p.Busy(false)
		until(t, 15*time.Second, "nothing is open", func() bool { return h.Open() == 0 })
		if p.Levels().NoDevice || p.Levels().Device == "" {
			t.Fatal("a headset that rests is not gone")
		}
		from, silent := len(f.packets(0)), ear.Len()
		at := time.Now()
		p.Busy(true)
		p.Ring(true)
		until(t, 5*time.Second, "it rings", func() bool { return codec.Peak(ear.From(silent)) > 1000 })
		rung = append(rung, ear.FirstOver(1000, silent).Sub(at))
		until(t, 5*time.Second, "the microphone is heard", func() bool { return audiotest.Measure(decoded(f.packets(from)), 1000).Heard > 100*time.Millisecond })
		said = append(said, f.firstLoud(from).Sub(at))
		p.Ring(false)
	}
	slices.Sort(rung)
	slices.Sort(said)
	t.Logf("the ring after %v, the microphone after %v", rung, said)
	if rung[2] > 300*time.Millisecond || said[2] > 300*time.Millisecond {
		t.Error("too late")
	}
	f.set(func(f *far) { f.quiet = false })
	heard := h.Listen(audiotest.Ear)
	until(t, 15*time.Second, "the far end is heard", func() bool { return audiotest.Measure(heard.From(0), 700).Heard > time.Second })
}

// BenchmarkMouthToEar gives the way from the microphone to the server and back to the ear, through the sound card and
// the line, and the share of each stage: until the microphone's packet is at the server, and from there until the ear
// hears it, of which the jitter buffer's delay is a part.
func BenchmarkMouthToEar(b *testing.B) {
	h, p, f := headsetPhone(b)
	f.set(func(f *far) { f.quiet, f.echo = true, true })
	mic, ear := h.Listen(audiotest.Mic), h.Listen(audiotest.Ear)
	first := len(f.packets(0))
	h.Speak(audiotest.Chirps(12))
	until(b, 30*time.Second, "ten seconds of chirps", func() bool { return ear.Len() > 10*audiotest.Rate })
	server := f.recorded(first)
	middle := func(what string, all []time.Duration) {
		if len(all) < 5 {
			b.Fatalf("%s: %d chirps came", what, len(all))
		}
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, what)
		b.Logf("%s %v; device %+v", what, all, p.voice.device.Stats())
	}
	middle("ms-mouth-to-ear", audiotest.Delays(mic, ear))
	middle("ms-microphone-to-server", audiotest.Delays(mic, server))
	middle("ms-server-to-ear", audiotest.Delays(server, ear))
	b.ReportMetric(float64(p.voice.stats().Delay.Milliseconds()), "ms-jitter-buffer")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkAnswerToEar gives how long the first of a caller's voice takes from the server to the ear, at the sound card's monitor, beside
// what any voice takes there: after an answer on a headset in use, and on one that rested until the offer came, answered as soon as
// a ring takes a key.
func BenchmarkAnswerToEar(b *testing.B) {
	for _, one := range []struct {
		name    string
		pt      uint8
		answers int
		rests   bool
	}{{"G722", ptG722, 50, false}, {"PCMA", ptPCMA, 50, false}, {"G722 after a rest", ptG722, 10, true}} {
		b.Run(one.name, func(b *testing.B) {
			h, p, f := headsetPhone(b)
			f.set(func(f *far) { f.quiet, f.still, f.voice.pt, f.voice.level = true, true, one.pt, 9000 })
			p.Busy(true)
			ear := h.Listen(audiotest.Ear)
			until(b, 5*time.Second, "a second of silence", func() bool { return ear.Len() > audiotest.Rate })
			var took []time.Duration
			for n := range one.answers {
				if one.rests {
					p.Busy(false)
					until(b, 20*time.Second, "the headset rests", func() bool { return h.Open() == 0 })
					p.Busy(true)
					<-time.After(400 * time.Millisecond)
				} else {
					<-time.After(700*time.Millisecond + time.Duration(n*7%20)*time.Millisecond)
				}
				silent := ear.Len()
				f.set(func(f *far) { f.quiet, f.began = false, time.Time{} })
				until(b, 5*time.Second, "the caller is heard", func() bool { return codec.Peak(ear.From(silent)) > 2000 })
				f.set(func(f *far) {
					took = append(took, ear.FirstOver(2000, silent).Sub(f.began))
					f.quiet = true
				})
				until(b, 5*time.Second, "silence again", func() bool { end := ear.From(ear.Len() - 4800); return codec.Peak(end) < 500 })
			}
			slices.Sort(took)
			b.Logf("%v", took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
			b.ReportMetric(float64(took[len(took)*19/20].Microseconds())/1000, "ms-p95")
			b.ReportMetric(0, "ns/op")
		})
	}
}
