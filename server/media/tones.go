package media

import (
	"math"
	"strings"
)

// cadence is a tone of the telephone network (ITU-T E.180): its frequencies, and on and off by turns in seconds.
type cadence struct {
	hz   []float64
	beat []float64
}

// ringing is how it rings, by region; "" is where we know nothing better.
func ringing(region string) cadence {
	switch strings.ToLower(region) {
	case "us", "ca", "pr", "mx":
		return cadence{[]float64{440, 480}, []float64{2, 4}}
	case "gb", "uk", "ie", "mt", "sg", "my", "hk", "za":
		return cadence{[]float64{400, 450}, []float64{0.4, 0.2, 0.4, 2}}
	case "au", "nz":
		return cadence{[]float64{413, 438}, []float64{0.4, 0.2, 0.4, 2}}
	case "fr", "be", "lu":
		return cadence{[]float64{440}, []float64{1.5, 3.5}}
	case "jp":
		return cadence{[]float64{384, 416}, []float64{1, 2}}
	case "cn":
		return cadence{[]float64{450}, []float64{1, 4}}
	case "it":
		return cadence{[]float64{425}, []float64{1, 4}}
	case "es":
		return cadence{[]float64{425}, []float64{1.5, 3}}
	}
	return cadence{[]float64{425}, []float64{1, 4}}
}

// clip plays the cadence through once; its ends fade, so that nothing clicks.
func (c cadence) clip(name string) *Clip {
	var out []int16
	for i, length := range c.beat {
		n := int(length * clipRate)
		for k := range n {
			v := 0.0
			if i%2 == 0 {
				for _, f := range c.hz {
					v += math.Sin(2 * math.Pi * f * float64(k) / clipRate)
				}
				v *= 3600 / float64(len(c.hz)) * min(1, float64(min(k, n-1-k))/160)
			}
			out = append(out, int16(v))
		}
	}
	return NewClip(name, out, clipRate)
}

// builtinPrompt makes the sounds that need no words. nil for a name that is none of them.
func builtinPrompt(name string) *Clip {
	switch name {
	case "beep":
		return cadence{[]float64{1000}, []float64{0.2, 0.1}}.clip(name)
	case "zip":
		return cadence{[]float64{620}, []float64{0.12, 0.06, 0.12, 0.1}}.clip(name)
	case "busy":
		return cadence{[]float64{425}, []float64{0.48, 0.48, 0.48, 0.48, 0.48, 0.48}}.clip(name)
	case "joined":
		return join(cadence{[]float64{440}, []float64{0.12, 0.02}}, cadence{[]float64{660}, []float64{0.18, 0.1}}).clip(name)
	case "left":
		return join(cadence{[]float64{660}, []float64{0.12, 0.02}}, cadence{[]float64{440}, []float64{0.18, 0.1}}).clip(name)
	case "sorry":
		return join(cadence{[]float64{950}, []float64{0.33, 0.03}}, cadence{[]float64{1400}, []float64{0.33, 0.03}}, cadence{[]float64{1800}, []float64{0.33, 0.6}}).clip(name)
	}
	return nil
}

type cadences []cadence

func join(c ...cadence) cadences { return c }

func (cs cadences) clip(name string) *Clip {
	var out []int16
	for _, c := range cs {
		part := c.clip(name)
		out = append(out, part.pcm...)
	}
	return NewClip(name, out, clipRate)
}
