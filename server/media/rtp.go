package media

import "encoding/binary"

// header is what is of use in an RTP header (RFC 3550 §5.1).
type header struct {
	pt     uint8
	marker bool
	seq    uint16
	ts     uint32
	ssrc   uint32
}

// parseRTP reads a packet and gives its payload, which is part of b. It makes nothing.
func parseRTP(b []byte) (h header, payload []byte, ok bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return h, nil, false
	}
	h.marker, h.pt = b[1]&0x80 != 0, b[1]&0x7f
	h.seq = binary.BigEndian.Uint16(b[2:])
	h.ts = binary.BigEndian.Uint32(b[4:])
	h.ssrc = binary.BigEndian.Uint32(b[8:])
	start, ok := rtpStart(b)
	if !ok {
		return h, nil, false
	}
	end := len(b)
	if b[0]&0x20 != 0 {
		pad := int(b[end-1])
		if pad == 0 {
			return h, nil, false
		}
		end -= pad
	}
	if start > end {
		return h, nil, false
	}
	return h, b[start:end], true
}

// rtpStart is where a packet's payload begins.
func rtpStart(b []byte) (start int, ok bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return 0, false
	}
	start = 12 + 4*int(b[0]&15)
	if b[0]&0x10 != 0 {
		if len(b) < start+4 {
			return 0, false
		}
		start += 4 + 4*int(binary.BigEndian.Uint16(b[start+2:]))
	}
	return start, start <= len(b)
}

// putRTP writes a header of 12 bytes.
func putRTP(b []byte, h header) {
	b[0] = 0x80
	b[1] = h.pt
	if h.marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.seq)
	binary.BigEndian.PutUint32(b[4:], h.ts)
	binary.BigEndian.PutUint32(b[8:], h.ssrc)
}

// isRTCP tells control packets from media on one port (RFC 5761 §4).
func isRTCP(b []byte) bool {
	return len(b) >= 8 && b[0]>>6 == 2 && b[1] >= 192 && b[1] <= 223
}
