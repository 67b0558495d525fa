// Command rehearse runs the console against a staged contact centre, to look at screens by hand.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"syscall"
	"time"

	"cordboard/session/wire"
	"cordboard/ui"
	"cordboard/ui/internal/stage"
)

type phone struct{ muted bool }

func (p *phone) Mute(on bool) { p.muted = on }
func (p *phone) Ring(bool)    {}

func (p *phone) Levels() wire.Levels {
	t := float64(time.Now().UnixMilli()) / 1000
	return wire.Levels{Mic: math.Abs(math.Sin(t*3)) * 0.3, Ear: math.Abs(math.Sin(t*2.1)) * 0.5, Muted: p.muted,
		Device: "Jabra Engage 65", LineUp: true, Quality: wire.Quality{MOS: 4.4, Loss: 0.1, Delay: 84}}
}

func main() {
	theme := flag.String("theme", "auto", "")
	language := flag.String("language", "", "")
	plain := flag.Bool("plain", false, "")
	demo := flag.Bool("demo", false, "")
	open := flag.Bool("open", false, "skip the sign-in")
	lose := flag.Duration("lose", 0, "lose the connection after this long")
	mono := flag.Bool("mono", false, "")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	s := stage.New(time.Now, nil)
	o := ui.Options{Server: s, Phone: &phone{}, Theme: *theme, Language: *language}
	if *mono {
		o.Clock = "mono"
	}
	if *demo {
		o.Demo = &ui.Demo{Lines: []string{"You are Adele Vance, agent at Contoso. In a minute a caller will need you."},
			Dots: []string{"SBC sip:5061", "Microsoft :8444", "server :8443", "9 experts", "3 callers"}}
	}
	run := ui.Run
	if *plain {
		run = ui.RunPlain
	}
	err := run(ctx, o, func(tell func(any)) {
		s.Tell = tell
		switch {
		case *open:
			s.Open()
		case !*demo:
			s.SignIn("new_code")
		}
		if *lose > 0 {
			time.AfterFunc(*lose, func() { s.Lose(7 * time.Second) })
		}
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
