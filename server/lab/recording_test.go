package lab

import (
	"bytes"
	"math"
	"testing"
	"time"

	"cordboard/audio/codec"
)

func TestEveryChirpIsFoundAndIsUnlikeTheOthers(t *testing.T) {
	for said := range SpeechChirps {
		pcm := throughALaw(SpeechOf(SpeechQuiet(300*time.Millisecond), SpeechChirp(said), SpeechQuiet(200*time.Millisecond)))
		for sought := range SpeechChirps {
			c := bestChirp(pcm, chirpRate, sought)
			if said == sought && c < 0.8 {
				t.Errorf("chirp %d is found with %.2f only", said, c)
			}
			if said != sought && c > 0.35 {
				t.Errorf("chirp %d passes for %d with %.2f", said, sought, c)
			}
		}
		found := FindChirps(pcm, chirpRate, said)
		if len(found) != 1 || math.Abs(found[0].Seconds()-0.3) > 0.001 {
			t.Errorf("chirp %d is found at %v, want 300ms", said, found)
		}
	}
}

func throughALaw(s Speech) []int16 {
	pcm := s.PCM(8000)
	coded := make([]byte, len(pcm))
	codec.EncodeALaw(coded, pcm)
	codec.DecodeALaw(pcm, coded)
	return pcm
}

func TestChirpsAreFoundUnderAnotherVoice(t *testing.T) {
	pcm := SpeechVoice("Ada", "good morning, this is a rather long sentence about nothing at all").PCM(8000)
	chirp := SpeechChirp(3).PCM(8000)
	for i, s := range chirp {
		pcm[4000+i] = int16(max(-32768, min(32767, int(pcm[4000+i])/4+int(s)/2)))
	}
	if found := FindChirps(pcm, 8000, 3); len(found) != 1 || math.Abs(found[0].Seconds()-0.5) > 0.001 {
		t.Errorf("found at %v, want 500ms", found)
	}
	for n := range SpeechChirps {
		if found := FindChirps(SpeechVoice("Ada", "hello hello, who is there").PCM(8000), 8000, n); len(found) != 0 {
			t.Errorf("speech passes for chirp %d", n)
		}
	}
}

func TestTonesAreTimedAndToldApart(t *testing.T) {
	r := NewRecording()
	r.add(0, SpeechOf(SpeechTone(440, time.Second), SpeechQuiet(time.Second), SpeechTone(1000, 500*time.Millisecond)).PCM(RecordingRate))
	for _, c := range []struct {
		hz   float64
		from time.Duration
		want time.Duration
	}{
		{440, 0, time.Second}, {1000, 0, 500 * time.Millisecond}, {440, time.Second, 0}, {700, 0, 0},
	} {
		if got := r.Tone(c.hz, c.from); (got - c.want).Abs() > 60*time.Millisecond {
			t.Errorf("%.0f Hz after %s: %s, want %s", c.hz, c.from, got, c.want)
		}
	}
	if got := r.Sound(0); (got - 1500*time.Millisecond).Abs() > 60*time.Millisecond {
		t.Errorf("sound for %s, want 1.5s", got)
	}
	if got := r.Length(); got != 2500*time.Millisecond {
		t.Errorf("length %s", got)
	}
}

func TestAVoiceIsHeardAtEveryRateAndDiffersByName(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		pcm := SpeechVoice("Ada", "hello, this is ada. 42").PCM(rate)
		if d := time.Duration(len(pcm)) * time.Second / time.Duration(rate); d < time.Second || d > 4*time.Second {
			t.Errorf("at %d Hz the sentence takes %s", rate, d)
		}
		if d := soundIn(pcm, rate); d < 800*time.Millisecond {
			t.Errorf("at %d Hz %s of it is heard", rate, d)
		}
		peak := 0
		for _, s := range pcm {
			peak = max(peak, int(math.Abs(float64(s))))
		}
		if peak < 4000 || peak > 16384 {
			t.Errorf("at %d Hz it peaks at %d", rate, peak)
		}
	}
	a, b := SpeechVoice("Ada", "aaaa").PCM(8000), SpeechVoice("Bob", "aaaa").PCM(8000)
	same := true
	for i := range min(len(a), len(b)) {
		same = same && a[i] == b[i]
	}
	if same {
		t.Error("two people have one voice")
	}
}

func TestARecordingIsWrittenAsWAV(t *testing.T) {
	r := NewRecording()
	r.add(0, []int16{1, -2, 3})
	var b bytes.Buffer
	if err := r.WriteWAV(&b); err != nil {
		t.Fatal(err)
	}
	if raw := b.Bytes(); len(raw) != 44+6 || string(raw[:4]) != "RIFF" || raw[46] != 0xfe || raw[47] != 0xff {
		t.Errorf("% x", raw)
	}
}

func FuzzSBCSDP(f *testing.F) {
	f.Add([]byte("v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/SAVP 9 0 101\r\na=rtpmap:101 telephone-event/8000\r\n" +
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5|2^31\r\na=sendonly\r\n"))
	f.Add([]byte("m=audio 1\r\n"))
	f.Add([]byte("m=video 9 RTP/AVP 96\nm=audio 70000 RTP/AVP 300 -1 8\nc=IN IP6 ::1"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := readSBCSDP(body)
		if err != nil {
			return
		}
		again, err := readSBCSDP(s.write(1, 2))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, s.write(1, 2))
		}
		if again.addr != s.addr || again.direction != s.direction || again.secure != s.secure {
			t.Fatalf("%+v became %+v", s, again)
		}
	})
}
