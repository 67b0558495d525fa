package trunk

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	longestMessage = 65535
	longestHead    = 48 << 10
	messageWithin  = 30 * time.Second // from a message's first byte to its last
)

var errFraming = errors.New("the stream holds no SIP messages that can be told apart")

// stream is one TCP or TLS connection, accepted or made by us. Its Read gives sipgo whole, inspected messages.
type stream struct {
	net.Conn
	edge   *Edge
	secure bool   // TLS
	names  string // whom the peer's certificate names, for the log
	dialed bool
	have   []byte // received, not yet judged
	ready  []byte // judged, not yet given
	chunk  []byte
	close  sync.Once

	begin   sync.Once
	started chan struct{} // closed when sipgo reads it: from then on it is found by its address
	trusted sync.Map      // names (with their trunk's authorities) that the peer's certificate is good for
}

// Read gives inspected messages. Keep-alives (RFC 5626 §3.5.1) are answered here.
func (s *stream) Read(b []byte) (int, error) {
	s.begin.Do(func() { close(s.started) })
	if len(s.ready) == 0 {
		runtime.Gosched() // as for UDP
	}
	for len(s.ready) == 0 {
		one, err := s.next()
		if err != nil {
			return 0, err
		}
		out, bad := inspect(one, origin{addrPortOf(s.RemoteAddr()).Addr(), s.edge.tagOf})
		if bad == nil {
			s.ready = out
		} else {
			s.edge.count.malformed.Add(1)
			s.edge.log.Debug("message not taken", "peer", s.RemoteAddr().String(), "err", bad)
			if bad.reply != nil {
				if _, err := s.Write(bad.reply); err != nil {
					return 0, err
				}
			}
		}
	}
	n := copy(b, s.ready)
	if s.ready = s.ready[n:]; len(s.ready) == 0 {
		s.ready = nil
	}
	return n, nil
}

// next gives one whole message.
func (s *stream) next() ([]byte, error) {
	for {
		if err := s.keepAlive(); err != nil {
			return nil, err
		}
		n, err := frame(s.have)
		if err != nil {
			s.refuseStream()
			return nil, io.EOF
		}
		if n > 0 {
			one := bytes.Clone(s.have[:n])
			s.have = append(s.have[:0], s.have[n:]...)
			if len(s.have) == 0 {
				s.have = nil // an idle connection keeps no buffer
			}
			return one, nil
		}
		if s.chunk == nil {
			s.chunk = make([]byte, 4096)
		}
		deadline := time.Time{}
		if len(s.have) > 0 {
			deadline = time.Now().Add(messageWithin)
		}
		if err := s.SetReadDeadline(deadline); err != nil {
			return nil, err
		}
		got, err := s.Conn.Read(s.chunk)
		if err != nil {
			return nil, io.EOF
		}
		s.have = append(s.have, s.chunk[:got]...)
	}
}

// keepAlive takes line ends between messages away and answers a ping of two with one.
func (s *stream) keepAlive() error {
	for len(s.have) >= 2 && s.have[0] == '\r' && s.have[1] == '\n' {
		if bytes.HasPrefix(s.have, []byte("\r\n\r\n")) {
			if _, err := s.Write([]byte("\r\n")); err != nil {
				return err
			}
			s.have = s.have[4:]
			continue
		}
		if len(s.have) == 3 && s.have[2] == '\r' {
			return nil
		}
		s.have = s.have[2:]
	}
	for len(s.have) > 0 && s.have[0] == 0 {
		s.have = s.have[1:]
	}
	return nil
}

// refuseStream answers 400 to a message without a boundary, if it can be answered at all; the connection ends.
func (s *stream) refuseStream() {
	m, _ := takeApart(s.have[:min(len(s.have), longestHead)])
	if reply := m.refusal(errFraming); reply != nil {
		s.SetWriteDeadline(time.Now().Add(time.Second))
		s.Conn.Write(reply)
	}
}

// Write gives up on a peer that does not read.
func (s *stream) Write(b []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return 0, err
	}
	n, err := s.Conn.Write(b)
	if err != nil {
		s.Close()
	}
	return n, err
}

// Close forgets the connection.
func (s *stream) Close() error {
	s.close.Do(func() { s.edge.forget(s) })
	return s.Conn.Close()
}

// frame gives the length of the first message in b, 0 when it is not whole yet.
func frame(b []byte) (int, error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		if len(b) > longestHead {
			return 0, errFraming
		}
		if len(b) > 16 && !startsLikeSIP(b) {
			return 0, errFraming
		}
		return 0, nil
	}
	length, ok := contentLength(b[:end])
	if line, _, _ := bytes.Cut(b[:end], []byte("\r\n")); !bytes.HasPrefix(line, []byte("SIP/")) && !bytes.Contains(bytes.ToUpper(line), []byte(" SIP/")) {
		return 0, errFraming // a browser, say: nothing it sends is for us
	}
	if !ok || end+4+length > longestMessage {
		return 0, errFraming
	}
	if n := end + 4 + length; n <= len(b) {
		return n, nil
	}
	return 0, nil
}

// startsLikeSIP says whether b may be the beginning of a start line, so that garbage is told apart early.
func startsLikeSIP(b []byte) bool {
	word, _, ok := bytes.Cut(b[:min(len(b), 40)], []byte(" "))
	if !ok {
		return false
	}
	return bytes.HasPrefix(word, []byte("SIP/")) || isToken(string(word))
}

func contentLength(head []byte) (int, bool) {
	found, length := false, 0
	for len(head) > 0 {
		var l []byte
		l, head, _ = bytes.Cut(head, []byte("\r\n"))
		name, value, ok := bytes.Cut(l, []byte(":"))
		if !ok {
			continue
		}
		switch strings.ToLower(string(bytes.TrimSpace(name))) {
		case "content-length", "l":
			n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 31)
			if err != nil || n > longestMessage || found && int(n) != length {
				return 0, false
			}
			found, length = true, int(n)
		}
	}
	return length, found
}
