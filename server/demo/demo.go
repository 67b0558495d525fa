package demo

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"

	"cordboard/session/console"
	"cordboard/session/wire"
	"cordboard/ui"
)

// Run shows the contact centre: on a terminal one screen that a newcomer drives, without one a scripted shift that
// prints what happened and fails if any step did.
func Run(ctx context.Context, o Options) error {
	if o.Script || !terminal(os.Stdin) || !terminal(os.Stdout) {
		return script(ctx, o)
	}
	return screen(ctx, o)
}

func terminal(f *os.File) bool { return term.IsTerminal(f.Fd()) }

// screen is the demonstration at a terminal.
func screen(ctx context.Context, o Options) error {
	fmt.Fprintln(o.Out, "Starting a contact centre on this machine …")
	w, err := newWorld(ctx, o)
	if err != nil {
		return err
	}
	defer w.close()
	ca, err := w.caFile()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := &director{world: w, ctx: ctx}
	go w.answersChats(ctx)
	sound := o.Audio
	if sound == "" {
		sound = "portaudio"
	}
	return console.Run(ctx, console.Options{
		Server: w.serverURL(), CAFile: ca, TokenStore: "memory", CacheDir: w.dir, Audio: sound, Program: o.Program, Language: o.Language, Theme: "auto",
		Demo: &ui.Demo{
			Lines: []string{"You are Adele Vance, agent at Contoso. In a minute a caller will need you.",
				"In a call: 5 rings the Network team at once, i 1 asks Megan in her Teams chat, 4 gets Raj's voicemail, a takes somebody into a group call."},
			Dots: []string{
				"SBC sip:" + fmt.Sprint(w.sbc.Port("udp")), "Microsoft " + w.microsoft.Page(), "server " + w.server.Addresses()["https"], "4 experts", "1 team", "3 callers",
			},
		},
		Approve: func(code string) error { return w.microsoft.Approve(code, adele) },
		Told:    d.told,
	})
}

// director lets callers ring while the newcomer is ready.
type director struct {
	world *world
	ctx   context.Context
	mu    sync.Mutex
	scene int
	busy  bool
}

// scenes are the callers, one after the other.
var scenes = []struct{ number, name, words string }{
	{nestor, "Nestor Wilke", "hello, this is nestor wilke of fabrikam. our vpn drops every hour, can you help me?"},
	{alexNumber, "Alex Wilber", "good morning. i have a question about my last invoice."},
	{"+14255550142", "Lynne Robbins", "hi, i cannot sign in any more. my password has expired."},
}

// told watches what the desk is told. It must not wait.
func (d *director) told(v any) {
	var me *wire.Me
	switch v := v.(type) {
	case wire.News:
		me = v.Me
	case wire.Welcome:
		if v.Board != nil {
			me = &v.Board.Me
		}
	}
	if me == nil || me.State != wire.Ready {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy {
		return
	}
	d.busy = true
	s := scenes[d.scene%len(scenes)]
	d.scene++
	go d.ring(s.number, s.name, s.words)
}

// ring waits a moment, calls, and stays until the call has ended.
func (d *director) ring(number, name, words string) {
	defer func() {
		d.mu.Lock()
		d.busy = false
		d.mu.Unlock()
	}()
	select {
	case <-time.After(2 * time.Second):
	case <-d.ctx.Done():
		return
	}
	c, err := d.world.call(d.ctx, number, name, words, 0)
	if err != nil {
		d.world.log.Warn("a caller could not call", "err", err)
		return
	}
	select {
	case <-c.Ended():
	case <-d.ctx.Done():
		c.Vanish()
	}
}
