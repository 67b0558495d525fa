package lab

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v3"
	"github.com/pion/webrtc/v3/pkg/media"

	"cordboard/session/wire"
)

// fakeDesk is just enough of a server: it welcomes, answers the line with a tone, offers one call to everybody who is ready.
type fakeDesk struct {
	t     *testing.T
	mu    sync.Mutex
	heard map[string]int // packets by agent
	verbs map[wire.Verb]int
	done  chan struct{}
}

func (d *fakeDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	seq := uint64(0)
	var write sync.Mutex
	send := func(f wire.FromServer) {
		write.Lock()
		defer write.Unlock()
		if f.News != nil {
			seq++
			f.News.Seq = seq
		}
		raw, _ := json.Marshal(f)
		_ = ws.Write(r.Context(), websocket.MessageText, raw)
	}
	user := ""
	for {
		_, raw, err := ws.Read(r.Context())
		if err != nil {
			return
		}
		var f wire.FromConsole
		if err := json.Unmarshal(raw, &f); err != nil {
			d.t.Error(err)
			return
		}
		switch {
		case f.Hello != nil:
			user = strings.TrimPrefix(f.Hello.Token, "token of ")
			send(wire.FromServer{Welcome: &wire.Welcome{Server: "fake", Resume: "r", Board: &wire.Board{Me: wire.Me{ID: user, State: wire.NotReady}}}})
		case f.Line != nil:
			sdp, stop := d.line(user, f.Line.SDP)
			defer stop()
			send(wire.FromServer{Line: &wire.LineSDP{ID: f.Line.ID, Type: "answer", SDP: sdp}})
		case f.Do != nil:
			d.mu.Lock()
			d.verbs[f.Do.Do]++
			first := d.verbs[wire.DoReady]
			d.mu.Unlock()
			send(wire.FromServer{Reply: &wire.Reply{ID: f.Do.ID, OK: true}})
			d.desk(f.Do, user, first, send)
		}
	}
}

func (d *fakeDesk) desk(c *wire.Command, user string, _ int, send func(wire.FromServer)) {
	switch c.Do {
	case wire.DoDone:
		d.done <- struct{}{}
	case wire.DoReady:
		send(wire.FromServer{News: &wire.News{Me: &wire.Me{State: wire.Ready}}})
		send(wire.FromServer{News: &wire.News{Offer: &wire.Offer{Reservation: "r-" + user, Contact: "c-" + user}, Me: &wire.Me{State: wire.Offered}}})
	case wire.DoAnswer:
		send(wire.FromServer{News: &wire.News{Clear: []wire.Section{wire.ClearOffer}, Call: &wire.Call{Contact: c.Contact}, Me: &wire.Me{State: wire.Talking}}})
	case wire.DoHangup:
		send(wire.FromServer{News: &wire.News{Clear: []wire.Section{wire.ClearCall}, Wrap: &wire.Wrap{Contact: c.Contact, Codes: []wire.Code{{ID: "ok"}}}, Me: &wire.Me{State: wire.Wrapup}}})
	}
}

func (d *fakeDesk) line(user, offer string) (string, func()) {
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	m := &webrtc.MediaEngine{}
	for _, c := range agentCodecs {
		_ = m.RegisterCodec(c, webrtc.RTPCodecTypeAudio)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		d.t.Error(err)
		return "", func() {}
	}
	track, _ := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}, "a", "b")
	_, _ = pc.AddTrack(track)
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := t.ReadRTP(); err != nil {
				return
			}
			d.mu.Lock()
			d.heard[user]++
			d.mu.Unlock()
		}
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		d.t.Error(err)
	}
	answer, _ := pc.CreateAnswer(nil)
	done := webrtc.GatheringCompletePromise(pc)
	_ = pc.SetLocalDescription(answer)
	<-done
	frames := encodeFrames(SBCPCMU, SpeechTone(500, time.Second).PCM(8000), 0)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for i := 0; ctx.Err() == nil; i++ {
			t := time.NewTimer(20 * time.Millisecond)
			<-t.C
			_ = track.WriteSample(media.Sample{Data: frames[i%len(frames)], Duration: 20 * time.Millisecond})
		}
	}()
	return pc.LocalDescription().SDP, func() { cancel(); _ = pc.Close() }
}

func TestAgentsSignInAnswerTalkAndWrapUp(t *testing.T) {
	desk := &fakeDesk{t: t, heard: map[string]int{}, verbs: map[wire.Verb]int{}, done: make(chan struct{}, 10)}
	srv := httptest.NewTLSServer(desk)
	defer srv.Close()
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	var out bytes.Buffer
	media := make(chan AgentEvent, 10)
	a := NewAgents(AgentsOptions{
		Server: srv.URL, CA: pool, Users: []string{"ada", "bob", "cy"}, Out: &out, Talk: 300 * time.Millisecond, AnswerAfter: 20 * time.Millisecond, Record: true,
		Token: func(user string) (string, error) { return "token of " + user, nil },
		Tell: func(e AgentEvent) {
			if e.Event == "media" {
				media <- e
			}
		},
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	select {
	case <-a.Ready():
	case <-ctx.Done():
		t.Fatalf("not everybody became ready:\n%s", out.String())
	}
	for range 3 {
		select {
		case e := <-media:
			if e.Received < 5 || e.Payload != 0 || e.Contact == "" {
				t.Errorf("media of a call: %+v", e)
			}
		case <-ctx.Done():
			t.Fatal("no call ended")
		}
	}
	for range 3 {
		select {
		case <-desk.done:
		case <-ctx.Done():
			t.Fatal("a wrap-up was not finished")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for event, want := range map[string]int{"connected": 3, "line": 3, "offer": 3, "answer": 3, "audio": 3, "call": 3, "wrap": 3, "cleared": 3} {
		if got := a.Count(event); got != want {
			t.Errorf("%d times %s, want %d", got, event, want)
		}
	}
	limit := time.Now().Add(5 * time.Second)
	for signedOut := 0; signedOut < 3 && time.Now().Before(limit); { // the last frame is read by the desk's own goroutine
		desk.mu.Lock()
		signedOut = desk.verbs[wire.DoSignOut]
		desk.mu.Unlock()
		runtime.Gosched()
	}
	desk.mu.Lock()
	defer desk.mu.Unlock()
	if desk.verbs[wire.DoCode] != 3 || desk.verbs[wire.DoDone] != 3 || desk.verbs[wire.DoSignOut] != 3 {
		t.Errorf("commands: %v", desk.verbs)
	}
	for _, user := range []string{"ada", "bob", "cy"} {
		if desk.heard[user] < 10 {
			t.Errorf("%s was heard for %d packets", user, desk.heard[user])
		}
	}
	for _, user := range []string{"ada", "bob", "cy"} {
		if d := a.Heard(user).Tone(500, 0); d < 100*time.Millisecond {
			t.Errorf("%s heard the tone for %s", user, d)
		}
	}
	last := int64(0)
	for line := range strings.Lines(out.String()) {
		var e AgentEvent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if e.TNs <= 0 || e.Agent == "" {
			t.Errorf("event without clock or agent: %s", line)
		}
		last = max(last, e.TNs)
	}
	if last-monotonic() > 0 {
		t.Error("events come from the future")
	}
}

func TestARefusedAgentSaysWhy(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		_, _, _ = ws.Read(r.Context())
		raw, _ := json.Marshal(wire.FromServer{Refused: &wire.Refused{Code: "no_role", Words: "no role"}})
		_ = ws.Write(r.Context(), websocket.MessageText, raw)
		_, _, _ = ws.Read(r.Context())
	}))
	defer srv.Close()
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	a := NewAgents(AgentsOptions{Server: srv.URL, CA: pool, Users: []string{"ada"}, NoLine: true, Token: func(string) (string, error) { return "x", nil }})
	err := a.Run(labContext(t))
	if err == nil || !strings.Contains(err.Error(), "no_role") {
		t.Errorf("error %v", err)
	}
}
