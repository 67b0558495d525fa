//go:build cgo && !headless && linux

package audio

import (
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/jfreymuth/pulse/proto"
)

// PortAudio sees a PulseAudio (or PipeWire) system as one device. So the server itself is asked, over its own
// protocol, which microphones there are and which of them our stream hangs on: the server may move it to another
// one at any moment, and tells PortAudio nothing. Without such a server all of this is silent.

// pulseDevice is a source (a microphone) or a sink of the sound server.
type pulseDevice struct {
	name        string // "alsa_input.usb-Jabra"
	description string // "Jabra Engage 65 Mono"
	monitor     bool   // hears what a sink plays
}

// pulseState is what the server said when something changed.
type pulseState struct {
	mic            pulseDevice // that our stream records from; empty: no stream of ours
	sources, sinks []pulseDevice
	source, sink   string // names of the defaults
}

// pulseWatch follows the server until it is closed.
type pulseWatch struct {
	ch    chan pulseState // closed when the server is gone; nil when there is none
	close func()
}

const pulseLook = 2 * time.Second // between looks without being told

func watchPulse(log *slog.Logger) pulseWatch {
	c, conn, err := pulseClient()
	if err != nil {
		log.Debug("no sound server to ask", "err", err)
		return pulseWatch{close: func() {}}
	}
	kick := make(chan struct{}, 1)
	c.Callback = func(v any) {
		switch v.(type) {
		case *proto.SubscribeEvent:
			select {
			case kick <- struct{}{}:
			default:
			}
		}
	}
	ch, stop := make(chan pulseState, 1), make(chan struct{})
	// SourceInput is the library's name of source outputs.
	mask := proto.SubscriptionMaskSource | proto.SubscriptionMaskSourceInput | proto.SubscriptionMaskSink | proto.SubscriptionMaskServer
	if err := c.Request(&proto.Subscribe{Mask: mask}, nil); err != nil {
		log.Debug("the sound server tells no news", "err", err)
	}
	var once sync.Once
	go func() {
		defer conn.Close()
		defer close(ch)
		tick := time.NewTicker(pulseLook)
		defer tick.Stop()
		for {
			s, err := askPulse(c)
			if err != nil {
				return
			}
			select {
			case <-ch: // nobody has taken the last one: it is old now
			default:
			}
			ch <- s
			select {
			case <-stop:
				return
			case <-kick:
			case <-tick.C:
			}
		}
	}()
	return pulseWatch{ch: ch, close: func() { once.Do(func() { close(stop) }) }}
}

func askPulse(c *proto.Client) (pulseState, error) {
	var sources proto.GetSourceInfoListReply
	if err := c.Request(&proto.GetSourceInfoList{}, &sources); err != nil {
		return pulseState{}, err
	}
	var outputs proto.GetSourceOutputInfoListReply
	if err := c.Request(&proto.GetSourceOutputInfoList{}, &outputs); err != nil {
		return pulseState{}, err
	}
	var sinks proto.GetSinkInfoListReply
	if err := c.Request(&proto.GetSinkInfoList{}, &sinks); err != nil {
		return pulseState{}, err
	}
	var server proto.GetServerInfoReply
	if err := c.Request(&proto.GetServerInfo{}, &server); err != nil {
		return pulseState{}, err
	}
	s := pulseState{source: server.DefaultSourceName, sink: server.DefaultSinkName}
	ours, pid := uint32(proto.Undefined), strconv.Itoa(os.Getpid())
	for _, o := range outputs {
		if o.Properties["application.process.id"].String() == pid {
			ours = o.SourceIndex
		}
	}
	for _, d := range sources {
		dev := pulseDevice{d.SourceName, d.Device, d.MonitorSourceIndex != proto.Undefined}
		s.sources = append(s.sources, dev)
		if d.SourceIndex == ours {
			s.mic = dev
		}
	}
	for _, d := range sinks {
		s.sinks = append(s.sinks, pulseDevice{name: d.SinkName, description: d.Device})
	}
	return s, nil
}
