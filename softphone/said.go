package softphone

import (
	"fmt"

	"cordboard/session/wire"
)

// Said is the event as one line for the person, with what to do; false: it is no news for a person. LineUp and
// LineDown are shown elsewhere.
func (e Event) Said() (wire.Said, bool) {
	device := e.Device
	if device == "" {
		device = "the headset"
	}
	say := func(key, words string, bad bool) (wire.Said, bool) {
		return wire.Said{Kind: "line", Key: key, Args: map[string]string{"device": device, "from": e.From}, Words: words, Bad: bad}, true
	}
	switch e.Kind {
	case DeviceLost:
		if e.Device == "" { // there never was one
			return say("device_none", "No headset was found. Plug one in; until then no caller hears you.", true)
		}
		return say("device_lost", fmt.Sprintf("No sound from %s any more. Plug it in to go on.", device), true)
	case DeviceMoved:
		return say("device_moved", fmt.Sprintf("Your microphone is %s now, not %s. You are muted; plug it in again, or m unmutes.", device, e.From), true)
	case DeviceOpened:
		return say("device_opened", fmt.Sprintf("Microphone: %s.", device), false)
	case DeviceSilent:
		return say("device_silent", fmt.Sprintf("%s gives no sound at all. Is it muted at the headset?", device), true)
	}
	return wire.Said{}, false
}
