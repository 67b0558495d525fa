//go:build cgo && !headless

package audio

import "testing"

var (
	jabra  = pulseDevice{name: "alsa_input.usb-jabra", description: "Jabra Engage 65"}
	laptop = pulseDevice{name: "alsa_input.pci", description: "Laptop microphone"}
)

func state(mic pulseDevice, all ...pulseDevice) pulseState { return pulseState{mic: mic, sources: all} }

func TestAnotherMicrophoneIsToldHoweverItCame(t *testing.T) {
	want := &choice{}
	at := func() *home { h := &home{}; h.arrive(want, jabra, true); h.look(state(jabra, jabra, laptop)); return h }
	t.Run("the stream was moved", func(t *testing.T) {
		e, tell, _ := at().look(state(laptop, laptop))
		if !tell || e != (Event{Kind: Moved, Device: "Laptop microphone", From: "Jabra Engage 65"}) {
			t.Errorf("told %v: %+v", tell, e)
		}
	})
	t.Run("the device was lost and came back as another", func(t *testing.T) {
		if e := at().arrive(want, laptop, true); e.Kind != Moved {
			t.Errorf("told %+v", e)
		}
	})
	t.Run("the person chose it", func(t *testing.T) {
		if e := at().arrive(&choice{input: "laptop"}, laptop, true); e.Kind != Opened {
			t.Errorf("told %+v", e)
		}
	})
	t.Run("the server was slow to say where the stream is", func(t *testing.T) {
		h := &home{}
		h.arrive(want, pulseDevice{name: "default", description: "default"}, false)
		if e, tell, _ := h.look(state(jabra, jabra)); !tell || e.Kind != Opened || e.Device != "Jabra Engage 65" {
			t.Errorf("told %v: %+v", tell, e)
		}
		if e, tell, _ := h.look(state(laptop, laptop)); !tell || e.Kind != Moved {
			t.Errorf("then told %v: %+v", tell, e)
		}
	})
	t.Run("the server was slow after the device came back", func(t *testing.T) {
		h := at()
		if e := h.arrive(want, pulseDevice{name: "default", description: "default"}, false); e.Kind != Opened {
			t.Errorf("told %+v", e)
		}
		if _, tell, _ := h.look(state(jabra, jabra)); tell {
			t.Error("its own microphone is told as news")
		}
	})
	t.Run("it is opened again when the own one is back, once", func(t *testing.T) {
		h := at()
		h.look(state(laptop, laptop))
		if _, _, reopen := h.look(state(laptop, laptop)); reopen {
			t.Error("opened again for nothing")
		}
		if _, _, reopen := h.look(state(laptop, laptop, jabra)); !reopen {
			t.Error("the own microphone is back, and the other one is kept")
		}
		if _, _, reopen := h.look(state(laptop, laptop, jabra)); reopen {
			t.Error("opened again and again")
		}
		if e := h.arrive(want, jabra, true); e.Kind != Opened {
			t.Errorf("told %+v", e)
		}
	})
}
