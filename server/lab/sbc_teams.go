package lab

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// SBCTeams makes the SBC behave like Microsoft's Direct Routing proxy, as far as its documents say what it refuses.
type SBCTeams struct {
	Tenants []string // host names (SBC FQDNs, or parent domains) that tenants have registered; a Contact of another one is refused
	TLSOnly bool     // refuses what does not come by TLS; the real one has nothing else
}

// teamsAllow is the Allow of the real proxy, as captured: it changes a call by re-INVITE alone, and takes no REFER.
const teamsAllow = "INVITE,ACK,OPTIONS,CANCEL,BYE,NOTIFY"

// allow is what the SBC says that it takes.
func (s *SBC) allow() string {
	if s.o.Teams != nil {
		return teamsAllow
	}
	return sbcAllow
}

// refuses judges a request as the proxy would; code 0: nothing is wrong. Sources: "Direct Routing: SIP protocol" of Microsoft's
// documentation; the codes of a missing offer, of voice without keys, of Replaces and of an address that nobody was given are our
// reading, and the methods those of a captured Allow.
func (t *SBCTeams) refuses(req *sip.Request) (code int, reason string) {
	contact := req.Contact()
	switch {
	case t.TLSOnly && !strings.EqualFold(req.Transport(), "tls"):
		return 403, "Forbidden"
	case !slices.Contains(strings.Split(teamsAllow, ","), string(req.Method)):
		return 405, "Method Not Allowed"
	case req.Method != sip.INVITE && req.Method != sip.OPTIONS:
		return 0, ""
	case contact == nil:
		return 400, "Contact is missing"
	}
	host := contact.Address.Host
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return 403, "Contact must have a host name"
	}
	if len(t.Tenants) > 0 && !t.knows(host) {
		return 403, "Contact of no tenant"
	}
	if req.Method == sip.INVITE {
		return t.refusesCall(req)
	}
	return 0, ""
}

func (t *SBCTeams) refusesCall(req *sip.Request) (code int, reason string) {
	sdp, err := readSBCSDP(req.Body())
	switch {
	case req.GetHeader("Replaces") != nil:
		return 403, "Replaces is not supported"
	case len(req.Body()) == 0:
		return 488, "An offer is needed"
	case t.TLSOnly && (err != nil || !sdp.secure):
		return 488, "Voice needs keys"
	case req.To().Params.Has("tag"):
		return 0, ""
	case req.Recipient.User == "" && !namedByTeams(req):
		return 404, "Not Found"
	case req.Recipient.User != "" && req.GetHeader("Referred-By") == nil && !strings.HasPrefix(req.Recipient.User, "+"),
		!strings.HasPrefix(req.From().Address.User, "+") && req.From().Address.User != "anonymous":
		return 400, "Numbers must be E.164"
	}
	return 0, ""
}

// namedByTeams: the address is one that a REFER of Teams brought, and comes back with its Referred-By.
func namedByTeams(req *sip.Request) bool {
	by := req.GetHeader("Referred-By")
	return by != nil && strings.Contains(by.Value(), ";x-ti=") && req.Recipient.UriParams.Has("x-m")
}

// knows looks a Contact host up: whole, else its parent domain.
func (t *SBCTeams) knows(host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(t.Tenants, func(d string) bool { return strings.EqualFold(d, host) || strings.EqualFold(d, parent) })
}

// TeamsRefer is the Refer-To and Referred-By that Teams sends when a user hands a caller on to another user: parameters within the
// brackets, no user part, and a value whose case matters.
func TeamsRefer(target, transferor, tenant, correlation, replacement string) (referTo, referredBy string) {
	referTo = "<sip:sip.pstnhub.microsoft.com:5061;transport=tls;x-m=8:orgid:" + target + ">"
	referredBy = "<sip:sip.pstnhub.microsoft.com:5061;x-m=8:orgid:" + transferor + ";x-t=" + tenant + ";x-ti=" + correlation + ";x-tt=" +
		strings.ReplaceAll(replacement, "=", "%3D") + ">"
	return referTo, referredBy
}
