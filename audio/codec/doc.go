// Package codec holds the arithmetic of the voice: G.711, G.722, resampling, mixing, limiting and the
// concealment of lost frames. Samples are 16-bit mono. Nothing here allocates once it has been made, and
// nothing is safe for use by two goroutines at once.
package codec

// FrameBytes is a 20 ms payload of G.711 or of G.722 at 64 kbit/s: 160 bytes, 160 units of the 8 kHz RTP
// clock (RFC 3551 §4.5.2: G.722 counts 8 kHz although it samples at 16 kHz).
const FrameBytes = 160

func saturate(v int) int {
	return min(max(v, -32768), 32767)
}
