package media

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"hash"
)

// srtpKeys is one direction of SRTP (RFC 3711) under one master key, for AES_CM_128_HMAC_SHA1_80 and _32. It makes
// nothing for a packet, which is why it is ours: every packet of an encrypted leg passes here. One goroutine at a time
// uses it.
type srtpKeys struct {
	block cipher.Block
	mac   hash.Hash
	salt  [14]byte
	tag   int // bytes
	mki   []byte

	counter, stream [aes.BlockSize]byte // here, so that they are not made anew for each packet
	sum             [sha1.Size]byte
	roll            [4]byte

	streams map[uint32]*srtpStream // by SSRC
}

// srtpStream is how far a stream has come (RFC 3711 §3.2.3).
type srtpStream struct {
	begun bool
	high  uint64 // index of the newest packet: rollover counter and sequence number
	seen  uint64 // bit n: high-n has come
}

// Labels of what is derived from the master key (RFC 3711 §4.3.2).
const (
	labelCipher = 0
	labelMAC    = 1
	labelSalt   = 2
)

// maxStreams under one key: only who has the key can begin one.
const maxStreams = 1024

func newSRTP(c *cryptoLine) (*srtpKeys, error) {
	master, err := aes.NewCipher(c.key[:16])
	if err != nil {
		return nil, err
	}
	k := &srtpKeys{tag: 10, mki: c.mki, streams: map[uint32]*srtpStream{}}
	if c.suite == suite32 {
		k.tag = 4
	}
	var key [16]byte
	derive(master, c.key[16:], labelCipher, key[:])
	if k.block, err = aes.NewCipher(key[:]); err != nil {
		return nil, err
	}
	var auth [20]byte
	derive(master, c.key[16:], labelMAC, auth[:])
	k.mac = hmac.New(sha1.New, auth[:])
	derive(master, c.key[16:], labelSalt, k.salt[:])
	return k, nil
}

// derive fills out with a session key (RFC 3711 §4.3.3, with a key derivation rate of zero).
func derive(master cipher.Block, salt []byte, label byte, out []byte) {
	var in, block [aes.BlockSize]byte
	copy(in[:], salt)
	in[7] ^= label
	for n := 0; len(out) > 0; n++ {
		binary.BigEndian.PutUint16(in[14:], uint16(n))
		master.Encrypt(block[:], in[:])
		out = out[copy(out, block[:]):]
	}
}

// seal encrypts a packet in place and gives it with its tag; b needs room for that. Its payload begins at start.
func (k *srtpKeys) seal(b []byte, start int) []byte {
	seq, ssrc := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[8:])
	s := k.stream0(ssrc)
	index := s.index(seq)
	s.note(index)
	k.xor(b[start:], ssrc, index)
	k.authenticate(b, index)
	b = append(b, k.mki...)
	return append(b, k.sum[:k.tag]...)
}

// open proves a packet, decrypts it in place and gives it without its tag. It refuses what was repeated.
func (k *srtpKeys) open(b []byte) ([]byte, bool) {
	end := len(b) - k.tag - len(k.mki)
	start, ok := rtpStart(b[:max(end, 0)])
	if !ok || subtle.ConstantTimeCompare(b[end:end+len(k.mki)], k.mki) != 1 {
		return nil, false
	}
	seq, ssrc := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[8:])
	s := k.streams[ssrc]
	known := s != nil
	if !known {
		if len(k.streams) >= maxStreams {
			return nil, false
		}
		s = &srtpStream{}
	}
	index := s.index(seq)
	if s.repeated(index) {
		return nil, false
	}
	k.authenticate(b[:end], index)
	if subtle.ConstantTimeCompare(k.sum[:k.tag], b[len(b)-k.tag:]) != 1 {
		return nil, false
	}
	if !known {
		k.streams[ssrc] = s
	}
	s.note(index)
	k.xor(b[start:end], ssrc, index)
	return b[:end], true
}

// stream0 is the stream of ssrc, a new one when it is not known.
func (k *srtpKeys) stream0(ssrc uint32) *srtpStream {
	s := k.streams[ssrc]
	if s == nil {
		s = &srtpStream{}
		k.streams[ssrc] = s
	}
	return s
}

// xor encrypts or decrypts b (RFC 3711 §4.1.1).
func (k *srtpKeys) xor(b []byte, ssrc uint32, index uint64) {
	copy(k.counter[:], k.salt[:])
	for i := range 4 {
		k.counter[4+i] ^= byte(ssrc >> (24 - 8*i))
	}
	for i := range 6 {
		k.counter[8+i] ^= byte(index >> (40 - 8*i))
	}
	for n := uint16(0); len(b) > 0; n++ {
		binary.BigEndian.PutUint16(k.counter[14:], n)
		k.block.Encrypt(k.stream[:], k.counter[:])
		b = b[subtle.XORBytes(b, b, k.stream[:min(len(b), aes.BlockSize)]):]
	}
}

// authenticate puts the tag of a packet into sum (RFC 3711 §4.2).
func (k *srtpKeys) authenticate(b []byte, index uint64) {
	k.mac.Reset()
	k.mac.Write(b)
	binary.BigEndian.PutUint32(k.roll[:], uint32(index>>16))
	k.mac.Write(k.roll[:])
	k.mac.Sum(k.sum[:0])
}

// index is the number that a sequence number most likely stands for (RFC 3711 §3.3.1).
func (s *srtpStream) index(seq uint16) uint64 {
	if !s.begun {
		return uint64(seq)
	}
	return (s.high + uint64(int64(int16(seq-uint16(s.high))))) & (1<<48 - 1)
}

// repeated reports a packet that has come, or is too old to tell.
func (s *srtpStream) repeated(index uint64) bool {
	if !s.begun || index > s.high {
		return false
	}
	back := s.high - index
	return back >= 64 || s.seen>>back&1 != 0
}

func (s *srtpStream) note(index uint64) {
	switch {
	case !s.begun:
		s.begun, s.high, s.seen = true, index, 1
	case index > s.high:
		s.seen = s.seen<<min(index-s.high, 64) | 1
		s.high = index
	default:
		s.seen |= 1 << min(s.high-index, 63)
	}
}
