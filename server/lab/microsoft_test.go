package lab

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// msLab is a simulation with a client that trusts it.
type msLab struct {
	*Microsoft
	t  *testing.T
	hc *http.Client
}

func startMicrosoft(t *testing.T, o MicrosoftOptions) *msLab {
	t.Helper()
	m, err := NewMicrosoft(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(context.Background()) })
	hc := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: m.Roots()}}}
	t.Cleanup(hc.CloseIdleConnections)
	return &msLab{m, t, hc}
}

func (l *msLab) form(path string, kv ...string) (int, map[string]any) {
	l.t.Helper()
	v := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	res, err := l.hc.PostForm(l.Authority()+"/oauth2/v2.0/"+path, v)
	if err != nil {
		l.t.Fatal(err)
	}
	return decodeJSON(l.t, res)
}

// graph makes one request; id is its request-id.
func (l *msLab) graph(method, path, token, body string) (status int, id string, out map[string]any) {
	l.t.Helper()
	return l.graphWith(method, path, token, body, nil)
}

// graphWith has other headers too; an empty one is left out.
func (l *msLab) graphWith(method, path, token, body string, headers map[string]string) (status int, id string, out map[string]any) {
	l.t.Helper()
	req, _ := http.NewRequest(method, l.GraphURL()+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range headers {
		if req.Header.Set(k, v); v == "" {
			req.Header.Del(k)
		}
	}
	res, err := l.hc.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	status, out = decodeJSON(l.t, res)
	return status, res.Header.Get("request-id"), out
}

func decodeJSON(t *testing.T, res *http.Response) (int, map[string]any) {
	t.Helper()
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	var out map[string]any
	if len(bytes.TrimSpace(b)) > 0 && json.Unmarshal(b, &out) != nil {
		t.Fatalf("answer %d is not JSON: %s", res.StatusCode, b)
	}
	return res.StatusCode, out
}

func (l *msLab) code() (device, user string) {
	_, out := l.form("devicecode", "client_id", l.o.ConsoleClientID, "scope", "openid profile offline_access "+l.Scope())
	device, _ = out["device_code"].(string)
	user, _ = out["user_code"].(string)
	if device == "" || len(user) != 9 {
		l.t.Fatalf("no device code: %v", out)
	}
	return device, user
}

func (l *msLab) poll(device, grant string) (int, map[string]any) {
	return l.form("token", "grant_type", grant, "client_id", l.o.ConsoleClientID, "device_code", device)
}

func (l *msLab) appToken() string {
	_, out := l.form("token", "grant_type", "client_credentials", "client_id", l.o.ServerClientID, "client_secret", l.o.ServerSecret, "scope", "https://graph.microsoft.com/.default")
	s, _ := out["access_token"].(string)
	if s == "" {
		l.t.Fatalf("no application token: %v", out)
	}
	return s
}

// onBehalfOf is a token of Graph with an agent's own rights.
func (l *msLab) onBehalfOf(user string) string {
	l.t.Helper()
	own, err := l.MintUser(user, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	_, out := l.form("token", "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "client_id", l.o.ServerClientID, "client_secret", l.o.ServerSecret,
		"assertion", own, "requested_token_use", "on_behalf_of", "scope", "https://graph.microsoft.com/Chat.ReadWrite")
	s, _ := out["access_token"].(string)
	if s == "" {
		l.t.Fatalf("no token on behalf of %s: %v", user, out)
	}
	return s
}

const rfcGrant = "urn:ietf:params:oauth:grant-type:device_code"

func TestDeviceCodeEndsInWords(t *testing.T) {
	l := startMicrosoft(t, MicrosoftOptions{})
	cases := []struct {
		name   string
		do     func(code string)
		error  string
		number float64
	}{
		{"nobody has come yet", func(string) {}, "authorization_pending", 70016},
		{"polled too fast", func(string) { l.SlowDown(1) }, "slow_down", 70016},
		{"the person declined", func(c string) { l.Decline(c) }, "authorization_declined", 70018},
		{"the code is too old", func(c string) { l.ExpireCode(c) }, "expired_token", 70020},
		{"a policy forbids codes", func(c string) { l.BlockDeviceCode(true); l.Approve(c, "adele.vance@contoso.com") }, "invalid_grant", 53003},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			defer l.BlockDeviceCode(false)
			device, user := l.code()
			c.do(user)
			status, out := l.poll(device, rfcGrant)
			codes, _ := out["error_codes"].([]any)
			if status != 400 || out["error"] != c.error || len(codes) != 1 || codes[0] != c.number {
				t.Fatalf("got %d %v %v, want 400 %s %v", status, out["error"], codes, c.error, c.number)
			}
			if !strings.Contains(out["error_description"].(string), "Trace ID: ") {
				t.Error("the error has no trace id")
			}
		})
	}
}

func TestDeviceCodeIsGoodForOneToken(t *testing.T) {
	l := startMicrosoft(t, MicrosoftOptions{})
	for _, grant := range []string{"device_code", rfcGrant} {
		device, user := l.code()
		if err := l.Approve(strings.ToLower(user[:3]+" "+user[3:]), "Adele.Vance@contoso.com"); err != nil {
			t.Fatal(err)
		}
		status, out := l.poll(device, grant)
		if status != 200 || out["refresh_token"] == nil || out["id_token"] == nil || out["client_info"] == nil {
			t.Fatalf("%s: got %d %v", grant, status, out)
		}
		l.mu.Lock()
		claims, err := l.verify(out["access_token"].(string))
		l.mu.Unlock()
		if err != nil || claims["aud"] != l.o.ServerClientID || claims["scp"] != "Agent.Use" || claims["tid"] != l.o.TenantID {
			t.Errorf("access token: %v %v", claims, err)
		}
		if status, out = l.poll(device, grant); status != 400 || out["error"] != "bad_verification_code" {
			t.Errorf("the second time: got %d %v", status, out["error"])
		}
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	l := startMicrosoft(t, MicrosoftOptions{})
	server, console, graph := l.o.ServerClientID, l.o.ConsoleClientID, "https://graph.microsoft.com/.default"
	cases := []struct {
		name   string
		form   []string
		number float64
	}{
		{"an unknown client", []string{"grant_type", "device_code", "client_id", "x", "device_code", "y"}, 700016},
		{"a secret from a public client", []string{"grant_type", "refresh_token", "client_id", console, "client_secret", "s"}, 700025},
		{"a wrong secret", []string{"grant_type", "client_credentials", "client_id", server, "client_secret", "no", "scope", graph}, 7000215},
		{"no secret", []string{"grant_type", "client_credentials", "client_id", server, "scope", graph}, 7000218},
		{"a scope that is not .default", []string{"grant_type", "client_credentials", "client_id", server, "client_secret", l.o.ServerSecret, "scope", "https://graph.microsoft.com/User.Read"}, 1002012},
		{"a password grant", []string{"grant_type", "password", "client_id", console}, 70003},
		{"a foreign refresh token", []string{"grant_type", "refresh_token", "client_id", console, "refresh_token", "x", "scope", l.Scope()}, 700082},
		{"a code of nobody", []string{"grant_type", "authorization_code", "client_id", console, "code", "x"}, 54005},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			status, out := l.form("token", c.form...)
			codes, _ := out["error_codes"].([]any)
			if status < 400 || len(codes) != 1 || codes[0] != c.number {
				t.Fatalf("got %d %v, want AADSTS%v", status, out, c.number)
			}
		})
	}
}

func TestSignInPageLetsACodeIn(t *testing.T) {
	l := startMicrosoft(t, MicrosoftOptions{})
	device, user := l.code()
	read := func(method string, at string, form url.Values) string {
		req, _ := http.NewRequest(method, at, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := l.hc.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return string(b)
	}
	if page := read("GET", l.Page(), nil); !strings.Contains(page, user) {
		t.Error("the page does not offer the newest code")
	}
	if page := read("GET", l.Page()+"?code=WRONGCODE", nil); !strings.Contains(page, "did not work") {
		t.Error("a wrong code is not refused")
	}
	if page := read("GET", l.Page()+"?code="+user, nil); !strings.Contains(page, "Adele Vance") {
		t.Error("the page shows no accounts")
	}
	if page := read("POST", l.Page(), url.Values{"code": {user}, "account": {"adele.vance@contoso.com"}}); !strings.Contains(page, "You have signed in") {
		t.Errorf("not approved: %s", page)
	}
	if status, _ := l.poll(device, rfcGrant); status != 200 {
		t.Errorf("poll: got %d", status)
	}
}

func TestGraphRefuses(t *testing.T) {
	l := startMicrosoft(t, MicrosoftOptions{})
	adele := MicrosoftID("adele.vance@contoso.com")
	good := l.appToken()
	l.Revoke("Presence.Read.All", "Presence.ReadWrite.All")
	poor := l.appToken()
	user, err := l.MintUser("adele.vance@contoso.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	many := `"` + strings.Repeat(adele+`","`, 650) + adele + `"`
	session := func(a, b, life string) string {
		return `{"sessionId":"` + l.o.ServerClientID + `","availability":"` + a + `","activity":"` + b + `","expirationDuration":"` + life + `"}`
	}
	presences, set := "/communications/getPresencesByUserId", "/users/"+adele+"/presence/setPresence"
	cases := []struct {
		name, path, token, body string
		status                  int
		code                    string
	}{
		{"no token", presences, "", `{"ids":["` + adele + `"]}`, 401, "InvalidAuthenticationToken"},
		{"a token of our own API", presences, user, `{"ids":["` + adele + `"]}`, 401, "InvalidAuthenticationToken"},
		{"a token without the permission", presences, poor, `{"ids":["` + adele + `"]}`, 403, "Authorization_RequestDenied"},
		{"a property that is not there", presences, good, `{"ids":["` + adele + `"],"top":3}`, 400, "BadRequest"},
		{"651 ids", presences, good, `{"ids":[` + many + `]}`, 400, "BadRequest"},
		{"no ids", presences, good, `{"ids":[]}`, 400, "BadRequest"},
		{"an id that is no GUID", presences, good, `{"ids":["adele"]}`, 400, "BadRequest"},
		{"a pair that nobody may set", set, good, session("Available", "InACall", "PT5M"), 400, "BadRequest"},
		{"a life that is too short", set, good, session("Busy", "InACall", "PT1M"), 400, "BadRequest"},
		{"another application's session", set, good, `{"sessionId":"x","availability":"Busy","activity":"InACall"}`, 400, "BadRequest"},
		{"an address that is not there", "/communications/nothing", good, `{}`, 400, "BadRequest"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			status, id, out := l.graph("POST", c.path, c.token, c.body)
			e, _ := out["error"].(map[string]any)
			if status != c.status || e["code"] != c.code {
				t.Fatalf("got %d %v, want %d %s", status, out, c.status, c.code)
			}
			if id == "" {
				t.Error("no request-id")
			}
		})
	}
}

// TestGraphRefusesWhatIsMissing: headers, query options and properties that the real one wants, or does not know.
func TestGraphRefusesWhatIsMissing(t *testing.T) {
	group := MicrosoftGroup{ID: MicrosoftID("group:x"), Name: "x", Members: []string{"adele.vance@contoso.com"}}
	l := startMicrosoft(t, MicrosoftOptions{Groups: []MicrosoftGroup{group}})
	adele, megan := MicrosoftID("adele.vance@contoso.com"), MicrosoftID("megan.bowen@contoso.com")
	app := l.appToken()
	agent := l.onBehalfOf("adele.vance@contoso.com")
	member := func(id, kind string) string {
		return `{"@odata.type":"` + kind + `","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('` + id + `')"}`
	}
	is := "#microsoft.graph.aadUserConversationMember"
	if status, _, out := l.graph("POST", "/chats", agent, `{"chatType":"oneOnOne","members":[`+member(adele, is)+`,`+member(megan, is)+`]}`); status != 201 {
		t.Fatalf("a chat: %d %v", status, out)
	}
	chat := "/chats/19:" + min(adele, megan) + "_" + max(adele, megan) + "@unq.gbl.spaces/messages"
	for name, c := range map[string]struct {
		method, path, token, body string
		headers                   map[string]string
		status                    int
	}{
		"no content type":                     {"POST", "/communications/getPresencesByUserId", app, `{"ids":["` + adele + `"]}`, map[string]string{"Content-Type": ""}, 415},
		"a form":                              {"POST", "/communications/getPresencesByUserId", app, `ids=1`, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415},
		"another encoding":                    {"POST", "/communications/getPresencesByUserId", app, `{"ids":["` + adele + `"]}`, map[string]string{"Content-Encoding": "br"}, 400},
		"not the encoding it says":            {"POST", "/communications/getPresencesByUserId", app, `{"ids":["` + adele + `"]}`, map[string]string{"Content-Encoding": "gzip"}, 400},
		"a filter without ConsistencyLevel":   {"GET", "/groups/" + group.ID + "/members?$filter=startswith(displayName,'A')&$count=true", app, "", nil, 400},
		"a filter without $count":             {"GET", "/groups/" + group.ID + "/members?$filter=startswith(displayName,'A')", app, "", map[string]string{"ConsistencyLevel": "eventual"}, 400},
		"a property of users that is not one": {"GET", "/users/" + adele + "?$select=displayName,shoeSize", app, "", nil, 400},
		"skills in a list":                    {"GET", "/users/delta?$select=skills", app, "", nil, 400},
		"an option that is not one":           {"GET", "/users/" + adele + "?$expand=manager", app, "", nil, 400},
		"1000 at once":                        {"GET", "/groups/" + group.ID + "/members?$top=1000", app, "", nil, 400},
		"a delta link of yesteryear":          {"GET", "/users/delta?$deltatoken=99999", app, "", nil, 410},
		"chat as the application":             {"POST", "/chats", app, `{"chatType":"oneOnOne","members":[]}`, nil, 403},
		"a chat of one":                       {"POST", "/chats", agent, `{"chatType":"oneOnOne","members":[` + member(adele, is) + `]}`, nil, 400},
		"a chat of others":                    {"POST", "/chats", agent, `{"chatType":"oneOnOne","members":[` + member(megan, is) + `,` + member(megan, is) + `]}`, nil, 403},
		"a member of no kind":                 {"POST", "/chats", agent, `{"chatType":"oneOnOne","members":[` + member(adele, "") + `,` + member(megan, is) + `]}`, nil, 400},
		"a message with more":                 {"POST", chat, agent, `{"body":{"content":"x"},"urgent":true}`, nil, 400},
		"a message without words":             {"POST", chat, agent, `{"body":{"content":""}}`, nil, 400},
		"messages in another order":           {"GET", chat + "?$orderby=from", agent, "", nil, 400},
		"51 messages":                         {"GET", chat + "?$top=51", agent, "", nil, 400},
		"an address with a wrong method":      {"DELETE", "/users/" + adele + "/presence", app, "", nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			if status, _, out := l.graphWith(c.method, c.path, c.token, c.body, c.headers); status != c.status {
				t.Errorf("%d %v, want %d", status, out, c.status)
			}
		})
	}
}

func TestPresenceOfASessionBeatsAvailable(t *testing.T) {
	now := time.Now()
	l := startMicrosoft(t, MicrosoftOptions{Now: func() time.Time { return now }})
	adele, token := MicrosoftID("adele.vance@contoso.com"), l.appToken()
	body := `{"sessionId":"` + l.o.ServerClientID + `","availability":"Busy","activity":"InACall","expirationDuration":"PT5M"}`
	if status, _, out := l.graph("POST", "/users/"+adele+"/presence/setPresence", token, body); status != 200 {
		t.Fatalf("set: %d %v", status, out)
	}
	want := func(availability string) {
		t.Helper()
		if _, _, out := l.graph("GET", "/users/"+adele+"/presence", token, ""); out["availability"] != availability {
			t.Errorf("got %v, want %s", out["availability"], availability)
		}
	}
	want("Busy")
	l.SetPresence("adele.vance@contoso.com", MicrosoftPresence{Availability: "DoNotDisturb"})
	want("DoNotDisturb")
	l.SetPresence("adele.vance@contoso.com", MicrosoftPresence{Availability: "Available"})
	now = now.Add(5 * time.Minute)
	want("Available")
}

func TestDeltaTellsOnlyWhatChanged(t *testing.T) {
	l := startMicrosoft(t, MicrosoftOptions{PageSize: 4})
	token := l.appToken()
	read := func(path string) (names int, removed int, next string) {
		for path != "" {
			_, _, out := l.graph("GET", path, token, "")
			for _, v := range out["value"].([]any) {
				if v.(map[string]any)["@removed"] != nil {
					removed++
				} else {
					names++
				}
			}
			link, _ := out["@odata.nextLink"].(string)
			path = strings.TrimPrefix(link, l.GraphURL())
			next, _ = out["@odata.deltaLink"].(string)
		}
		return names, removed, strings.TrimPrefix(next, l.GraphURL())
	}
	names, _, next := read("/users/delta?$select=displayName")
	if names != len(Contoso()) {
		t.Fatalf("first sweep: %d users, want %d", names, len(Contoso()))
	}
	if names, removed, _ := read(next); names+removed != 0 {
		t.Errorf("nothing changed, yet %d and %d removed", names, removed)
	}
	l.RemoveAccount("raj.patel@contoso.com")
	l.AddAccount(MicrosoftAccount{User: "new@contoso.com", Name: "New"})
	if names, removed, _ := read(next); names != 1 || removed != 1 {
		t.Errorf("after a change: %d users and %d removed, want 1 and 1", names, removed)
	}
}

func TestCommandsOfTheLab(t *testing.T) {
	l := startMicrosoft(t, MicrosoftOptions{})
	_, user := l.code()
	for _, line := range []string{"help", "accounts", "codes", "approve " + user + " adele.vance@contoso.com", "presence lee.gu@contoso.com DoNotDisturb Presenting In a talk", "rotate", "life 60", "slow 0", "throttle 1 2.128", "block off", "public on", "grant Chat.Create"} {
		if _, err := l.Command(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if p, _ := l.PresenceOf("lee.gu@contoso.com"); p.Message != "In a talk" || p.Activity != "Presenting" {
		t.Errorf("presence: %+v", p)
	}
	id, err := l.Command("group Network megan.bowen@contoso.com lee.gu@contoso.com")
	if g := l.Microsoft.graph.groups[id]; err != nil || g == nil || len(g.Members) != 2 {
		t.Errorf("a group: %q, %+v, %v", id, g, err)
	}
	if _, err := l.Command("account megan.bowen@contoso.com Megan Smith"); err != nil || l.person("megan.bowen@contoso.com").Name != "Megan Smith" || l.person("megan.bowen@contoso.com").Phone == "" {
		t.Errorf("another name: %+v, %v", l.person("megan.bowen@contoso.com"), err)
	}
	if _, err := l.Command("remove megan.bowen@contoso.com"); err != nil || l.person("megan.bowen@contoso.com") != nil {
		t.Errorf("an account that was removed: %v", err)
	}
	for _, line := range []string{"group Network who@contoso.com", "say adele.vance@contoso.com lee.gu@contoso.com Hello", "remove who@contoso.com", "account nobody Name", "dance", "presence lee.gu@contoso.com", "approve x@contoso.com", "throttle x 1", "block maybe", "fail 1 200", "life 0", "disable who@contoso.com"} {
		if _, err := l.Command(line); err == nil {
			t.Errorf("%s: want an error", line)
		}
	}
}
