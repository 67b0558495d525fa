package ui

import (
	"math"
	"strconv"
	"testing"

	"github.com/muesli/termenv"
)

type rgb [3]float64

func parse(hex string) rgb {
	n, _ := strconv.ParseUint(hex[1:], 16, 32)
	return rgb{float64(n>>16) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// contrast is WCAG 2.2's ratio of two colours.
func contrast(a, b rgb) float64 {
	l := func(c rgb) float64 { return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2]) }
	hi, lo := l(a), l(b)
	if hi < lo {
		hi, lo = lo, hi
	}
	return (hi + 0.05) / (lo + 0.05)
}

func TestEveryColourReadsOnEveryBackground(t *testing.T) {
	for name, p := range map[string]struct {
		*palette
		grounds []string
	}{
		"dark":  {&dark, []string{"#000000", "#1E1E2E", "#282C34", "#2E3440"}},
		"light": {&light, []string{"#FFFFFF", "#FDF6E3", "#EEE8D5"}},
	} {
		for r := range roles {
			if r == rule {
				continue // lines mean nothing alone
			}
			for _, g := range append(p.grounds, p.selected.hex) {
				if c := contrast(parse(p.hues[r].hex), parse(g)); c < 4.5 && g != p.selected.hex || c < 4 {
					t.Errorf("%s: role %d on %s has a contrast of %.2f", name, r, g, c)
				}
			}
			if r >= good {
				if c := contrast(parse(p.hues[r].hex), parse(p.ink.hex)); c < 5.5 {
					t.Errorf("%s: the ink of role %d's pill has a contrast of %.2f", name, r, c)
				}
			}
		}
	}
}

// States are told apart by everyone: CIEDE2000 of at least 9 in normal sight and with full protanopia, deuteranopia,
// tritanopia (Machado, Oliveira, Fernandes 2009).
func TestStatesAreToldApart(t *testing.T) {
	sights := map[string][9]float64{
		"normal":       {1, 0, 0, 0, 1, 0, 0, 0, 1},
		"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
		"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
		"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
	}
	for theme, p := range map[string]*palette{"dark": &dark, "light": &light} {
		for sight, m := range sights {
			for a := good; a < roles; a++ {
				for b := a + 1; b < roles; b++ {
					d := distance(see(parse(p.hues[a].hex), m), see(parse(p.hues[b].hex), m))
					if d < 9 {
						t.Errorf("%s, %s: roles %d and %d are %.1f apart", theme, sight, a, b, d)
					}
				}
			}
		}
	}
}

// see is a colour as that eye sees it, in linear light.
func see(c rgb, m [9]float64) rgb {
	l := rgb{linear(c[0]), linear(c[1]), linear(c[2])}
	var o rgb
	for i := range 3 {
		o[i] = math.Max(0, math.Min(1, m[3*i]*l[0]+m[3*i+1]*l[1]+m[3*i+2]*l[2]))
	}
	return o
}

func lab(l rgb) (float64, float64, float64) {
	x := (0.4124564*l[0] + 0.3575761*l[1] + 0.1804375*l[2]) / 0.95047
	y := 0.2126729*l[0] + 0.7151522*l[1] + 0.0721750*l[2]
	z := (0.0193339*l[0] + 0.1191920*l[1] + 0.9503041*l[2]) / 1.08883
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	return 116*f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))
}

// distance is CIEDE2000 (Sharma, Wu, Dalal 2005).
func distance(p, q rgb) float64 {
	l1, a1, b1 := lab(p)
	l2, a2, b2 := lab(q)
	c := (math.Hypot(a1, b1) + math.Hypot(a2, b2)) / 2
	g := 0.5 * (1 - math.Sqrt(math.Pow(c, 7)/(math.Pow(c, 7)+math.Pow(25, 7))))
	a1, a2 = a1*(1+g), a2*(1+g)
	c1, c2 := math.Hypot(a1, b1), math.Hypot(a2, b2)
	angle := func(a, b float64) float64 {
		h := math.Atan2(b, a) * 180 / math.Pi
		if h < 0 {
			h += 360
		}
		return h
	}
	h1, h2 := angle(a1, b1), angle(a2, b2)
	dh := h2 - h1
	switch {
	case c1*c2 == 0:
		dh = 0
	case dh > 180:
		dh -= 360
	case dh < -180:
		dh += 360
	}
	dH := 2 * math.Sqrt(c1*c2) * math.Sin(dh/2*math.Pi/180)
	hm := (h1 + h2) / 2
	if math.Abs(h1-h2) > 180 {
		if hm < 180 {
			hm += 180
		} else {
			hm -= 180
		}
	}
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	tt := 1 - 0.17*math.Cos(rad(hm-30)) + 0.24*math.Cos(rad(2*hm)) + 0.32*math.Cos(rad(3*hm+6)) - 0.20*math.Cos(rad(4*hm-63))
	lm, cm := (l1+l2)/2, (c1+c2)/2
	sl := 1 + 0.015*(lm-50)*(lm-50)/math.Sqrt(20+(lm-50)*(lm-50))
	sc, sh := 1+0.045*cm, 1+0.015*cm*tt
	rt := -2 * math.Sqrt(math.Pow(cm, 7)/(math.Pow(cm, 7)+math.Pow(25, 7))) * math.Sin(rad(60*math.Exp(-(hm-275)/25*(hm-275)/25)))
	dl, dc := (l2-l1)/sl, (c2-c1)/sc
	return math.Sqrt(dl*dl + dc*dc + dH/sh*dH/sh + rt*dc*dH/sh)
}

func TestWithoutColourPillsReverse(t *testing.T) {
	th := newTheme("auto", termenv.Ascii, false, false)
	if got := th.paint(good|pill, "x"); got != "\x1b[1;7mx\x1b[m" {
		t.Errorf("a pill is %q", got)
	}
	if got := th.paint(dim, "x"); got != "x" {
		t.Errorf("dim is %q", got)
	}
	if got := newTheme("16", termenv.TrueColor, false, false).paint(bad, "x"); got != "\x1b[31mx\x1b[m" {
		t.Errorf("red of 16 is %q", got)
	}
}
