//go:build cgo && !headless

package audio

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gordonklaus/portaudio"
)

// host guards PortAudio, which is one for the whole process and knows no goroutines.
var host sync.Mutex

// Devices lists the system's devices. While a device is open the list is as old as that.
func Devices() ([]Info, error) {
	host.Lock()
	defer host.Unlock()
	if err := portaudio.Initialize(); err != nil {
		return nil, fmt.Errorf("start PortAudio: %w", err)
	}
	defer portaudio.Terminate()
	all, err := portaudio.Devices()
	if err != nil {
		return nil, fmt.Errorf("list audio devices: %w", err)
	}
	in, _ := portaudio.DefaultInputDevice()
	out, _ := portaudio.DefaultOutputDevice()
	list := pulseInfos()
	for _, d := range all {
		list = append(list, Info{
			Name: d.Name, API: d.HostApi.Name,
			Inputs: d.MaxInputChannels, Outputs: d.MaxOutputChannels,
			Default: d == in || d == out,
		})
	}
	return list, nil
}

// open starts PortAudio afresh, for its list of devices is made then and never changes, and opens what is wanted.
func (c *card) open(want choice) (*streams, error) {
	host.Lock()
	defer host.Unlock()
	if err := portaudio.Initialize(); err != nil {
		return nil, fmt.Errorf("start PortAudio: %w", err)
	}
	s, err := c.openStreams(want)
	if err != nil {
		portaudio.Terminate()
		return nil, err
	}
	return s, nil
}

func (c *card) openStreams(want choice) (*streams, error) {
	all, err := portaudio.Devices()
	if err != nil {
		return nil, fmt.Errorf("list audio devices: %w", err)
	}
	var own []string
	for _, d := range all {
		own = append(own, d.Name)
	}
	want = viaPulse(want, own)
	var in *portaudio.DeviceInfo
	if !c.mute {
		if in, err = pick(want.input, true); err != nil {
			return nil, err
		}
	}
	out, err := pick(want.output, false)
	if err != nil {
		return nil, err
	}
	if in == nil && out == nil {
		return nil, errors.New("there is no audio device")
	}
	r := &rings{earAt: FrameSamples}
	s := &streams{rings: r}
	if in != nil {
		s.input = plainName(in.Name)
	}
	if out != nil {
		s.output = plainName(out.Name)
	}
	c.rings.Store(r)
	err = c.openBoth(s, in, out)
	if err != nil {
		c.rings.Store(nil)
		return nil, err
	}
	return s, nil
}

// earLatency is asked of the ear's device: it is fed by halves of a frame and keeps some four of them, so that neither a
// busy machine is heard at once nor the voice waits for long.
const earLatency = 30 * time.Millisecond

// openBoth opens a stream for each direction, even when both are of one device: in a full duplex stream PortAudio
// drops and repeats parts of frames whenever the two sides are not equally ready (heard on PulseAudio: some 20
// clicks in 10 s; two streams: none).
func (c *card) openBoth(s *streams, in, out *portaudio.DeviceInfo) (err error) {
	r := s.rings
	if in != nil {
		p := portaudio.StreamParameters{SampleRate: Rate, FramesPerBuffer: FrameSamples}
		p.Input = portaudio.StreamDeviceParameters{Device: in, Channels: 1, Latency: in.DefaultLowInputLatency}
		if s.in, err = start(p, func(mic []int16) { defer survive(); c.heard(r, mic) }); err != nil {
			return err
		}
	}
	if out != nil {
		p := portaudio.StreamParameters{SampleRate: Rate, FramesPerBuffer: FrameSamples / 2}
		p.Output = portaudio.StreamDeviceParameters{Device: out, Channels: 1, Latency: max(out.DefaultLowOutputLatency, earLatency)}
		if s.out, err = start(p, func(ear []int16) { defer survive(); c.play(r, ear) }); err != nil && s.in != nil {
			s.in.Stop()
			s.in.Close()
		}
	}
	return err
}

// survive keeps a panic in the callback from ending the program: it costs one frame. (The binding would exit.)
func survive() {
	if v := recover(); v != nil {
		callbackPanics.Add(1)
	}
}

func start(p portaudio.StreamParameters, callback any) (*portaudio.Stream, error) {
	s, err := portaudio.OpenStream(p, callback)
	if err != nil {
		return nil, fmt.Errorf("open audio device: %w", err)
	}
	if err := s.Start(); err != nil {
		s.Close()
		return nil, fmt.Errorf("start audio device: %w", err)
	}
	return s, nil
}

// pick finds the device of that name: exactly, or else as a part of one name. A wanted device that is not there
// is an error, not a reason to take another microphone. Without a wish it is the system's default, nil if none.
func pick(name string, input bool) (*portaudio.DeviceInfo, error) {
	if name == "" {
		find := portaudio.DefaultOutputDevice
		if input {
			find = portaudio.DefaultInputDevice
		}
		d, err := find()
		if errors.Is(err, portaudio.NoDefaultInputDevice) || errors.Is(err, portaudio.NoDefaultOutputDevice) {
			return nil, nil
		}
		return d, err
	}
	all, err := portaudio.Devices()
	if err != nil {
		return nil, fmt.Errorf("list audio devices: %w", err)
	}
	var names []string
	var usable []*portaudio.DeviceInfo
	for _, d := range all {
		if input && d.MaxInputChannels > 0 || !input && d.MaxOutputChannels > 0 {
			names, usable = append(names, d.Name), append(usable, d)
		}
	}
	if i := match(name, names); i >= 0 {
		return usable[i], nil
	}
	return nil, fmt.Errorf("there is no audio device %q (there are: %s)", name, strings.Join(names, ", "))
}
