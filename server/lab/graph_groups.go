package lab

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// AddGroup adds a group or replaces the one of the same id. It refuses what Entra ID refuses: a group in a team, and a
// group that is not there.
func (m *Microsoft) AddGroup(g MicrosoftGroup) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if g.ID == "" {
		g.ID = MicrosoftID("group:" + g.Name)
	}
	g.ID = strings.ToLower(g.ID)
	if g.Team && len(g.Groups) > 0 {
		return fmt.Errorf("group %s: a Microsoft 365 group can hold no groups", g.ID)
	}
	for _, within := range g.Groups {
		if within = strings.ToLower(within); within != g.ID && m.graph.groups[within] == nil {
			return fmt.Errorf("group %s: there is no group %s", g.ID, within)
		}
	}
	if m.graph.groups == nil {
		m.graph.groups = map[string]*MicrosoftGroup{}
	}
	m.graph.groups[g.ID] = &g
	return nil
}

// directoryObject is a member of a group: a person or another group.
type directoryObject struct {
	person *msPerson
	group  *MicrosoftGroup
}

func (m *Microsoft) groupMembers(c *graphCall) { m.listMembers(c, "members", m.direct) }
func (m *Microsoft) allMembers(c *graphCall)   { m.listMembers(c, "transitiveMembers", m.transitive) }

// direct gives what stands in the group itself; the caller holds the lock.
func (m *Microsoft) direct(g *MicrosoftGroup) (out []directoryObject) {
	for _, user := range g.Members {
		if p := m.person(user); p != nil {
			out = append(out, directoryObject{person: p})
		}
	}
	for _, id := range g.Groups {
		if in := m.graph.groups[strings.ToLower(id)]; in != nil {
			out = append(out, directoryObject{group: in})
		}
	}
	return out
}

// transitive gives what stands in the group and in the groups within it, each once, groups too. Groups may be within each
// other; the caller holds the lock.
func (m *Microsoft) transitive(g *MicrosoftGroup) (out []directoryObject) {
	seen, todo := map[string]bool{strings.ToLower(g.ID): true}, []*MicrosoftGroup{g}
	for ; len(todo) > 0; todo = todo[1:] {
		for _, x := range m.direct(todo[0]) {
			id := ""
			if x.person != nil {
				id = x.person.ID
			} else {
				id = x.group.ID
			}
			if seen[id] {
				continue
			}
			seen[id] = true
			if out = append(out, x); x.group != nil {
				todo = append(todo, x.group)
			}
		}
	}
	return out
}

// listMembers answers a page. $select is of users, as it is at Graph: of a group only what both have is told.
func (m *Microsoft) listMembers(c *graphCall, relation string, list func(*MicrosoftGroup) []directoryObject) {
	if c.r.URL.Query().Has("$filter") || c.r.URL.Query().Has("$search") || c.r.URL.Query().Has("$orderby") {
		if c.r.Header.Get("ConsistencyLevel") != "eventual" || c.r.URL.Query().Get("$count") != "true" {
			c.fail(http.StatusBadRequest, "Request_UnsupportedQuery", "The specified query needs the header ConsistencyLevel: eventual and $count=true.")
			return
		}
	}
	sel, ok := c.selected("$skiptoken", "$top")
	if !ok {
		return
	}
	g := m.graph.groups[strings.ToLower(c.r.PathValue("id"))]
	if g == nil {
		c.fail(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+c.r.PathValue("id")+"' does not exist.")
		return
	}
	size := m.o.PageSize
	if top := c.r.URL.Query().Get("$top"); top != "" {
		n, err := strconv.Atoi(top)
		if err != nil || n < 1 || n > 999 {
			c.fail(http.StatusBadRequest, "Request_BadRequest", "Invalid page size specified: '"+top+"'. Must be between 1 and 999 inclusive.")
			return
		}
		size = min(size, n)
	}
	from, _ := strconv.Atoi(c.r.URL.Query().Get("$skiptoken"))
	all := list(g)
	from = min(max(from, 0), len(all))
	to := min(from+size, len(all))
	value := []map[string]any{}
	for _, x := range all[from:to] {
		value = append(value, c.directoryJSON(x, sel))
	}
	out := map[string]any{"@odata.context": m.GraphURL() + "/$metadata#directoryObjects", "value": value}
	if to < len(all) {
		out["@odata.nextLink"] = m.GraphURL() + "/groups/" + g.ID + "/" + relation + "?" + link("$skiptoken", strconv.Itoa(to), sel)
	}
	c.answer(http.StatusOK, out)
}

// directoryJSON tells a member; who may not read users gets to know only that they are there.
func (c *graphCall) directoryJSON(x directoryObject, sel []string) map[string]any {
	if x.group != nil {
		out := map[string]any{"@odata.type": "#microsoft.graph.group", "id": x.group.ID}
		if len(sel) == 0 || slices.Contains(sel, "displayName") {
			out["displayName"] = x.group.Name
		}
		return out
	}
	named := c.allowed([]string{"User.Read.All", "Directory.Read.All"}, []string{"User.Read.All", "User.ReadBasic.All"})
	u := userJSON(x.person, sel)
	for k := range u {
		if k != "id" && !named {
			u[k] = nil
		}
	}
	u["@odata.type"] = "#microsoft.graph.user"
	return u
}
