package codec

// Splice leaves out a piece of sound: it goes over from one frame to the next, which it replaces by both, in a quarter
// of a frame and where the two are most alike, so that a voice keeps its period. The frames are of one length.
func Splice(next, from []int16) {
	w := len(next) / 4
	if w == 0 {
		return
	}
	const step = 4
	at, least := 0, int64(-1)
	for k := 0; k+w <= len(next); k += step {
		diff := int64(0)
		for i := k; i < k+w; i += 2 {
			d := int64(next[i]) - int64(from[i])
			diff += d * d
		}
		if least < 0 || diff < least {
			at, least = k, diff
		}
	}
	copy(next[:at], from[:at])
	for i := range w {
		a, b := int(from[at+i]), int(next[at+i])
		next[at+i] = int16((a*(w-i) + b*i) / w)
	}
}
