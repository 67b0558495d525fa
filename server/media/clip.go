package media

import (
	"sync"

	"cordboard/audio/codec"
)

// Clip is a recording that legs can hear: mono at 16 kHz, with each codec's form of it made frame by frame at the
// first need and kept, so that a thousand listeners cost one encoding. It is never changed once made.
type Clip struct {
	name   string
	pcm    []int16 // whole frames of 20 ms
	frames int

	mu    sync.Mutex
	forms [codecs]*form
	epoch uint64 // frame of the clock, plus one, at which the looped clip began
}

// form is a clip in one codec.
type form struct {
	bytes []byte
	made  []bool
	at    int // frame that the coder goes on with; -1: anywhere
	enc   *codec.G722Encoder
	down  *codec.Resampler
}

const warmUp = 10 // frames that a coder hears before one it begins with

// NewClip makes a clip of samples at any rate; the last frame is filled up with silence.
func NewClip(name string, samples []int16, rate int) *Clip {
	pcm := codec.Convert(samples, rate, 16000)
	frames := max((len(pcm)+wideSamples-1)/wideSamples, 1)
	c := &Clip{name: name, pcm: make([]int16, frames*wideSamples), frames: frames}
	copy(c.pcm, pcm)
	return c
}

// Name is what the clip was made with.
func (c *Clip) Name() string { return c.name }

// Frames is the clip's length in frames of 20 ms.
func (c *Clip) Frames() int { return c.frames }

// since gives the clock's frame at which the looped clip began; the first to ask begins it.
func (c *Clip) since(frame uint64) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch == 0 || frame < c.epoch-1 {
		c.epoch = frame + 1
	}
	return c.epoch - 1
}

// Prepare makes the clip's form in every codec now, not at the first need.
func (c *Clip) Prepare() {
	for cd := G722; cd < codecs; cd++ {
		for i := range c.frames {
			c.frame(cd, i)
		}
	}
}

// frame gives 20 ms in a codec, and the same as samples.
func (c *Clip) frame(cd Codec, i int) ([]byte, []int16) {
	pcm := c.pcm[i*wideSamples : (i+1)*wideSamples : (i+1)*wideSamples]
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.forms[cd]
	if f == nil {
		f = &form{bytes: make([]byte, c.frames*frameBytes), made: make([]bool, c.frames), at: -1}
		c.forms[cd] = f
	}
	if !f.made[i] {
		c.make(f, cd, i)
	}
	return f.bytes[i*frameBytes : (i+1)*frameBytes : (i+1)*frameBytes], pcm
}

// make codes frame i, beginning some frames before it when the coder stands elsewhere.
func (c *Clip) make(f *form, cd Codec, i int) {
	var scrap [frameBytes]byte
	if f.at != i {
		f.enc, f.down = codec.NewG722Encoder(), codec.NewResampler(16000, 8000)
		for k := i - warmUp; k < i; k++ {
			f.code(scrap[:], cd, c.samples((k+warmUp*c.frames)%c.frames))
		}
	}
	f.code(f.bytes[i*frameBytes:(i+1)*frameBytes], cd, c.samples(i))
	f.made[i] = true
	f.at = (i + 1) % c.frames
}

func (c *Clip) samples(i int) []int16 { return c.pcm[i*wideSamples : (i+1)*wideSamples] }

func (f *form) code(dst []byte, cd Codec, pcm []int16) {
	if cd == G722 {
		f.enc.Encode(dst, pcm)
		return
	}
	var narrow [narrowSample]int16
	f.down.Process(narrow[:], pcm)
	if cd == PCMA {
		codec.EncodeALaw(dst, narrow[:])
	} else {
		codec.EncodeULaw(dst, narrow[:])
	}
}
