package softphone

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pion/webrtc/v3"

	"cordboard/session/wire"
)

// relayWithin is how long a TURN server may take to give a relay.
const relayWithin = 5 * time.Second

// ErrNoRelay says that a TURN server gave no relay: it is not reached, or it does not take the name and password.
var ErrNoRelay = errors.New("it gave no relay")

// Relay is what became of asking a TURN server for a relay.
type Relay struct {
	URL   string
	Took  time.Duration
	Where string // the relay's address
	Err   error  // ErrNoRelay, or what is wrong with the address
}

// Relays asks every TURN address of a list for a relay, one after the other, as the voice line would when nothing else
// reaches the server. STUN servers are left out: they give no way for voice.
func Relays(ctx context.Context, servers []wire.ICEServer) []Relay {
	var out []Relay
	for _, s := range servers {
		for _, url := range s.URLs {
			if !strings.HasPrefix(url, "turn") || ctx.Err() != nil {
				continue
			}
			began := time.Now()
			where, err := askRelay(ctx, wire.ICEServer{URLs: []string{url}, Username: s.Username, Credential: s.Credential})
			out = append(out, Relay{URL: url, Took: time.Since(began), Where: where, Err: err})
		}
	}
	return out
}

func askRelay(ctx context.Context, s wire.ICEServer) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, relayWithin)
	defer cancel()
	network, err := newFreshNet()
	if err != nil {
		return "", err
	}
	var se webrtc.SettingEngine
	se.SetNet(network)
	se.SetIncludeLoopbackCandidate(true) // a server on this machine
	cfg := configuration([]wire.ICEServer{s})
	cfg.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(se)).NewPeerConnection(cfg)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.URLs[0], err)
	}
	defer pc.Close()
	found, none := make(chan string, 1), make(chan struct{})
	pc.OnICECandidate(func(k *webrtc.ICECandidate) {
		switch {
		case k == nil:
			close(none)
		case k.Typ == webrtc.ICECandidateTypeRelay:
			select {
			case found <- fmt.Sprintf("%s:%d", k.Address, k.Port):
			default:
			}
		}
	})
	if _, err := pc.CreateDataChannel("", nil); err != nil {
		return "", err
	}
	o, err := pc.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	if err := pc.SetLocalDescription(o); err != nil {
		return "", err
	}
	select {
	case where := <-found:
		return where, nil
	case <-none:
		select {
		case where := <-found:
			return where, nil
		default:
			return "", ErrNoRelay
		}
	case <-ctx.Done():
		return "", ErrNoRelay
	}
}
