package graph_test

import (
	"strings"
	"testing"
	"time"

	"cordboard/server/graph"
	"cordboard/server/lab"
)

func TestCheckNamesTheStepThatIsNotDone(t *testing.T) {
	all := []string{"Presence.Read.All", "Presence.ReadWrite.All", "User.Read.All", "GroupMember.Read.All"}
	without := func(p string) lab.MicrosoftOptions {
		o := lab.MicrosoftOptions{Permissions: []string{}}
		for _, a := range all {
			if a != p {
				o.Permissions = append(o.Permissions, a)
			}
		}
		return o
	}
	cases := []struct {
		name    string
		options lab.MicrosoftOptions
		change  func(*graph.Options)
		bad     string // name of the steps that fail
	}{
		{"all is done", lab.MicrosoftOptions{}, nil, ""},
		{"a wrong secret", lab.MicrosoftOptions{}, func(o *graph.Options) { o.Secret = "old" }, "sign-in of the server at Microsoft"},
		{"no presence", lab.MicrosoftOptions{Permissions: []string{"User.Read.All", "GroupMember.Read.All"}}, nil, "permission Presence.Read.All, permission Presence.ReadWrite.All"},
		{"no users", without("User.Read.All"), nil, "permission User.Read.All"},
		{"no groups", without("GroupMember.Read.All"), nil, "permission GroupMember.Read.All"},
		{"presence may only be read", without("Presence.ReadWrite.All"), nil, "permission Presence.ReadWrite.All"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := simulated(t, c.options)
			var bad []string
			for _, s := range client(t, m, c.change).Check(within(t, 30*time.Second)) {
				if s.Words == "" {
					t.Errorf("%s: no words", s.Name)
				}
				if !s.OK {
					bad = append(bad, s.Name)
				}
			}
			if got := strings.Join(bad, ", "); got != c.bad {
				t.Errorf("not done: %q, want %q", got, c.bad)
			}
		})
	}
}
