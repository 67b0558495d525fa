// Package operate is what an operator runs: serve, check, init, reports.
package operate

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/inbox"
)

// ServeOptions of the server command.
type ServeOptions struct {
	File      string
	LogFormat string // text, json
	Program   string
	Out, Err  io.Writer
}

// drainLimit is how long open calls may go on after SIGTERM.
const drainLimit = 30 * time.Minute

// Serve runs the server until it is told to stop: SIGTERM or SIGINT drains, a second one stops, SIGHUP reads the
// configuration again.
func Serve(_ context.Context, o ServeOptions) error {
	log, err := logger(o.LogFormat, o.Err)
	if err != nil {
		return err
	}
	holder, err := config.Open(o.File, nil)
	if err != nil {
		return err
	}
	for _, w := range holder.Now().Warnings() {
		log.Warn(w.Error())
	}
	pacing, stop := context.WithCancel(context.Background())
	defer stop()
	server.PaceHeap(pacing, log)
	server.ShareProcessors()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt, hangup)
	defer signal.Stop(signals)
	s, err := server.Start(context.Background(), server.Options{Config: holder, Program: o.Program, Presence: Presence(log), Log: log, Ready: o.Out})
	if err != nil {
		return err
	}
	return attend(s, signals, log)
}

// attend waits for signals.
func attend(s *server.Server, signals <-chan os.Signal, log *slog.Logger) error {
	for {
		select {
		case err := <-s.Failed():
			stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			s.Close(stop)
			return err
		case sig := <-signals:
			if sig == hangup {
				if err := s.Reload(); err != nil {
					log.Error("the new configuration was refused; the old one goes on", "err", err)
				}
				continue
			}
			return drain(s, signals, log)
		}
	}
}

func drain(s *server.Server, signals <-chan os.Signal, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainLimit)
	defer cancel()
	if n := s.OpenCalls(); n > 0 {
		log.Info("no new calls; waiting for the open ones. A second signal stops at once", "calls", n)
	}
	done := make(chan struct{})
	inbox.Go(func(p *inbox.Panic) { log.Error("draining failed", "err", p); close(done) }, func() {
		s.Drain(ctx)
		close(done)
	})
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		case sig := <-signals:
			waiting = sig == hangup
		}
	}
	cancel()
	stop, cancelStop := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancelStop()
	return s.Close(stop)
}

func logger(format string, w io.Writer) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("--log %s: text or json is wanted", format)
}
