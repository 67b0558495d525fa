package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// base is the smallest configuration that is complete.
const base = `server:
  data: data
tenants:
  - id: contoso
    name: Contoso
    entra:
      tenant: 00000000-0000-0000-0000-000000000001
      audience: api
      client_id: console
      scope: api://api/desk
    trunks:
      - id: london
        peers: [{host: 192.0.2.20}]
    numbers:
      - {number: "+442079460018", to: "queue:support"}
    queues:
      - id: support
        name: Support
        agents: [adele@contoso.com]
    people:
      agents:
        - {user: Adele@contoso.com, skills: {french: 2}}
`

var files = map[string]string{"/etc/cordboard/secret": "s3cret\n", "/etc/cordboard/empty": "\n", "/etc/cordboard/music.wav": "RIFF"}

// parse reads text as /etc/cordboard/cordboard.yaml on a machine with the files above and two variables.
func parse(text string) (*Config, error) {
	return Parse("/etc/cordboard/cordboard.yaml", []byte(text), Sources{
		Env: func(name string) (string, bool) {
			v, ok := map[string]string{"SECRET": "from env", "RING": "15 s"}[name]
			return v, ok
		},
		ReadFile: func(name string) ([]byte, error) {
			if s, ok := files[name]; ok {
				return []byte(s), nil
			}
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
		Exists: func(name string) error {
			if _, ok := files[name]; ok {
				return nil
			}
			return &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
	})
}

// changed is base with one piece replaced.
func changed(t testing.TB, old, new string) string {
	t.Helper()
	if strings.Count(base, old) != 1 {
		t.Fatalf("%q stands %d times in the base", old, strings.Count(base, old))
	}
	return strings.Replace(base, old, new, 1)
}

func TestMistakesAreNamedWithTheirPlaceAndWhatToDo(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"a key that is not known":             {"    queues:", "    ques:", `:16:5: tenants: unknown key "ques"; did you mean "queues"?`},
		"a key of a part":                     {"        agents: [adele", "        rnig: 20 s\n        agents: [adele", `:19:9: queues: unknown key "rnig"; did you mean "ring"?`},
		"a key far from all":                  {"  data: data", "  data: data\n  zzzzzzzz: 1", `unknown key "zzzzzzzz"; known: http, sip`},
		"a key given twice":                   {"    name: Contoso", "    name: Contoso\n    name: Again", `:6:5: tenants: key "name" is already given in line 5`},
		"a key that is missing":               {"    name: Contoso\n", "", `:4:5: tenants: name is missing; as agents read it`},
		"a list that is none":                 {"[adele@contoso.com]", "adele@contoso.com", `:19:17: agents: a list is wanted, not text`},
		"a mapping that is none":              {"  data: data", "  data: data\n  http: 8443", `http: a mapping is wanted, not a number`},
		"nothing where something is wanted":   {"        name: Support", "        name:", `name has no value; give a value or leave the key out`},
		"a time without unit":                 {"        name: Support", "        name: Support\n        ring: 20", `ring: a length of time with its unit is wanted, as in 20 s or 10 min, not "20"`},
		"a time too short":                    {"        name: Support", "        name: Support\n        ring: 1 s", `:19:15: ring: at least 3s is wanted`},
		"a word out of a few":                 {"      - id: london", "      - id: london\n        kind: sbs", `kind: "sbs" is not known; did you mean "sbc"?`},
		"a codec":                             {"      - id: london", "      - id: london\n        codecs: [g722, opus]", `codecs: "opus" is not known; known: g722, pcma, pcmu`},
		"a queue that is not there":           {`"queue:support"`, `"queue:suport"`, `:15:39: no queue "suport"; did you mean "support"?`},
		"an agent who is not there":           {"[adele@contoso.com]", "[adela@contoso.com]", `:19:18: no agent "adela@contoso.com"; did you mean "adele@contoso.com"?`},
		"a skill that nobody has":             {"        name: Support", "        name: Support\n        skills: {frnech: 1}", `:19:18: no skill "frnech"; did you mean "french"?`},
		"a destination of no kind":            {`"queue:support"`, `"qeue:support"`, `"qeue" is no kind of destination; did you mean "queue"?`},
		"an attendant, which comes later":     {`"queue:support"`, `"attendant:main"`, `attendants are not in this version`},
		"a part that comes later":             {"    name: Contoso", "    name: Contoso\n    recording: {all: true}", `:6:5: recording: not in this version; leave it out: nothing is recorded`},
		"a retention without a unit":          {"    name: Contoso", "    name: Contoso\n    retention: {facts: 24}", `:6:24: facts: days, months or years are wanted, as 400 days or 24 months, not "24"`},
		"a trunk that is not there":           {`to: "queue:support"}`, `to: "queue:support", trunk: paris}`, `no trunk "paris"; known: london`},
		"a number in the national form":       {`"+442079460018"`, `"+44 20 7946 0018"`, `write +442079460018`},
		"a person without a domain":           {"Adele@contoso.com", "Adele", `the whole sign-in name is wanted`},
		"a peer with a port in its host":      {"192.0.2.20", `"192.0.2.20:5060"`, `a port has a key of its own`},
		"an environment variable not set":     {"    name: Contoso", "    name: ${COMPANY}", `environment variable "COMPANY" is not set`},
		"a file that is not there":            {"        name: Support", "        name: Support\n        music: nosuch.wav", `:19:16: music: open /etc/cordboard/nosuch.wav: file does not exist`},
		"a secret's file that is empty":       {"        peers:", "        username: u\n        password_file: empty\n        peers:", `password_file: empty is empty`},
		"a secret given in both ways":         {"        peers:", "        username: u\n        password: x\n        password_file: secret\n        peers:", `password and password_file are both given; keep one`},
		"a file key that is no secret's":      {"    name: Contoso", "    name: Contoso\n    region_file: secret", `unknown key "region_file"`},
		"a way out that is none":              {"        name: Support", "        name: Support\n        longest_wait: {then: \"agent:adele@contoso.com\"}", `"agent:adele@contoso.com" cannot stand here; known: hangup, queue, number`},
		"a way out that leads back":           {"        name: Support", "        name: Support\n        longest_wait: {then: \"queue:support\"}", `:19:30: queue "support": the way on leads back to it`},
		"an id with blanks":                   {"- id: support", "- id: Sup port", `small letters, digits`},
		"a GUID that is none":                 {"00000000-0000-0000-0000-000000000001", "contoso.com", `a GUID is wanted`},
		"a telephone without an address":      {"skills: {french: 2}", "skills: {french: 2}, endpoint: sip", `endpoint sip needs an address, or phone with user and secret`},
		"a Teams user without a number":       {"skills: {french: 2}", "skills: {french: 2}, endpoint: teams", `endpoint teams needs a number`},
		"a console that is always ready":      {"skills: {french: 2}", "skills: {french: 2}, always_ready: true", `:22:72: "adele@contoso.com": always_ready needs endpoint sip or teams`},
		"a telephone without a secret":        {"skills: {french: 2}", `skills: {french: 2}, phone: {user: "201"}, endpoint: sip`, `phone needs a secret, or anybody could register as 201`},
		"a telephone without its trunk":       {"skills: {french: 2}", `skills: {french: 2}, phone: {user: "201", secret: x}, endpoint: sip`, `there is no trunk of kind phones; add one`},
		"a telephone that registers with SBC": {"skills: {french: 2}", `skills: {french: 2}, phone: {user: "201", secret: x, trunk: london}`, `register at a trunk of kind phones, and "london" is of kind sbc`},
		"a telephone with two ways":           {"skills: {french: 2}", `skills: {french: 2}, address: "sip:201@192.0.2.40", phone: {user: "201", secret: x}`, `registers (phone.user) or has an address, not both`},
		"an endpoint that nobody has":         {"skills: {french: 2}", `skills: {french: 2}, endpoints: [softphone, sip]`, `endpoint sip needs an address`},
		"telephones with peers":               {"      - id: london", "      - id: london\n        kind: phones", `kind phones has no peers`},
		"telephones of anybody":               {"        peers: [{host: 192.0.2.20}]", "        peers: [{host: 192.0.2.20}]\n      - {id: desks, kind: phones}", `kind phones needs allow`},
		"an address that is not let in": {"        peers: [{host: 192.0.2.20}]\n", "        peers: [{host: 192.0.2.20}]\n      - {id: desks, kind: phones, allow: [10.0.0.0/8]}\n    outbound: {trunk: desks}\n",
			`trunk "desks" is of kind phones and leads to nobody outside`},
		"a key of a trunk that comes later":   {"      - id: london", "      - id: london\n        ptime: 30", `ptime: not in this version; leave it out: packets carry 20 ms`},
		"a code that is wanted of none":       {"        name: Support", "        name: Support\n        wrapup: {required: true}", `a code is required, but there are none`},
		"a merge key":                         {"    name: Contoso", "    <<: {name: Contoso}\n    name: Contoso", `merging with << is not read; write the keys out`},
		"Teams without its host name":         {"        peers: [{host: 192.0.2.20}]", "        kind: teams\n        peers: [{host: sip.pstnhub.microsoft.com}]", `needs contact_host`},
		"a turn server without password":      {"  data: data", "  data: data\n  ice: [{urls: [\"turn:t:3478\"]}]", `a turn server needs username and password`},
		"everything off":                      {"  data: data", "  data: data\n  sip: {udp: off, tcp: off, tls: off}", `at least one of udp, tcp and tls must listen`},
		"ports the wrong way round":           {"  data: data", "  data: data\n  media: {ports: 30000-20000}", `a call needs four ports`},
		"a presence that is always too old":   {"    people:", "    presence: {others: 5 min}\n    people:", `stale is shorter than others`},
		"a service level with too much in it": {"        name: Support", "        name: Support\n        service_level: 180/20", `per cent and seconds as 80/20 are wanted, not "180/20"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parse(changed(t, c.old, c.new))
			if err == nil || got != nil {
				t.Fatalf("taken: %v", got)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if n := len(strings.Split(err.Error(), "\n")); n > 2 {
				t.Errorf("%d errors for one mistake:\n%v", n, err)
			}
		})
	}
}

var place = regexp.MustCompile(`^/etc/cordboard/cordboard\.yaml:\d+:\d+: `)

func TestAllMistakesAreToldAtOnceInTheOrderOfTheFile(t *testing.T) {
	text := strings.NewReplacer("  data: data", "  dta: data", "    name: Contoso", "    name: [x]", "[{host: 192.0.2.20}]", "5", "agents: [adele@contoso.com]", "ring: soon").Replace(base)
	_, err := parse(text)
	var all Errors
	if !errors.As(err, &all) || len(all) != 4 {
		t.Fatalf("got %d errors: %v", len(all), err)
	}
	for i, e := range all {
		if !place.MatchString(e.Error()) {
			t.Errorf("no place in %q", e.Error())
		}
		if i > 0 && all[i-1].Line >= e.Line {
			t.Errorf("%q after %q", e, all[i-1])
		}
	}
}

func TestTextThatIsNoYAMLIsRefusedWithItsLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":         {"", ":1:1: the configuration is empty"},
		"only a remark":   {"# nothing\n", "the configuration is empty"},
		"a tab":           {"server:\n\tdata: x\n", ":2:"},
		"an open bracket": {"server: [\n", ":"},
		"two documents":   {base + "---\nserver: {}\n", "a second document begins here"},
		"a list":          {"- a\n- b\n", "the configuration: a mapping is wanted, not a list"},
		"text":            {"hello\n", "a mapping is wanted, not text"},
		"no tenants":      {"server: {data: x}\n", "tenants is missing"},
		"a loop":          {"tenants: &a [*a]\n", "cordboard.yaml:1:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) || !place.MatchString(err.Error()) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestDefaultsAreThoseOfTheDesign(t *testing.T) {
	c, err := parse(base)
	if err != nil {
		t.Fatal(err)
	}
	ten := c.Tenant("contoso")
	q, tr := ten.Queue("support"), &ten.Trunks[0]
	for name, ok := range map[string]bool{
		"ring":          q.Ring == 20*time.Second,
		"wrap-up":       q.Wrapup.Time == 30*time.Second && q.Wrapup.Extra == 30*time.Second && q.Wrapup.More == 2,
		"grace":         ten.Grace.Grace == 20*time.Second,
		"transfer ring": ten.Outbound.Ring == 18*time.Second,
		"longest wait":  q.LongestWait.After == 10*time.Minute && q.LongestWait.Then.Kind == "hangup",
		"service level": q.ServiceLevel.Answer == 80 && q.ServiceLevel.Within == 20*time.Second && q.ServiceLevel.ShortAbandon == 5*time.Second,
		"after missed":  q.AfterMissed.Ready == 0,
		"nobody":        q.Nobody.Kind == "wait",
		"http":          c.Server.HTTP.Listen == ":8443" && c.Server.HTTP.TLS.SelfMade(),
		"sip":           c.Server.SIP.UDP == ":5060" && c.Server.SIP.TLS == ":5061" && c.Server.SIP.TOS == 0x60,
		"media":         c.Server.Media.Ports == Ports{20000, 29999} && c.Server.Media.TOS == 0xb8,
		"peer":          tr.Peers[0].Port == 5060 && tr.Peers[0].Transport == "udp" && tr.Peers[0].Health == time.Minute,
		"allow":         len(tr.Allow) == 1 && tr.Allow[0].String() == "192.0.2.20/32",
		"codecs":        strings.Join(tr.Codecs, " ") == "g722 pcma pcmu" && tr.SRTP == "off",
		"person":        ten.People.Agents[0].Key() == "adele@contoso.com" && ten.People.Agents[0].Label() == "adele" && ten.People.Role("adele@contoso.com") == "agent",
		"data folder":   c.Server.Data == "/etc/cordboard/data",
		"reasons":       len(ten.Reasons) == 5,
		"authority":     ten.Entra.Authority == "https://login.microsoftonline.com",
		"place":         c.Where(&ten.Name) == "/etc/cordboard/cordboard.yaml:5:11" && c.Where(&q.Ring) == c.File(),
	} {
		if !ok {
			t.Errorf("default of %s is another", name)
		}
	}
}

func TestSecretsComeFromTheEnvironmentOrAFileAndDoNotPrint(t *testing.T) {
	for want, text := range map[string]string{
		"from env": "        username: u\n        password: ${SECRET}\n        peers:",
		"s3cret":   "        username: u\n        password_file: secret\n        peers:",
		"${x}":     "        username: u\n        password: $${x}\n        peers:",
	} {
		c, err := parse(changed(t, "        peers:", text))
		if err != nil {
			t.Fatal(err)
		}
		p := c.Tenants[0].Trunks[0].Password
		if p.Reveal() != want || strings.Contains(p.String()+p.GoString(), want) {
			t.Errorf("secret %q prints as %q, want %q", p.Reveal(), p, want)
		}
	}
}

func TestShortFormsMeanTheSame(t *testing.T) {
	c, err := parse(changed(t, "        name: Support", `        name: Support
        ring: ${RING}
        service_level: 90/10
        after_missed: 5 min
        skills: [french]
        music: music.wav
        nobody: hangup
        longest_wait: {after: 1 h 30 min, then: hangup}`))
	if err != nil {
		t.Fatal(err)
	}
	q := c.Tenants[0].Queue("support")
	if q.Ring != 15*time.Second || q.ServiceLevel.Answer != 90 || q.ServiceLevel.Within != 10*time.Second || q.AfterMissed.Ready != 5*time.Minute ||
		len(q.Skills) != 1 || q.Skills[0] != (Skill{"french", 1}) || q.Music != "/etc/cordboard/music.wav" || q.Nobody.Kind != "hangup" ||
		q.LongestWait != (LongestWait{90 * time.Minute, Target{Kind: "hangup"}}) {
		t.Errorf("%+v", q)
	}
}

func TestTheLongestPrefixDecidesWhatMayBeDialled(t *testing.T) {
	o := Outbound{Trunk: "london", Rules: []NumberRule{{Prefix: "+44", Allow: true}, {Prefix: "+449"}, {Prefix: "+4420", Allow: true, Trunk: "city"}}}
	for number, want := range map[string]struct {
		trunk string
		ok    bool
	}{"+447700900000": {"london", true}, "+449001234567": {"london", false}, "+442079460018": {"city", true}, "+15551230000": {"", false}} {
		if trunk, ok := o.Rule(number); trunk != want.trunk || ok != want.ok {
			t.Errorf("%s: %q %v, want %+v", number, trunk, ok, want)
		}
	}
	if trunk, ok := (&Outbound{Trunk: "london"}).Rule("+1"); trunk != "london" || !ok {
		t.Error("without rules everything may be dialled")
	}
}

func TestAReloadTakesAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(base)
	h, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	first := h.Now()
	write(changed(t, "        name: Support", "        name: Help\n        rnig: 1 s"))
	if _, _, err := h.Reload(nil); err == nil || h.Now() != first {
		t.Errorf("a file with a mistake was taken: %v", err)
	}
	write(changed(t, "  data: data", "  data: elsewhere"))
	var fixed *FixedError
	if _, _, err := h.Reload(nil); !errors.As(err, &fixed) || fixed.Fields[0] != "server.data" || h.Now() != first {
		t.Errorf("another data folder was taken: %v", err)
	}
	write(changed(t, "        name: Support", "        name: Help"))
	before, after, err := h.Reload(nil)
	if err != nil || before != first || after != h.Now() || h.Now().Tenants[0].Queues[0].Name != "Help" || first.Tenants[0].Queues[0].Name != "Support" {
		t.Errorf("a good file was not taken: %v", err)
	}
}
