package config

import (
	"strings"
	"testing"
	"time"
)

const (
	group   = "44444444-4444-4444-4444-44444444AAAA"
	another = "55555555-5555-5555-5555-555555555555"
)

// withGraph is the base with access to Graph and more keys of people.
func withGraph(people string) string {
	text := strings.Replace(base, "    trunks:", "    graph: {client_id: c, secret: s}\n    trunks:", 1)
	return text + people
}

func TestPeopleComeFromGroupsAndTeams(t *testing.T) {
	c, err := parse(withGraph(`      experts_from:
        - {group: ` + group + `, skills: {vpn: 3}, languages: [en], confirm: never}
        - {team: ` + another + `}
      agents_from:
        - {team: ` + another + `, queues: [support]}
      directory: {search: true}
      teams:
        - {id: network, name: Network, from: ` + group + `}
`))
	if err != nil {
		t.Fatal(err)
	}
	p := &c.Tenants[0].People
	if e := p.ExpertsFrom; len(e) != 2 || e[0].ID() != strings.ToLower(group) || e[1].ID() != another || e[0].Skills[0].Level != 3 || e[0].Confirm != "never" {
		t.Errorf("experts %+v", e)
	}
	if !p.Serves("support") || p.Serves("sales") || !p.Graphs() || !p.Directory.Search || p.Directory.Every != 2*time.Minute {
		t.Errorf("agents %+v, directory %+v", p.AgentsFrom, p.Directory)
	}
	if p.Teams[0].From != strings.ToLower(group) {
		t.Errorf("team %+v", p.Teams[0])
	}
	if len(c.Warnings()) > 0 {
		t.Errorf("warnings %v", c.Warnings())
	}
}

func TestAQueueMayHaveOnlyAgentsOfAGroup(t *testing.T) {
	text := strings.Replace(withGraph("      agents_from:\n        - {group: "+group+", queues: [support], skills: {spanish: 1}}\n"), "        agents: [adele@contoso.com]", "        skills: {spanish: 1}", 1)
	c, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings()) > 0 {
		t.Errorf("warnings %v", c.Warnings())
	}
}

func TestAGroupThatCannotBeMeantIsRefusedWithItsPlace(t *testing.T) {
	for name, c := range map[string]struct{ people, want string }{
		"neither group nor team":     {"      experts_from:\n        - {skills: {vpn: 1}}\n", ":25:11: experts_from: group or team is needed, one of them"},
		"both":                       {"      experts_from:\n        - {group: " + group + ", team: " + another + "}\n", "group or team is needed, one of them"},
		"a name instead of an id":    {"      agents_from:\n        - {team: Network, queues: [support]}\n", `:25:18: team "Network": a GUID is wanted`},
		"the same twice":             {"      experts_from:\n        - {group: " + group + "}\n        - {team: " + strings.ToLower(group) + "}\n", "is already given in line 25"},
		"a queue that is not there":  {"      agents_from:\n        - {group: " + group + ", queues: [suport]}\n", `no queue "suport"; did you mean "support"?`},
		"a team of another group":    {"      experts_from:\n        - {group: " + group + "}\n      teams:\n        - {id: x, name: X, from: " + another + "}\n", `is no group or team of people.experts_from`},
		"agents with another key":    {"      agents_from:\n        - {group: " + group + ", queue: support}\n", `unknown key "queue"`},
		"asked too often":            {"      directory: {every: 1 s}\n", "every: at least 15s is wanted"},
		"an expert's queue":          {"      experts_from:\n        - {group: " + group + ", queues: [support]}\n", `unknown key "queues"`},
		"a key of the directory":     {"      directory: {find: true}\n", `unknown key "find"`},
		"a team without any of them": {"      teams:\n        - {id: x, name: X}\n", "experts, skill or from is needed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(withGraph(c.people))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	_, err := parse(base + "      directory: {search: true}\n")
	if err == nil || !strings.Contains(err.Error(), "there is none; give the tenant a graph") {
		t.Errorf("without graph: %v", err)
	}
}
