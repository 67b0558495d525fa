//go:build cgo && !headless && linux

package audio

import (
	"os"

	"github.com/jfreymuth/pulse/proto"
)

// pulseList gives the microphones and the ears of the sound server; none when there is no server.
func pulseList() (sources, sinks []pulseDevice) {
	c, conn, err := pulseClient()
	if err != nil {
		return nil, nil
	}
	defer conn.Close()
	s, err := askPulse(c)
	if err != nil {
		return nil, nil
	}
	var list proto.GetSinkInfoListReply
	if err := c.Request(&proto.GetSinkInfoList{}, &list); err != nil {
		return nil, nil
	}
	for _, d := range list {
		sinks = append(sinks, pulseDevice{d.SinkName, d.Device})
	}
	return s.sources, sinks
}

// pulseInfos lists the sound server's devices by the names that people know.
func pulseInfos() []Info {
	sources, sinks := pulseList()
	var out []Info
	for _, d := range sources {
		out = append(out, Info{Name: d.description, API: "PulseAudio", Inputs: 1})
	}
	for _, d := range sinks {
		out = append(out, Info{Name: d.description, API: "PulseAudio", Outputs: 1})
	}
	return out
}

// viaPulse turns a wish for one of the sound server's devices into what ALSA's pulse device understands: it reads
// which one is meant from the environment when it is opened. Wishes for one of the own devices stay as they are.
func viaPulse(want choice, own []string) choice {
	var sources, sinks []pulseDevice
	if want.input != "" && same(want.input, own) < 0 || want.output != "" && same(want.output, own) < 0 {
		sources, sinks = pulseList()
	}
	return choice{
		input:  steer("PULSE_SOURCE", want.input, own, sources),
		output: steer("PULSE_SINK", want.output, own, sinks),
	}
}

// steered are the variables that we have set; what was there before is not touched.
var steered = map[string]bool{}

func steer(variable, want string, own []string, devices []pulseDevice) string {
	if steered[variable] {
		os.Unsetenv(variable)
		delete(steered, variable)
	}
	if want == "" || same(want, own) >= 0 {
		return want
	}
	var names, descriptions []string
	for _, d := range devices {
		names, descriptions = append(names, d.name), append(descriptions, d.description)
	}
	i := match(want, descriptions)
	if i < 0 {
		i = match(want, names)
	}
	if i < 0 {
		return want
	}
	os.Setenv(variable, devices[i].name)
	steered[variable] = true
	return "pulse"
}
