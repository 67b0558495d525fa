package ui

import "testing"

func TestShownNumber(t *testing.T) {
	for in, want := range map[string]string{
		"+442079460018":    "+44 20 7946 0018",
		"+441632960123":    "+44 1632 960 123",
		"+14255550142":     "+1 425 555 0142",
		"+8613800138000":   "+86 138 0013 8000",
		"+33123456789":     "+33 1 23 45 67 89",
		"+4930901820":      "+49 309 018 20",
		"+358401234567":    "+358 401 234 567",
		"+44 20 7946 0018": "+44 20 7946 0018",
		"2219":             "2219",
		"anonymous":        "anonymous",
		"+44abc":           "+44abc",
		"":                 "",
	} {
		if got := shownNumber(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
