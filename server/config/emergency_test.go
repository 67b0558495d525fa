package config

import (
	"strings"
	"testing"
)

func TestEmergencyNumbers(t *testing.T) {
	cases := []struct{ name, outbound, wrong string }{
		{"placed with a number of its own", `{emergency: {numbers: ["999"], place: true, caller_id: "+442079460018"}}`, ""},
		{"placed with the usual number", `{caller_ids: [{number: "+442079460018"}], emergency: {place: true}}`, ""},
		{"not placed", `{emergency: {numbers: ["999"]}}`, ""},
		{"placed without a number to show", `{emergency: {place: true}}`, "needs caller_id"},
		{"no number", `{emergency: {numbers: [help]}}`, "digits are wanted"},
		{"a trunk that is not there", `{emergency: {trunk: paris}}`, "paris"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(base + "    outbound: " + c.outbound + "\n")
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Fatalf("got %v, want an error about %q", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			e := &got.Tenants[0].Outbound.Emergency
			if !e.Is("999") || e.Is("+44999") || e.Trunk != "london" || e.Place && e.CallerID != "+442079460018" {
				t.Fatalf("read as %+v", *e)
			}
		})
	}
}
