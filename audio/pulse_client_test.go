//go:build cgo && !headless && linux

package audio

import (
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jfreymuth/pulse/proto"
)

// A sound server that ends, or is too slow and is left, in the middle of a list.
func TestASoundServerThatEndsInAListCostsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "native")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("PULSE_SERVER", "unix:"+path)
	for _, how := range []string{"it closes", "we close"} {
		end := make(chan bool)
		go halfAList(l, end)
		c, conn, err := pulseClient()
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan error, 1)
		go func() {
			_, err := askPulse(c)
			asked <- err
		}()
		<-end // it has sent half a list
		if how == "we close" {
			conn.Close()
		}
		end <- true
		if err := <-asked; err == nil {
			t.Error("half a list was taken for a whole one")
		}
		conn.Close()
		for deadline := time.Now().Add(5 * time.Second); readers() > 0; {
			var m runtime.MemStats
			if runtime.ReadMemStats(&m); m.HeapAlloc > 200<<20 || time.Now().After(deadline) {
				t.Fatalf("%s: the reader goes on, with %d MB", how, m.HeapAlloc>>20)
			}
			runtime.Gosched()
		}
	}
}

// readers counts the library's goroutines.
func readers() int {
	all := make([]byte, 1<<20)
	return strings.Count(string(all[:runtime.Stack(all, true)]), "proto.(*Client).readLoop")
}

// halfAList answers one client until it asks for the microphones, and says the first few bytes of those.
func halfAList(l net.Listener, end chan bool) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	frame := func(length int, body []byte) {
		head := binary.BigEndian.AppendUint32(nil, uint32(length))
		head = append(head, 0xff, 0xff, 0xff, 0xff)
		_, _ = conn.Write(append(append(head, make([]byte, 12)...), body...))
	}
	number := func(b []byte, n uint32) []byte { return binary.BigEndian.AppendUint32(append(b, 'L'), n) }
	for {
		head := make([]byte, 20)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head))
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		command, tag := binary.BigEndian.Uint32(body[1:]), binary.BigEndian.Uint32(body[6:])
		reply := number(number(nil, proto.OpReply), tag)
		if command == proto.OpGetSourceInfoList {
			frame(10+5000, number(reply, 1))
			end <- true
			<-end
			return
		}
		reply = number(reply, 32)
		frame(len(reply), reply)
	}
}

func TestTheSoundServersThatAreNamed(t *testing.T) {
	t.Setenv("PULSE_SERVER", "{elsewhere}unix:/no /run/a unix:/run/b tcp:host:4000 tcp6:[::1] tcp4:10.0.0.1 nonsense")
	want := []pulseAddress{{"unix", "/run/a"}, {"unix", "/run/b"}, {"tcp", "host:4000"}, {"tcp6", "[::1]:4713"}, {"tcp4", "10.0.0.1:4713"}}
	if got := pulseServers(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
