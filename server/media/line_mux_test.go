package media

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
)

func TestConsolesAreToldThePublicAddress(t *testing.T) {
	a := func(s ...string) (out []netip.Addr) {
		for _, x := range s {
			out = append(out, netip.MustParseAddr(x))
		}
		return out
	}
	for name, c := range map[string]struct {
		addrs  []netip.Addr
		public netip.Addr
		want   []string
	}{
		"behind a firewall":         {a("10.0.0.5"), netip.MustParseAddr("203.0.113.5"), []string{"203.0.113.5/10.0.0.5"}},
		"two networks":              {a("10.0.0.5", "10.1.0.5"), netip.MustParseAddr("203.0.113.5"), []string{"203.0.113.5/10.0.0.5", "203.0.113.5/10.1.0.5"}},
		"its own address":           {a("203.0.113.5"), netip.MustParseAddr("203.0.113.5"), nil},
		"none said":                 {a("10.0.0.5"), netip.Addr{}, nil},
		"loopback":                  {a("127.0.0.1"), netip.MustParseAddr("203.0.113.5"), nil},
		"IPv6 is not IPv4's affair": {a("2001:db8::5"), netip.MustParseAddr("203.0.113.5"), nil},
	} {
		if got := translations(c.addrs, c.public); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestLinesListenOnEveryAddressByItself(t *testing.T) {
	for _, host := range []string{"", "0.0.0.0", "::"} {
		addrs, err := lineAddrs(host)
		if err != nil || len(addrs) == 0 {
			t.Fatalf("%q: %v, %v", host, addrs, err)
		}
		for _, a := range addrs {
			if a.IsUnspecified() {
				t.Errorf("%q: %v would answer from the wrong address", host, a)
			}
		}
	}
	if addrs, err := lineAddrs("localhost"); err != nil || !addrs[0].IsLoopback() {
		t.Errorf("localhost: %v, %v", addrs, err)
	}
	for _, bad := range []string{"127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "no.such.host.invalid:1"} {
		if _, err := NewPlane(Options{WebRTCListen: bad}); err == nil {
			t.Errorf("%q taken", bad)
		}
	}
}

func TestAConsoleConnectsToAMachinesOwnAddress(t *testing.T) {
	pl, err := NewPlane(Options{WebRTCListen: ":0"})
	if err != nil {
		t.Fatal(err)
	}
	defer pl.Close()
	newConsole(t, false).dial(pl.NewLineLeg("line", nil), "one")
}

// failingListener gives errors before connections.
type failingListener struct {
	net.Listener
	times int
}

func (f *failingListener) Accept() (net.Conn, error) {
	if f.times--; f.times >= 0 {
		return nil, errors.New("too many open files")
	}
	return f.Listener.Accept()
}

func TestAnAcceptThatFailsDoesNotEndTheLinesTCP(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &muxListener{Listener: &failingListener{inner, 3}}
	c, err := net.Dial("tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := l.Accept(); err != nil || got.RemoteAddr().String() != c.LocalAddr().String() {
		t.Fatalf("%v, %v", got, err)
	}
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepted after the end: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection outlives its listener")
	}
}
