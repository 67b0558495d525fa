package operate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"cordboard/server/config"
)

// askEntra reads the tenant's metadata and begins a sign-in as a console does: a device code is asked for and looked at once. Nobody
// types it, and it ends by itself.
func askEntra(ctx context.Context, t *config.Tenant, say saying) {
	client, err := entraClient(t)
	if err != nil {
		say(wrong, t.ID+": Entra", err.Error())
		return
	}
	if err := askAuthority(ctx, client, t); err != nil {
		say(wrong, t.ID+": Entra", err.Error())
		return
	}
	say(good, t.ID+": Entra", t.Entra.Authority+" knows the tenant")
	base := strings.TrimRight(t.Entra.Authority, "/") + "/" + t.Entra.Tenant + "/oauth2/v2.0/"
	what := t.ID + ": sign-in of agents"
	code, err := entraForm(ctx, client, base+"devicecode", url.Values{"client_id": {t.Entra.ClientID}, "scope": {"openid profile offline_access " + t.Entra.Scope}})
	if err == nil && code.DeviceCode != "" {
		_, err = entraForm(ctx, client, base+"token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {t.Entra.ClientID}, "device_code": {code.DeviceCode},
		})
	}
	var e *entraSays
	if errors.As(err, &e) && e.Code == "authorization_pending" {
		say(good, what, "The console's registration "+t.Entra.ClientID+" may ask for "+t.Entra.Scope+" with a code. Roles, and policies against codes, show only when a person signs in.")
		return
	}
	if err == nil {
		err = fmt.Errorf("a code is not waited for")
	}
	say(wrong, what, whatStops(t, err))
}

// whatStops says which step of the app registrations an error of the authority means.
func whatStops(t *config.Tenant, err error) string {
	var e *entraSays
	if !errors.As(err, &e) {
		return err.Error()
	}
	do := ""
	for _, n := range e.Numbers {
		switch n {
		case 700016:
			do = "entra.client_id is not a registration of this tenant: take the Application (client) ID of cordboard console."
		case 7000218:
			do = "The console's registration is not a public client: Authentication, Allow public client flows, Yes."
		case 500011:
			do = "entra.scope names an API that is not in this tenant: take the Application ID URI of cordboard, with /Agent.Use behind it."
		case 65005, 650053, 650057, 70011:
			do = "entra.scope names nothing that the API exposes, or that the console may ask for: Expose an API, Add a scope; and API permissions of the console."
		case 65001:
			do = "No admin consent for " + t.Entra.Scope + ": API permissions of the console, Grant admin consent."
		case 90002:
			do = "There is no such tenant: correct entra.tenant."
		}
	}
	if do == "" {
		return e.Error()
	}
	return do + " (" + e.Error() + ")"
}

// entraSays is an error of the authority (RFC 6749 §5.2, RFC 8628 §3.5), with its AADSTS numbers.
type entraSays struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
	Numbers     []int  `json:"error_codes"`
}

func (e *entraSays) Error() string {
	text, _, _ := strings.Cut(e.Description, " Trace ID:")
	if text == "" {
		return e.Code
	}
	return text
}

type deviceCode struct {
	DeviceCode string `json:"device_code"`
}

func entraForm(ctx context.Context, client *http.Client, to string, form url.Values) (deviceCode, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return deviceCode{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		return deviceCode{}, fmt.Errorf("the authority cannot be reached: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return deviceCode{}, err
	}
	if res.StatusCode != http.StatusOK {
		e := &entraSays{}
		if json.Unmarshal(body, e) != nil || e.Code == "" {
			return deviceCode{}, fmt.Errorf("the authority answers %s", res.Status)
		}
		return deviceCode{}, e
	}
	var out deviceCode
	return out, json.Unmarshal(body, &out)
}

func entraClient(t *config.Tenant) (*http.Client, error) {
	client := &http.Client{Timeout: 10 * time.Second}
	if t.Entra.CAFile == "" {
		return client, nil
	}
	pem, err := os.ReadFile(string(t.Entra.CAFile))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	return client, nil
}

// askAuthority reads the tenant's metadata, as every sign-in does.
func askAuthority(ctx context.Context, client *http.Client, t *config.Tenant) error {
	at := strings.TrimRight(t.Entra.Authority, "/") + "/" + t.Entra.Tenant + "/v2.0/.well-known/openid-configuration"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the authority cannot be reached: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("the authority has a fault of its own now (%s); ask again later", res.Status)
	}
	var meta struct {
		Issuer string `json:"issuer"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&meta); err != nil || res.StatusCode != http.StatusOK || !strings.Contains(meta.Issuer, t.Entra.Tenant) {
		return fmt.Errorf("the authority does not know tenant %s (%s): check entra.tenant", t.Entra.Tenant, res.Status)
	}
	return nil
}
