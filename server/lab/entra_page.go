package lab

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// The pages are made of our own words: a person must see that this is not Microsoft.
var msPages = template.Must(template.New("pages").Parse(`{{define "head"}}<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in (simulated)</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:27rem;margin:10vh auto;padding:0 1rem;color:#1b1b1b;background:#f4f4f2}
main{background:#fff;padding:1.5rem 2rem;border-top:6px solid #5b5fc7;box-shadow:0 2px 8px #0002}
h1{font-size:1.3rem}input,button{font:inherit;width:100%;padding:.6rem;margin:.3rem 0;box-sizing:border-box}
input{font-size:1.3rem;letter-spacing:.15em;text-transform:uppercase}button{text-align:left;border:1px solid #bbb;background:#fff;cursor:pointer}
button:hover,button:focus{border-color:#5b5fc7}small{color:#666}.bad{color:#a4262c}</style><main>
<small>Simulated sign-in page of cordboard. Nothing leaves this machine.</small>{{end}}
{{define "code"}}{{template "head"}}<h1>Enter the code</h1>{{with .Bad}}<p class="bad">{{.}}</p>{{end}}
<form method="get"><input name="code" value="{{.Code}}" autofocus autocomplete="off" aria-label="Code"><button>Next</button></form></main>{{end}}
{{define "pick"}}{{template "head"}}<h1>{{if .Code}}Let the console with the code {{.Code}} in as{{else}}Choose an account{{end}}</h1>
<form method="post">{{range $k, $v := .Keep}}<input type="hidden" name="{{$k}}" value="{{index $v 0}}">{{end}}
{{range .People}}<button name="account" value="{{.User}}"><b>{{.Name}}</b><br><small>{{.User}}{{range .Roles}} · {{.}}{{end}}</small></button>{{end}}
<button name="decline" value="yes">Cancel: I did not start this</button></form></main>{{end}}
{{define "done"}}{{template "head"}}<h1>{{.Title}}</h1><p>{{.Text}}</p></main>{{end}}`))

type pickPage struct {
	Code   string
	Keep   url.Values
	People []MicrosoftAccount
}

type donePage struct{ Title, Text string }

func (m *Microsoft) serveDevicePage(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := strings.ToUpper(strings.TrimSpace(r.FormValue("code")))
	switch {
	case code == "":
		codes := m.Codes()
		if len(codes) > 0 {
			code = codes[len(codes)-1]
		}
		m.show(w, "code", map[string]string{"Code": code})
	case r.Method == http.MethodGet:
		m.mu.Lock()
		_, err := m.pending(code)
		m.mu.Unlock()
		if err != nil {
			m.show(w, "code", map[string]string{"Code": code, "Bad": "That code did not work. Check it, or get a new one in the console."})
			return
		}
		m.show(w, "pick", pickPage{Code: code, Keep: url.Values{"code": {code}}, People: m.Accounts()})
	case r.PostFormValue("decline") != "":
		m.finish(w, m.Decline(code), "Cancelled", "The console was told that you declined.")
	default:
		m.finish(w, m.Approve(code, r.PostFormValue("account")), "You have signed in", "You may close this page and go back to the console.")
	}
}

func (m *Microsoft) finish(w http.ResponseWriter, err error, title, text string) {
	if err != nil {
		title, text = "You cannot sign in here", err.Error()
	}
	m.show(w, "done", donePage{title, text})
}

func (m *Microsoft) show(w http.ResponseWriter, page string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	if err := msPages.ExecuteTemplate(w, page, data); err != nil {
		m.log.Debug("sign-in page not written", "err", err)
	}
}
