package lab

import (
	"net/http"
	"strings"
)

// msScope is the delegated scope of the server's API.
const msScope = "Agent.Use"

func (m *Microsoft) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", m.tenant(m.serveMetadata))
	mux.HandleFunc("GET /common/discovery/instance", m.serveInstances)
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", m.tenant(m.serveKeys))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/devicecode", m.tenant(m.serveDeviceCode))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", m.tenant(m.serveToken))
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", m.tenant(m.serveAuthorize))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize", m.tenant(m.serveAuthorize))
	graph := m.graphRoutes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1.0/") {
			graph.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (m *Microsoft) pageRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/device", http.StatusFound) })
	mux.HandleFunc("GET /device", m.serveDevicePage)
	mux.HandleFunc("POST /device", m.serveDevicePage)
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", m.tenant(m.serveAuthorize))
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize", m.tenant(m.serveAuthorize))
	mux.HandleFunc("POST /lab", m.serveCommand)
	return mux
}

// tenant refuses tenants that do not exist (AADSTS90002) and answers 503 while the authority is broken.
func (m *Microsoft) tenant(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch t := r.PathValue("tenant"); {
		case m.isBroken():
			http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		case !m.knows(t):
			m.writeEntraError(w, r, msErr(90002, "invalid_request", "Tenant '"+t+"' not found. Check to make sure you have the correct tenant ID."))
		default:
			next(w, r)
		}
	}
}

func (m *Microsoft) knows(tenant string) bool {
	switch strings.ToLower(tenant) {
	case "common", "organizations", strings.ToLower(m.o.TenantID), strings.ToLower(m.o.TenantName):
		return true
	}
	return false
}

func (m *Microsoft) isBroken() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.broken
}

// Break makes the authority answer 503, or well again.
func (m *Microsoft) Break(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = on
}

func (m *Microsoft) serveMetadata(w http.ResponseWriter, r *http.Request) {
	t := r.PathValue("tenant")
	issuer := m.issuer()
	if t == "common" || t == "organizations" {
		issuer = m.url + "/{tenantid}/v2.0"
	}
	base := m.url + "/" + t
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                issuer,
		"authorization_endpoint":                m.page + "/" + t + "/oauth2/v2.0/authorize", // plain: a browser knows nothing of our certificate authority
		"token_endpoint":                        base + "/oauth2/v2.0/token",
		"device_authorization_endpoint":         base + "/oauth2/v2.0/devicecode",
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"response_types_supported":              []string{"code", "id_token", "code id_token"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"tenant_region_scope":                   "EU",
		"cloud_instance_name":                   "microsoftonline.com",
	})
}

func (m *Microsoft) serveInstances(w http.ResponseWriter, r *http.Request) {
	host := strings.TrimPrefix(m.url, "https://")
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": m.Authority() + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []map[string]any{{
			"preferred_network": host, "preferred_cache": host, "aliases": []string{host},
		}},
	})
}
