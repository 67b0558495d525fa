//go:build cgo && !headless && !race && linux

package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"cordboard/audio/audiotest"
	"cordboard/audio/codec"
	outside "cordboard/server/lab"
)

// TestTheHeadsetOfAConsoleInACall is the whole way of the voice: a caller on SIP, the server, the console in its terminal, a headset by
// PortAudio. Tones go in at one end and come out at the other; the headset is unplugged, replaced and plugged in again, and the call is
// never lost.
func TestTheHeadsetOfAConsoleInACall(t *testing.T) {
	h := audiotest.Start(t)
	c := newCompany(t, 2)
	for i, k := range []struct {
		codec outside.SBCCodec
		snr   float64 // dB
	}{{outside.SBCG722, 40}, {outside.SBCPCMA, 33}} {
		t.Run(string(k.codec), func(t *testing.T) {
			w := c.window(t, i, "--audio", "portaudio")
			w.ready()
			pid, err := strconv.Atoi(w.said("pid"))
			if err != nil {
				t.Fatal(err)
			}
			audiotest.Until(t, 20*time.Second, "the headset rests", func() bool { return h.OpenOf(pid) == 0 })
			if w.caller, err = c.sbc.Call(within(t, 10*time.Second), outside.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: lineOf(i),
				Codecs: []outside.SBCCodec{k.codec}, Say: outside.SpeechTone(800, 5*time.Minute)}); err != nil {
				t.Fatal(err)
			}
			w.shown("RINGING")
			<-time.After(400 * time.Millisecond) // a ring takes no key that was meant for something else
			w.keys("Space")
			w.shown("TALKING")
			stop := h.Speak(audiotest.Tone(1200, 9000, 5*time.Minute))
			defer func() { stop() }()
			w.clean(h, k.snr)
			if i > 0 {
				return // what becomes of the headset is nothing to the codec
			}

			h.Unplug()
			w.shown("NO MICROPHONE")
			stop()
			h.Replug()
			w.until("the headset again", func(s string) bool { return !strings.Contains(s, "NO MICROPHONE") })
			stop = h.Speak(audiotest.Tone(1200, 9000, 5*time.Minute))
			w.clean(h, k.snr)

			stop()
			h.Unplug(audiotest.Mic)
			w.shown("You are muted")
			w.shown("MUTED")
			quiet := w.caller.Heard().Length() + 500*time.Millisecond
			if err := w.caller.Heard().Wait(within(t, 15*time.Second), func(r *outside.Recording) bool { return r.Length() > quiet+2*time.Second }); err != nil {
				t.Fatalf("nothing comes to the caller: %v", err)
			}
			if top := codec.Peak(w.caller.Heard().From(quiet)); top > 200 {
				t.Errorf("the caller hears another microphone, at %d", top)
			}
			h.Replug()
			w.until("the own microphone", func(s string) bool { return !strings.Contains(s, "MUTED") })
			stop = h.Speak(audiotest.Tone(1200, 9000, 5*time.Minute))
			w.clean(h, k.snr)
			select {
			case <-w.caller.Ended():
				t.Fatalf("the call was lost: %+v", w.caller.End())
			default:
			}
			if err := w.caller.Hangup(within(t, 5*time.Second)); err != nil { // two would be heard in one ear
				t.Error(err)
			}
			w.shown("WRAP-UP")
		})
	}
}

// mostHoles is what three seconds may lack. The gate is 20 ms a minute; a sound server on a busy machine stumbles by itself.
const mostHoles = 200 * time.Millisecond

// clean listens for three seconds to both ends; what counts is the best of six.
func (w *window) clean(h *audiotest.Headset, snr float64) {
	w.t.Helper()
	for try := 1; ; try++ {
		ear, from := h.Listen(audiotest.Ear), w.caller.Heard().Length()
		audiotest.Until(w.t, 20*time.Second, "three seconds of the caller in the ear", func() bool { return audiotest.Measure(ear.From(0), 800).Heard > 3*time.Second })
		audiotest.Until(w.t, 20*time.Second, "three seconds of the microphone at the caller", func() bool { return w.caller.Heard().Tone(1200, from) > 3*time.Second })
		var faults []string
		for name, one := range map[string]struct {
			pcm []int16
			hz  float64
		}{
			"caller to ear":        {ear.Stop(), 800},
			"microphone to caller": {at48(w.caller.Heard().From(from)), 1200},
		} {
			m := audiotest.Measure(one.pcm, one.hz)
			w.t.Logf("%s: SNR %.1f dB, level %+.2f dB, gaps %v", name, m.SNR, 20*math.Log10(m.Amplitude/9000), m.Gaps)
			if m.SNR < snr || math.Abs(20*math.Log10(m.Amplitude/9000)) > 0.5 || m.Total() > mostHoles {
				faults = append(faults, fmt.Sprintf("%s: SNR %.1f dB, amplitude %.0f of 9000, drop-outs %v", name, m.SNR, m.Amplitude, m.Gaps))
			}
		}
		if len(faults) == 0 {
			return
		}
		if try == 6 {
			w.t.Fatal(faults)
		}
	}
}

func at48(pcm []int16) (out []int16) {
	up := codec.NewResampler(outside.RecordingRate, audiotest.Rate)
	frame := make([]int16, audiotest.Rate/50)
	for n := outside.RecordingRate / 50; len(pcm) >= n; pcm = pcm[n:] {
		up.Process(frame, pcm[:n])
		out = append(out, frame...)
	}
	return out
}
