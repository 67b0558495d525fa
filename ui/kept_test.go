package ui

import (
	"strings"
	"testing"

	"cordboard/session/wire"
)

func TestWhoIsReadySeesWhyCallsDoNotCome(t *testing.T) {
	kept := &wire.Kept{Activity: "InAMeeting", Queues: []string{"Support"}}
	for lang, want := range map[string]string{"en": "No calls of Support: Teams says “In a meeting”.", "zh": "Support 暂无来电：Teams 显示“"} {
		if got := catalogue(lang).kept(kept); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", lang, got)
		}
	}
	all := *kept
	all.All = true
	if got := catalogue("en").kept(&all); got != "No calls: Teams says “In a meeting”." {
		t.Errorf("of all queues: %q", got)
	}
	if got := catalogue("en").kept(nil); got != "" {
		t.Errorf("of none: %q", got)
	}
}
