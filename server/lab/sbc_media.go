package lab

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"

	"cordboard/audio/codec"
	"cordboard/server/inbox"
)

// SBCMediaStats counts the packets of one party.
type SBCMediaStats struct {
	Sent, Received      int
	Lost, Late          int // by sequence number
	Unknown             int // packets of no negotiated payload type, or that did not decrypt
	RTCPSent, RTCPHeard int
	Switches            int           // how often the payload type heard changed
	FirstHeard          time.Time     // arrival of the first packet
	LongestGap          time.Duration // between two packets
	BadClock            int           // packets whose timestamp did not fit the sequence number
}

// sbcMedia is the voice of one party: a socket pair, what it says and what it hears.
type sbcMedia struct {
	rtp, rtcp *net.UDPConn
	local     netip.AddrPort
	done      chan struct{}

	mu        sync.Mutex
	offered   []SBCCodec
	remote    netip.AddrPort
	codec     SBCCodec
	tonesPT   uint8
	mute      bool // the direction says that we do not send
	says      []int16
	repeat    []int16
	speech    Speech
	loop      bool
	digits    []byte
	event     *toneEvent
	heard     *Recording
	heardTone []byte
	tonesHad  chan struct{}
	keyOut    []byte
	out, in   *srtp.Context
	stats     SBCMediaStats
	sender    rtpSender
	receiver  rtpReceiver
}

// newSBCMedia opens an even port and the odd one above it (RFC 3550 §11).
func newSBCMedia(host string, codecs []SBCCodec) (*sbcMedia, error) {
	ip := net.ParseIP(host)
	var last error
	for range 50 {
		a, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip})
		if err != nil {
			return nil, err
		}
		port := a.LocalAddr().(*net.UDPAddr).Port
		if port%2 == 1 || port > 65000 {
			_ = a.Close()
			continue
		}
		b, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: port + 1})
		if err != nil {
			last = err
			_ = a.Close()
			continue
		}
		m := &sbcMedia{
			rtp: a, rtcp: b, local: a.LocalAddr().(*net.UDPAddr).AddrPort(), done: make(chan struct{}),
			offered: codecs, heard: NewRecording(), tonesHad: make(chan struct{}, 1), keyOut: make([]byte, 30),
		}
		_, _ = rand.Read(m.keyOut)
		m.sender.begin()
		m.receiver.begin()
		return m, nil
	}
	return nil, fmt.Errorf("no pair of ports for RTP: %w", last)
}

// describe is our side as an offer (remote nil) or an answer.
func (m *sbcMedia) describe(secure bool, direction string, remote *sbcSDP) (sbcSDP, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := sbcSDP{addr: m.local, secure: secure, codecs: m.offered, tones: 101, direction: direction, tag: "1", key: m.keyOut}
	if remote == nil {
		return s, nil
	}
	s.codecs = nil
	for _, want := range m.offered {
		for _, c := range remote.codecs {
			if c == want && len(s.codecs) == 0 {
				s.codecs = []SBCCodec{c}
			}
		}
	}
	if len(s.codecs) == 0 {
		return s, fmt.Errorf("%w: no codec in common", errSBCSDP)
	}
	s.tones, s.secure, s.tag = remote.tones, remote.secure, remote.tag
	return s, nil
}

// use takes what was negotiated: where to send, with which codec and keys.
func (m *sbcMedia) use(own, remote sbcSDP) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	chosen := remote.codecs[0]
	if len(own.codecs) == 1 {
		chosen = own.codecs[0]
	}
	m.remote = remote.addr
	m.tonesPT = remote.tones
	m.mute = remote.direction == "sendonly" || remote.direction == "inactive" || remote.addr.Addr().IsUnspecified() ||
		own.direction == "recvonly" || own.direction == "inactive"
	if chosen != m.codec {
		m.codec = chosen
		m.sender.encoder = codec.NewG722Encoder()
		if !m.speech.Empty() {
			pcm := m.speech.PCM(chosen.rate())
			m.says = pcm
			if m.loop {
				m.repeat = pcm
			}
		}
	}
	if !remote.secure {
		m.in, m.out = nil, nil
		return nil
	}
	return m.secure(remote.key)
}

func (m *sbcMedia) secure(remoteKey []byte) error {
	var err error
	if m.out == nil {
		if m.out, err = srtp.CreateContext(m.keyOut[:16], m.keyOut[16:], srtp.ProtectionProfileAes128CmHmacSha1_80); err != nil {
			return err
		}
	}
	m.in, err = srtp.CreateContext(remoteKey[:16], remoteKey[16:], srtp.ProtectionProfileAes128CmHmacSha1_80)
	return err
}

// start begins to send every 20 ms and to listen.
func (m *sbcMedia) start(tell func(*inbox.Panic)) {
	inbox.Go(tell, m.listen)
	inbox.Go(tell, m.listenRTCP)
	inbox.Go(tell, m.clock)
}

func (m *sbcMedia) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.done:
	default:
		close(m.done)
		_ = m.rtp.Close()
		_ = m.rtcp.Close()
	}
}

func (m *sbcMedia) say(s Speech, loop bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.speech, m.loop, m.says, m.repeat = s, loop, nil, nil
	if m.codec != "" {
		m.says = s.PCM(m.codec.rate())
		if loop {
			m.repeat = m.says
		}
	}
}

func (m *sbcMedia) clock() {
	n := 0
	keepPace(20*time.Millisecond, m.done, func() {
		m.frame()
		if n++; n%250 == 0 {
			m.report()
		}
	})
}

// frame sends the next 20 ms.
func (m *sbcMedia) frame() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.codec == "" || m.mute || !m.remote.IsValid() {
		m.sender.skip()
		return
	}
	if m.nextTone() {
		return
	}
	pcm := make([]int16, m.codec.rate()/50)
	n := copy(pcm, m.says)
	m.says = m.says[n:]
	if len(m.says) == 0 {
		m.says = m.repeat
	}
	m.send(m.sender.packet(m.codec, pcm))
}

func (m *sbcMedia) send(p *rtp.Packet) {
	raw, err := p.Marshal()
	if err != nil {
		return
	}
	if m.out != nil {
		if raw, err = m.out.EncryptRTP(nil, raw, nil); err != nil {
			return
		}
	}
	if _, err := m.rtp.WriteToUDPAddrPort(raw, m.remote); err == nil {
		m.stats.Sent++
		m.sender.count(len(p.Payload))
	}
}

func (m *sbcMedia) listen() {
	buf := make([]byte, 2048)
	for {
		n, _, err := m.rtp.ReadFromUDPAddrPort(buf)
		if err != nil {
			select {
			case <-m.done:
				return
			default:
				continue // a port unreachable of the peer
			}
		}
		m.receive(buf[:n])
	}
}

func (m *sbcMedia) receive(raw []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.in != nil {
		plain, err := m.in.DecryptRTP(nil, raw, nil)
		if err != nil {
			m.stats.Unknown++
			return
		}
		raw = plain
	}
	var p rtp.Packet
	if err := p.Unmarshal(raw); err != nil {
		m.stats.Unknown++
		return
	}
	m.receiver.take(m, &p)
}

// report sends a sender report so that the other side knows that we live, also on hold (RFC 3550 §6.4.1).
func (m *sbcMedia) report() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.remote.IsValid() || m.remote.Addr().IsUnspecified() {
		return
	}
	raw := m.sender.report(time.Now(), &m.receiver)
	if m.out != nil {
		var err error
		if raw, err = m.out.EncryptRTCP(nil, raw, nil); err != nil {
			return
		}
	}
	if _, err := m.rtcp.WriteToUDPAddrPort(raw, netip.AddrPortFrom(m.remote.Addr(), m.remote.Port()+1)); err == nil {
		m.stats.RTCPSent++
	}
}

func (m *sbcMedia) listenRTCP() {
	buf := make([]byte, 2048)
	for {
		n, _, err := m.rtcp.ReadFromUDPAddrPort(buf)
		if err != nil {
			select {
			case <-m.done:
				return
			default:
				continue
			}
		}
		m.mu.Lock()
		raw := buf[:n]
		if m.in != nil {
			if raw, err = m.in.DecryptRTCP(nil, raw, nil); err != nil {
				m.stats.Unknown++
				m.mu.Unlock()
				continue
			}
		}
		if len(raw) >= 8 && raw[0]>>6 == 2 && binary.BigEndian.Uint16(raw[2:])*4+4 <= uint16(len(raw)) {
			m.stats.RTCPHeard++
		}
		m.mu.Unlock()
	}
}
