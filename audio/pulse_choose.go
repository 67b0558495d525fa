//go:build cgo && !headless && linux

package audio

import (
	"fmt"
	"os"
	"slices"
)

// pulseList asks the sound server for its devices; there are none when there is no server.
func pulseList() pulseState {
	c, conn, err := pulseClient()
	if err != nil {
		return pulseState{}
	}
	defer conn.Close()
	s, err := askPulse(c)
	if err != nil {
		return pulseState{}
	}
	return s
}

// present tells, cheaply, one state of the system's devices from another: ALSA's cards, and what the sound server has.
func present() string {
	cards, _ := os.ReadFile("/proc/asound/cards") // none: there is no sound card
	return fmt.Sprintf("%s%+v", cards, pulseList())
}

// pulseInfos lists the sound server's devices by the names that people know. What hears a loudspeaker is no
// microphone, unless there is nothing else.
func pulseInfos() []Info {
	all := pulseList()
	real := slices.ContainsFunc(all.sources, func(d pulseDevice) bool { return !d.monitor })
	var out []Info
	for _, d := range all.sources {
		if !d.monitor || !real {
			out = append(out, Info{Name: d.description, API: "PulseAudio", Inputs: 1, Default: d.name == all.source})
		}
	}
	for _, d := range all.sinks {
		out = append(out, Info{Name: d.description, API: "PulseAudio", Outputs: 1, Default: d.name == all.sink})
	}
	return out
}

// viaPulse turns a wish for one of the sound server's devices into what ALSA's pulse device understands: it reads
// which one is meant from the environment when it is opened. Wishes for one of the own devices stay as they are.
func viaPulse(want choice, own []string) choice {
	var all pulseState
	if want.input != "" && same(want.input, own) < 0 || want.output != "" && same(want.output, own) < 0 {
		all = pulseList()
	}
	return choice{
		input:  steer("PULSE_SOURCE", want.input, own, all.sources),
		output: steer("PULSE_SINK", want.output, own, all.sinks),
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
