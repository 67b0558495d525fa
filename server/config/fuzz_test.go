package config

import (
	"errors"
	"testing"
	"time"
)

// Whatever the text, it is taken or refused with places in it, and what is taken is taken again.
func FuzzParse(f *testing.F) {
	f.Add(base)
	f.Add(string(Starter()))
	f.Add("tenants: &a [*a]")
	f.Add("a: &a {b: &b [*b, *b]}\ntenants: [*a, *a]")
	f.Add("server: {media: {ports: 1-9, tos: ef}, sip: {udp: off}}\ntenants: [{id: ${X}}]")
	f.Add("? [a]\n: b")
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		c, err := parse(text)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%d characters took %v", len(text), took)
		}
		if err == nil {
			if again, err := parse(text); err != nil || len(again.Tenants) != len(c.Tenants) {
				t.Fatalf("taken once, then %v", err)
			}
			return
		}
		var all Errors
		if !errors.As(err, &all) || len(all) == 0 || c != nil {
			t.Fatalf("refused as %T: %v", err, err)
		}
		for _, e := range all {
			if e.Line < 1 || e.Col < 1 || e.What == "" {
				t.Fatalf("no place: %q", e.Error())
			}
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"20 s", "1h30m", "500ms", "10 min", "0", "", "9999999999999 d", "1.5 h", "s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		if d < 0 {
			t.Fatalf("%q is %v", s, d)
		}
		if again, err := ParseDuration(durationText(d)); d%1e6 == 0 && (err != nil || again != d) {
			t.Fatalf("%q is %v, written %q is %v (%v)", s, d, durationText(d), again, err)
		}
	})
}
