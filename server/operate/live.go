package operate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"cordboard/server/config"
	"cordboard/server/graph"
)

// checkLive asks what the configuration names: the authority, Graph, and the SBCs.
func checkLive(ctx context.Context, c *config.Config, say saying) {
	for i := range c.Tenants {
		t := &c.Tenants[i]
		askEntra(ctx, t, say)
		if t.Graph != nil {
			askGraph(ctx, t, say)
		}
		askTrunks(ctx, &c.Server, t, say)
	}
}

// askGraph tries each permission that the server wants of Graph.
func askGraph(ctx context.Context, t *config.Tenant, say saying) {
	c, err := graphOf(t, slog.New(slog.DiscardHandler))
	if err != nil {
		say(wrong, t.ID+": Graph", err.Error())
		return
	}
	signedIn := true
	for _, s := range c.Check(ctx) {
		words, cost := s.Words, wrong
		if !s.OK && !s.Needed {
			words += " (only this feature is lost)"
			cost = less
		}
		signedIn = signedIn && (s.OK || !s.Needed || s.Permission != "")
		say(of(s.OK, cost), t.ID+": "+s.Name, words)
	}
	if !signedIn {
		return // nothing else can be asked
	}
	askPeople(ctx, c, t, askGroups(ctx, c, t, say), say)
	if t.Graph.ClientID != strings.TrimPrefix(t.Entra.Audience, "api://") {
		say(less, t.ID+": chat with experts", "Chat with experts cannot work: it wants graph.client_id to be the API's own registration, entra.audience (only this feature is lost)")
	} else {
		say(good, t.ID+": chat with experts", "Needs the delegated permission Chat.ReadWrite with admin consent; only an agent's first message can try it. Consent: "+c.Health().Consent)
	}
}

// askPeople looks up everybody whom the configuration names, and says who cannot be rung: rung are the object ids of those to whom a
// group gives a number.
func askPeople(ctx context.Context, c *graph.Client, t *config.Tenant, rung map[string]bool, say saying) {
	var asked []string
	dumb := map[string]bool{} // experts whom the configuration gives no number
	for _, list := range [][]config.Person{t.People.Experts, t.People.Agents, t.People.Supervisors, t.People.Admins} {
		for i := range list {
			if p := &list[i]; p.ObjectID != "" || p.User != "" {
				asked = append(asked, cmp.Or(p.ObjectID, strings.ToLower(p.User)))
			}
		}
	}
	for i := range t.People.Experts {
		if p := &t.People.Experts[i]; p.Number == "" {
			dumb[strings.ToLower(cmp.Or(p.ObjectID, p.User))] = true
		}
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	found, err := c.Users(ctx, asked)
	if err != nil {
		if e, ok := errors.AsType[*graph.Error](err); !ok || e.Kind != graph.NoConsent { // that was said
			say(wrong, t.ID+": people", err.Error())
		}
		return
	}
	var missing, blocked, silent []string
	for _, name := range asked {
		u, ok := found[strings.ToLower(name)]
		switch {
		case !ok:
			missing = append(missing, name)
		case u.Disabled:
			blocked = append(blocked, name)
		case dumb[strings.ToLower(name)] && !rung[u.ID]:
			silent = append(silent, name)
		}
	}
	what := t.ID + ": people"
	if len(missing) > 0 {
		say(wrong, what, "Not in this tenant: "+some(missing)+". Correct the names in the configuration, or the tenant.")
	}
	if len(blocked) > 0 {
		say(less, what, "Blocked in Entra, and so cannot sign in: "+some(blocked)+".")
	}
	if len(silent) > 0 {
		say(less, what, "Experts who cannot be rung, for neither the configuration nor a group of theirs gives them a number in + form: "+some(silent)+".")
	}
	if len(missing)+len(blocked)+len(silent) == 0 {
		say(good, what, strconv.Itoa(len(asked))+" of the configuration are in the directory")
	}
}

// some names the first few.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// askGroups reads the groups and teams that people come from. It gives the object ids of the members who have a number.
func askGroups(ctx context.Context, c *graph.Client, t *config.Tenant, say saying) map[string]bool {
	rung := map[string]bool{}
	var ids []string
	for i := range t.People.ExpertsFrom {
		ids = append(ids, t.People.ExpertsFrom[i].ID())
	}
	for i := range t.People.AgentsFrom {
		ids = append(ids, t.People.AgentsFrom[i].ID())
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		what := t.ID + ": group " + id
		all, err := c.Members(ctx, id)
		if e, ok := errors.AsType[*graph.Error](err); ok && e.Kind == graph.NotFound {
			say(wrong, what, "There is no such group in this tenant. Correct the object id: of a team it is that of its group.")
			continue
		}
		if err != nil {
			say(wrong, what, err.Error())
			continue
		}
		dumb := 0
		for _, u := range all {
			if m := member(u); m.Number() == "" {
				dumb++
			} else {
				rung[u.ID] = true
			}
		}
		words := strconv.Itoa(len(all)) + " members"
		if dumb > 0 {
			words += "; " + strconv.Itoa(dumb) + " of them without a number in + form, who cannot be rung"
		}
		say(of(dumb == 0, less), what, words)
	}
	return rung
}
