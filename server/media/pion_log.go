package media

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
	"github.com/pion/webrtc/v3"
)

// pionLogs gives pion a place for what it says. Nearly all of it is about strangers and lost networks, so nothing
// comes out louder than debug.
type pionLogs struct{ log *slog.Logger }

// NewLogger is pion's way to ask for a logger.
func (p pionLogs) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{p.log, scope}
}

type pionLogger struct {
	log   *slog.Logger
	scope string
}

func (l pionLogger) say(text string) { l.log.Debug(text, "scope", l.scope) }

func (l pionLogger) sayf(format string, args []any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.say(fmt.Sprintf(format, args...))
	}
}

func (l pionLogger) Trace(string)                {}
func (l pionLogger) Tracef(string, ...any)       {}
func (l pionLogger) Debug(string)                {}
func (l pionLogger) Debugf(string, ...any)       {}
func (l pionLogger) Info(s string)               { l.say(s) }
func (l pionLogger) Infof(f string, args ...any) { l.sayf(f, args) }
func (l pionLogger) Warn(s string)               { l.say(s) }
func (l pionLogger) Warnf(f string, args ...any) { l.sayf(f, args) }
func (l pionLogger) Error(s string)              { l.say(s) }
func (l pionLogger) Errorf(f string, args ...any) {
	l.sayf(f, args)
}

// newCertificate is the server's one certificate towards consoles; its fingerprint goes through the signed-in
// connection, so nobody else has to know it.
func newCertificate() (webrtc.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return webrtc.Certificate{}, err
	}
	c, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return webrtc.Certificate{}, err
	}
	return *c, nil
}
