// Package console joins the halves of the console: the session with its server, the softphone with its
// headset, and the screen or the lines of --plain.
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"cordboard/audio"
	"cordboard/session"
	"cordboard/session/wire"
	"cordboard/softphone"
	"cordboard/ui"
)

// Options of a console.
type Options struct {
	Server     string
	Profile    string
	CAFile     string
	SignIn     string // auto, device, browser
	TokenStore string // auto, keyring, file, memory
	CacheDir   string
	Audio      string // portaudio, file:IN.wav,OUT.wav, none
	Input      string
	Output     string
	Ringer     string // device of the ring tone, by name; empty: the ear
	Plain      bool
	Clock      string // --plain: wall or mono
	Quiet      bool
	Stay       bool
	Theme      string
	Language   string
	ASCII      bool
	Program    string
	LogFile    string // empty: cordboard.log in the user's cache folder

	In   io.Reader
	Out  io.Writer
	Demo *ui.Demo
	// Approve is called when the person presses the key that approves the simulated sign-in.
	Approve func(code string) error
	// Told sees everything that the screen is told; it must not wait.
	Told func(any)
}

// Run is the console until the person leaves. Errors say what to do.
func Run(ctx context.Context, o Options) error {
	logFile, log, err := openLog(o)
	if err != nil {
		return err
	}
	defer logFile.Close()
	defer quiet(logFile, log)()
	kept := settings{settingsFile(logFile.Name()), log}
	o, chosen := kept.settled(o)
	device, err := audio.Open(audio.Options{Spec: o.Audio, Input: o.Input, Output: o.Output, Log: log})
	if err != nil {
		return err
	}
	phone, err := softphone.New(softphone.Options{Device: device, Ringer: ringer(o, log), Log: log})
	if err != nil {
		device.Close()
		return fmt.Errorf("softphone: %w", err)
	}
	defer phone.Close()
	if o.CAFile, err = oneFile(o.CAFile, filepath.Dir(logFile.Name())); err != nil {
		return err
	}
	c := &console{o: o, log: log, phone: phone, kept: kept, chosen: chosen}
	return c.run(ctx)
}

// quiet keeps what the sound libraries write to standard error away from the person, on the screen and between the lines of --plain.
func quiet(logFile *os.File, log *slog.Logger) (restore func()) {
	restore, err := audio.QuietStderr(logFile)
	if err != nil {
		log.Warn("library lines may reach the terminal", "err", err)
		return func() {}
	}
	return restore
}

type console struct {
	o       Options
	log     *slog.Logger
	phone   *softphone.Phone
	kept    settings
	chosen  ui.Settings
	session *session.Session
	busy    busy
	code    atomic.Pointer[string] // of the sign-in that waits
	tell    func(any)              // set before the session runs
}

func (c *console) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	c.session = session.New(session.Options{
		Server: c.o.Server, CAFile: c.o.CAFile, Profile: c.o.Profile, CacheDir: c.o.CacheDir, SignIn: c.o.SignIn, TokenStore: c.o.TokenStore,
		Program: c.o.Program, Tell: c.told, Phone: c.phone, Log: c.log,
	})
	start := func(tell func(any)) {
		c.tell = tell
		go c.watchPhone(ctx)
		ended <- c.session.Run(ctx)
	}
	desk := ui.Options{
		Server: c, Phone: desktop{c.phone, c.o, c.log}, Theme: c.o.Theme, Language: c.o.Language, ASCII: c.o.ASCII, Demo: c.o.Demo, In: c.o.In, Out: c.o.Out,
		Clock: c.o.Clock, Quiet: c.o.Quiet, Stay: c.o.Stay, Motion: c.chosen.Motion, AutoAnswer: c.chosen.AutoAnswer, Input: c.o.Input, Output: c.o.Output, Ringer: c.o.Ringer,
		Headsets: headsets, Saved: c.kept.save, Open: browser(c.log),
	}
	var err error
	if c.o.Plain {
		err = ui.RunPlain(ctx, desk, start)
	} else {
		err = ui.Run(ctx, desk, start)
	}
	leave, done := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer done()
	c.session.Close(leave)
	cancel()
	select {
	case <-ended:
	case <-leave.Done():
	}
	return err
}

func (c *console) told(v any) {
	if s, ok := v.(wire.SignIn); ok && s.Code != "" {
		c.code.Store(&s.Code)
	}
	c.busy.note(v, c.phone.Busy)
	if c.o.Told != nil {
		c.o.Told(v)
	}
	c.tell(v)
}

// watchPhone asks the session for a new line when the phone wants one.
func (c *console) watchPhone(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-c.phone.Events():
			if !ok {
				return
			}
			if e.Kind == softphone.WantRestart {
				c.session.RestartLine()
			}
			if said, ok := e.Said(); ok {
				c.tell(wire.News{At: time.Now(), Said: &said})
			}
		}
	}
}

// Do sends a command (ui.Server).
func (c *console) Do(cmd wire.Command) {
	c.session.Do(cmd)
}

// SignIn signs in anew (ui.Server). The demo's key approves the code that waits.
func (c *console) SignIn(action string) {
	if action == "approve_demo" && c.o.Approve != nil {
		code := c.code.Load()
		if code == nil {
			return
		}
		if err := c.o.Approve(*code); err != nil {
			c.log.Warn("the simulated sign-in was not approved", "err", err)
		}
		return
	}
	c.session.SignIn(action)
}

// Takeover answers the question about another console (ui.Server).
func (c *console) Takeover(yes bool) {
	c.session.Takeover(yes)
}

func openLog(o Options) (*os.File, *slog.Logger, error) {
	path := o.LogFile
	if path == "" {
		dir, err := cacheDir(o.CacheDir)
		if err != nil {
			return nil, nil, err
		}
		path = filepath.Join(dir, "cordboard.log")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("log: %w", err)
	}
	return f, slog.New(slog.NewTextHandler(f, nil)), nil
}

func cacheDir(dir string) (string, error) {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no folder for the log; give one with --cache: %w", err)
		}
		dir = filepath.Join(base, "cordboard")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("log: %w", err)
	}
	return dir, nil
}

// oneFile puts several PEM files, given with commas between, into one.
func oneFile(list, dir string) (string, error) {
	if !strings.Contains(list, ",") {
		return list, nil
	}
	var all []byte
	for _, name := range strings.Split(list, ",") {
		pem, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("--ca: %w", err)
		}
		all = append(append(all, pem...), '\n')
	}
	path := filepath.Join(dir, "believe.pem")
	return path, os.WriteFile(path, all, 0o600)
}

// Logout forgets the account of a profile.
func Logout(ctx context.Context, o Options) error {
	s := session.New(session.Options{Server: o.Server, CAFile: o.CAFile, Profile: o.Profile, CacheDir: o.CacheDir, TokenStore: o.TokenStore, Program: o.Program})
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	run := make(chan error, 1)
	go func() { run <- s.Run(ctx) }()
	err := s.SignOut(ctx)
	cancel()
	<-run
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("the account could not be forgotten: the server did not answer")
	}
	return err
}
