package trunk

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// via is one Via value taken apart (RFC 3261 §20.42). Names of parameters are in small letters, values as they came.
type via struct {
	name, version, transport string
	host                     string // without the brackets of IPv6
	port                     int    // 0: none
	params                   sip.HeaderParams
}

// readVia takes a single Via value apart, wherever it has blanks.
func readVia(v string) (via, error) {
	broken := fmt.Errorf("a Via that cannot be read")
	var out via
	var ok bool
	if out.name, v, ok = strings.Cut(v, "/"); !ok {
		return via{}, broken
	}
	if out.version, v, ok = strings.Cut(v, "/"); !ok {
		return via{}, broken
	}
	out.name, out.version, v = strings.TrimSpace(out.name), strings.TrimSpace(out.version), strings.TrimSpace(v)
	out.transport = beforeAny(v, " \t")
	by, params := strings.TrimSpace(v[len(out.transport):]), ""
	if i := strings.IndexByte(by, ';'); i >= 0 {
		by, params = by[:i], by[i:]
	}
	if !isToken(out.name) || !isToken(out.version) || !isToken(out.transport) {
		return via{}, broken
	}
	var port string
	if strings.HasPrefix(by, "[") {
		i := strings.IndexByte(by, ']')
		if i < 0 {
			return via{}, broken
		}
		out.host, port = strings.TrimSpace(by[1:i]), strings.TrimSpace(by[i+1:])
		if _, err := netip.ParseAddr(out.host); err != nil || port != "" && port[0] != ':' {
			return via{}, broken
		}
		port = strings.TrimPrefix(port, ":")
	} else {
		out.host, port, _ = strings.Cut(by, ":")
		if out.host = strings.TrimSpace(out.host); out.host == "" || strings.ContainsAny(out.host, " \t,\"<>[]") {
			return via{}, broken
		}
	}
	if port = strings.TrimSpace(port); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return via{}, fmt.Errorf("a Via with port %q", port)
		}
		out.port = int(n)
	}
	for params != "" {
		one := params[1:]
		params = ""
		if i := indexOutsideQuotes(one, ';'); i >= 0 {
			one, params = one[:i], one[i:]
		}
		k, val, _ := strings.Cut(one, "=")
		k, val = strings.ToLower(strings.TrimSpace(k)), strings.TrimSpace(val)
		switch {
		case k == "":
		case strings.HasPrefix(val, `"`): // sipgo would quote it by its own rules
			out.params = append(out.params, sip.HeaderKV{K: k + "=" + val})
		case strings.ContainsAny(val, " \t\""):
			return via{}, broken
		default:
			out.params = append(out.params, sip.HeaderKV{K: k, V: val})
		}
	}
	return out, nil
}

func (v via) header() *sip.ViaHeader {
	return &sip.ViaHeader{ProtocolName: v.name, ProtocolVersion: v.version, Transport: v.transport, Host: v.host, Port: v.port, Params: v.params}
}

// viaFor is the topmost Via as it is kept: read, and with the address that it came from where it names another
// (RFC 3261 §18.2.1). sipgo does the same where it finds an rport to fill (RFC 3581).
func viaFor(v string, from netip.Addr) (string, error) {
	out, err := readVia(v)
	if err != nil {
		return v, err
	}
	if port, has := out.params.Get("rport"); from.IsValid() && !(has && port == "") {
		if a, err := netip.ParseAddr(out.host); err != nil || a.Unmap() != from.Unmap() {
			out.params.Add("received", from.Unmap().String())
		}
	}
	return out.header().Value(), nil
}

// parseVia reads one Via for sipgo. Those of others, below ours, need only be given back: what cannot be read of them stays as it is.
func parseVia(_ []byte, text string) (sip.Header, error) {
	v, err := readVia(text)
	if err != nil {
		return sip.NewHeader("Via", text), nil //nolint:nilerr // what cannot be read goes on as it is
	}
	return v.header(), nil
}
