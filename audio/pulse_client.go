//go:build cgo && !headless && linux

package audio

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jfreymuth/pulse/proto"
)

const pulseWait = time.Second // for an answer

// pulseClient connects to the sound server that PULSE_SERVER names, else to the user's own. The caller closes the
// connection.
func pulseClient() (*proto.Client, net.Conn, error) {
	err := errors.New("no sound server is named")
	for _, a := range pulseServers() {
		var conn net.Conn
		if conn, err = net.DialTimeout(a.network, a.address, pulseWait); err != nil {
			continue
		}
		var c *proto.Client
		if c, err = pulseGreet(conn); err == nil {
			return c, conn, nil
		}
		conn.Close()
	}
	return nil, nil, err
}

// pulseGreet signs in at a sound server.
func pulseGreet(conn net.Conn) (*proto.Client, error) {
	c := &proto.Client{}
	c.SetTimeout(pulseWait)
	c.Open(untilItEnds{conn})
	cookie, err := pulseCookie()
	if err != nil {
		return nil, err
	}
	var granted proto.AuthReply
	if err := c.Request(&proto.Auth{Version: c.Version(), Cookie: cookie}, &granted); err != nil {
		return nil, fmt.Errorf("the sound server lets nobody in: %w", err)
	}
	c.SetVersion(granted.Version)
	name := proto.PropList{"application.name": proto.PropListString("cordboard")}
	return c, c.Request(&proto.SetClientName{Props: name}, &proto.SetClientNameReply{})
}

// untilItEnds is a connection whose reader ends with it. The library reads a list of devices to its last byte and
// does not look for errors on the way: a connection that ends in the middle of one would have it read nothing,
// again and again, and keep each of these until the memory is full. Requests that wait run into their time limit.
type untilItEnds struct{ net.Conn }

func (c untilItEnds) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err != nil && n == 0 {
		runtime.Goexit() // only the library's reader reads
	}
	return n, nil
}

// pulseCookie is what a sound server knows its user by. One that lets everybody in takes any.
func pulseCookie() ([]byte, error) {
	file, named := os.LookupEnv("PULSE_COOKIE")
	if !named {
		file = filepath.Join(os.Getenv("HOME"), ".config/pulse/cookie")
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return make([]byte, 256), nil
	}
	return b, err
}

type pulseAddress struct{ network, address string }

// pulseServers reads PULSE_SERVER: addresses with blanks between, each perhaps with the name of the machine that it
// is for in braces.
func pulseServers() (all []pulseAddress) {
	named, ok := os.LookupEnv("PULSE_SERVER")
	if !ok {
		return []pulseAddress{{"unix", filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "pulse/native")}}
	}
	machine, _ := os.Hostname()
	for _, word := range strings.Fields(named) {
		if strings.HasPrefix(word, "{") {
			of, rest, _ := strings.Cut(word[1:], "}")
			if of != machine {
				continue
			}
			word = rest
		}
		if strings.HasPrefix(word, "/") {
			all = append(all, pulseAddress{"unix", word})
		}
		if network, address, ok := strings.Cut(word, ":"); ok && (network == "unix" || network == "tcp" || network == "tcp4" || network == "tcp6") {
			if _, _, err := net.SplitHostPort(address); err != nil && network != "unix" {
				address = net.JoinHostPort(strings.Trim(address, "[]"), "4713")
			}
			all = append(all, pulseAddress{network, address})
		}
	}
	return all
}
