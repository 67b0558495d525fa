package console

import (
	"log/slog"

	"cordboard/audio"
	"cordboard/softphone"
)

// desktop is the phone as the screen has it: it can ring on another device, by name.
type desktop struct {
	*softphone.Phone
	o   Options
	log *slog.Logger
}

// RingOn goes over to another device for the ring tone, beside the screen's loop.
func (d desktop) RingOn(output string) {
	o := d.o
	o.Ringer = output
	go func() {
		if err := d.SetRinger(ringer(o, d.log)); err != nil {
			d.log.Warn("the device of the ring tone does not start; the headset rings", "device", output, "err", err)
		}
	}()
}

// ringer opens the device of the ring tone; nil when the headset rings.
func ringer(o Options, log *slog.Logger) audio.Device {
	if o.Ringer == "" || o.Audio != "" && o.Audio != "portaudio" {
		return nil
	}
	d, err := audio.Open(audio.Options{Spec: o.Audio, Output: o.Ringer, EarOnly: true, Log: log})
	if err != nil {
		log.Warn("no device for the ring tone; the headset rings", "device", o.Ringer, "err", err)
		return nil
	}
	return d
}
