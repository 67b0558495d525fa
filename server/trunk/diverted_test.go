package trunk

import (
	"strings"
	"testing"
)

func TestHowACallWasSentOn(t *testing.T) {
	for name, c := range map[string]struct{ history, diversion, want string }{
		"Teams forwards (facts of Direct Routing, escaped)": {
			history: `<sip:+14257123456@sip.pstnhub.microsoft.com;user=phone?Reason=SIP%3Bcause%3D302%3Btext%3D%22Move%20Temporarily%22>;index=1,<sip:+15551230000@sbc1.adatum.biz:5061;user=phone>;index=1.1`,
			want:    "+14257123456 unconditional",
		},
		"Teams forwards (raw)": {
			history: `<sip:+14257123456@sip.pstnhub.microsoft.com;user=phone?Reason=SIP;cause=302;text="Move Temporarily">;index=1, <sip:+15551230000@sbc1.adatum.biz>;index=1.1`,
			want:    "+14257123456 unconditional",
		},
		"busy, then no answer": {
			history: `<sip:+441@x?Reason=SIP%3Bcause%3D486>;index=1, <sip:+442@x?Reason=SIP%3Bcause%3D408>;index=1.1, <sip:+443@x>;index=1.1.1`,
			want:    "+441 busy, +442 no_answer",
		},
		"who wants to stay unknown": {
			history: `<sip:+441@x?Reason=SIP%3Bcause%3D486&Privacy=history>;index=1, <sip:+443@x>;index=1.1`, want: " busy",
		},
		"where it is now says nothing": {history: `<sip:+443@x>;index=1`},
		"Diversion, the last on top": {
			diversion: `<sip:+442@x>;reason=no-answer;counter=1, "Front, desk" <tel:+441>;reason="user-busy";privacy=off`, want: "+441 busy, +442 no_answer",
		},
		"Diversion in private":    {diversion: `<sip:+442@x>;reason=unconditional;privacy=full`, want: " unconditional"},
		"Diversion of a new kind": {diversion: `<sip:+442@x>;reason=because`, want: "+442 "},
		"both: the history says more": {
			history: `<sip:+441@x?Reason=SIP%3Bcause%3D603>;index=1, <sip:+443@x>;index=1.1`, diversion: `<sip:+449@x>;reason=unknown`, want: "+441 declined",
		},
		"rubbish": {history: `<<<>, ;;;, "`, diversion: `<`, want: " "},
		"a loop":  {diversion: strings.Repeat(`<sip:+442@x>;reason=deflection, `, 40), want: strings.TrimSuffix(strings.Repeat("+442 unconditional, ", maxDiverted), ", ")},
	} {
		var got []string
		for _, d := range diverted(splitList(c.history), splitList(c.diversion)) {
			got = append(got, d.User+" "+d.Reason)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", name, s, c.want)
		}
	}
}

func FuzzDiverted(f *testing.F) {
	f.Add(`<sip:+1@x?Reason=SIP%3Bcause%3D302>;index=1,<sip:+2@x>`, `"a" <sip:+3@x>;reason=user-busy;privacy=full`)
	f.Add(`sip:a@b?Reason=SIP;cause=486&Privacy=id`, `tel:+1;reason="no-answer`)
	f.Fuzz(func(t *testing.T, history, diversion string) {
		out := diverted(splitList(history), splitList(diversion))
		if len(out) > maxDiverted {
			t.Errorf("%d kept", len(out))
		}
		for _, d := range out {
			switch d.Reason {
			case "", "busy", "no_answer", "unconditional", "declined", "unavailable":
			default:
				t.Errorf("reason %q", d.Reason)
			}
			if strings.ContainsAny(d.User, "\r\n\x00") {
				t.Errorf("user %q", d.User)
			}
		}
	})
}
