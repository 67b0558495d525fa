package media

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v3"
)

// lineMux is the one port, UDP and TCP, on which all agents' lines come in, with what is common to them.
type lineMux struct {
	sockets  []*muxSocket
	tcp      []net.Listener
	muxes    []ice.UDPMux
	udp      ice.UDPMux
	tcpMux   ice.TCPMux
	tcpMuxes []ice.TCPMux
	bound    map[netip.Addr]bool
	loopback bool
	external []string
	cert     webrtc.Certificate
	logs     logging.LoggerFactory
}

// newLineMux opens the port. public, when valid, is the address that consoles are told in place of ours.
func newLineMux(o Options, public netip.Addr) (*lineMux, error) {
	listen := o.WebRTCListen
	if listen == "" {
		listen = netip.AddrPortFrom(o.Bind, 0).String()
	}
	host, portText, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil || port < 0 || port > 65535 {
		return nil, errors.New("not a port: " + portText)
	}
	addrs, err := lineAddrs(host)
	if err != nil {
		return nil, err
	}
	m := &lineMux{bound: map[netip.Addr]bool{}, logs: pionLogs{o.Log}}
	if m.cert, err = newCertificate(); err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		if err = m.listen(addrs, port, o.TOS); err == nil {
			break
		}
		m.close()
		if port != 0 || try == 20 { // a free UDP port may be taken for TCP
			return nil, err
		}
	}
	m.combine()
	m.external = translations(addrs, public)
	return m, nil
}

// translations says which of our addresses consoles know as public, in pion's form. Loopback stays what it is.
func translations(addrs []netip.Addr, public netip.Addr) (out []string) {
	for _, a := range addrs {
		if public.IsValid() && a != public && a.Is4() == public.Is4() && !a.IsLoopback() {
			out = append(out, public.String()+"/"+a.String())
		}
	}
	return out
}

// lineAddrs is the addresses to listen on: one socket each, because one for all of them would answer from the
// wrong one.
func lineAddrs(host string) ([]netip.Addr, error) {
	six := host == ""
	if host != "" {
		ips, err := net.LookupIP(host)
		if err != nil {
			return nil, err
		}
		ip, _ := netip.AddrFromSlice(ips[0])
		if ip = ip.Unmap(); !ip.IsUnspecified() {
			return []netip.Addr{ip}, nil
		}
		six = ip.Is6()
	}
	addrs := machineAddrs(false)
	if six {
		addrs = append(addrs, machineAddrs(true)...)
	}
	if len(addrs) == 0 {
		addrs = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return addrs, nil
}

func (m *lineMux) listen(addrs []netip.Addr, port, tos int) error {
	m.sockets, m.tcp = nil, nil
	for _, a := range addrs {
		network := map[bool]string{false: "4", true: "6"}[a.Is6()]
		u, err := net.ListenUDP("udp"+network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(port))))
		if err != nil {
			return err
		}
		u.SetReadBuffer(1 << 20)
		u.SetWriteBuffer(1 << 20)
		mark(u, tos, a.Is6())
		m.sockets = append(m.sockets, &muxSocket{UDPConn: u})
		port = portOf(u)
		t, err := net.ListenTCP("tcp"+network, net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(port))))
		if err != nil {
			return err
		}
		m.tcp = append(m.tcp, &muxListener{Listener: t, tos: tos})
		m.bound[a] = true
		m.loopback = m.loopback || a.IsLoopback()
	}
	return nil
}

func (m *lineMux) combine() {
	for i, s := range m.sockets {
		m.muxes = append(m.muxes, ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: s, Logger: m.logs.NewLogger("ice")}))
		m.tcpMuxes = append(m.tcpMuxes, ice.NewTCPMuxDefault(ice.TCPMuxParams{
			Listener: m.tcp[i], Logger: m.logs.NewLogger("ice"), ReadBufferSize: 64,
			WriteBufferSize:      16 << 10,                                                        // a second of voice: what is older is better lost
			FirstStunBindTimeout: 5 * time.Second, AliveDurationForConnFromStun: 10 * time.Second, // strangers do not stay
		}))
	}
	m.udp, m.tcpMux = m.muxes[0], m.tcpMuxes[0]
	if len(m.muxes) > 1 {
		m.udp = ice.NewMultiUDPMuxDefault(m.muxes...)
		m.tcpMux = ice.NewMultiTCPMuxDefault(m.tcpMuxes...)
	}
}

func (m *lineMux) addr() netip.AddrPort {
	a := m.sockets[0].LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// faults is how many read errors were swallowed.
func (m *lineMux) faults() (n uint64) {
	for _, s := range m.sockets {
		n += s.faults.Load()
	}
	return n
}

func (m *lineMux) close() error {
	var err error
	for _, x := range m.muxes {
		err = errors.Join(err, x.Close())
	}
	for _, x := range m.tcpMuxes {
		err = errors.Join(err, ignoreClosed(x.Close()))
	}
	for _, s := range m.sockets {
		s.Close()
	}
	for _, t := range m.tcp {
		t.Close()
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
