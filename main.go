// Command cordboard is the contact centre of a Microsoft Teams company: an agent's console in the terminal, the
// server between its SBCs and its agents, and a demonstration of both on one machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"cordboard/server/demo"
	"cordboard/server/operate"
	"cordboard/session/console"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "0.1.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cordboard: "+err.Error())
		os.Exit(exitCode(err))
	}
}

// exitCode is 2 for wrong usage, else 1.
func exitCode(err error) int {
	var wrong usageError
	if errors.As(err, &wrong) {
		return 2
	}
	return 1
}

type usageError struct{ error }

func program() string { return "cordboard " + version }

func root() *cobra.Command {
	o := console.Options{Program: program()}
	c := &cobra.Command{
		Use: "cordboard", Short: "The contact centre of a Microsoft Teams company, in the terminal",
		Long:          "cordboard without a command is the agent's console. `cordboard demo` shows all of it on this machine.",
		SilenceErrors: true, SilenceUsage: true, Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return console.Run(cmd.Context(), o) },
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	consoleFlags(c, &o)
	c.AddCommand(serve(), demoCommand(), lab(), check(), initCommand(), report(), why(), peopleCommand(), doctor(), logout(), versionCommand(), manual(c))
	operate.Complete(c)
	return c
}

func usage(f cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := f(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see cordboard %s --help", err, cmd.Name())}
		}
		return nil
	}
}

func consoleFlags(c *cobra.Command, o *console.Options) {
	f := c.Flags()
	f.StringVar(&o.Server, "server", os.Getenv("CORDBOARD_SERVER"), "address of the server, as https://desk.contoso.com:8443")
	f.StringVar(&o.Profile, "profile", "default", "keeps several accounts apart")
	f.StringVar(&o.CAFile, "ca", os.Getenv("CORDBOARD_CA"), "PEM files of certificate authorities to believe beside the system's, with commas between")
	f.StringVar(&o.SignIn, "signin", "auto", "how to sign in: auto, device, browser")
	f.StringVar(&o.TokenStore, "token-store", "auto", "where the sign-in is kept: auto, keyring, file, memory")
	f.StringVar(&o.CacheDir, "cache", "", "folder of the sign-in and the log; the user's cache folder when empty")
	f.StringVar(&o.Audio, "audio", "portaudio", "portaudio, file:IN.wav,OUT.wav, or none")
	f.StringVar(&o.Input, "input", "", "microphone, by name")
	f.StringVar(&o.Output, "output", "", "ear, by name")
	f.StringVar(&o.Ringer, "ringer", "", "device that the ring tone comes from, by name; the ear when empty")
	f.BoolVar(&o.Plain, "plain", false, "one line an event, for screen readers and scripts")
	f.StringVar(&o.Clock, "clock", "wall", "--plain: time before each line, wall or mono")
	f.BoolVar(&o.Quiet, "quiet", false, "--plain: no bell")
	f.BoolVar(&o.Stay, "stay", false, "--plain: stay when the input ends")
	f.StringVar(&o.Theme, "theme", "auto", "auto, dark, light, 16, none")
	f.StringVar(&o.Language, "language", "", "en or zh; from the environment when empty")
	f.BoolVar(&o.ASCII, "ascii", false, "no characters beyond ASCII for marks and meters")
}

func serve() *cobra.Command {
	var file, format string
	c := &cobra.Command{Use: "serve", Short: "The server: takes calls from SBCs for the agents", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return operate.Serve(cmd.Context(), operate.ServeOptions{File: file, LogFormat: format, Program: program(), Out: cmd.OutOrStdout(), Err: cmd.ErrOrStderr()})
		}}
	c.Flags().StringVarP(&file, "config", "c", "cordboard.yaml", "configuration")
	c.Flags().StringVar(&format, "log", "text", "text or json")
	return c
}

func demoCommand() *cobra.Command {
	var o demo.Options
	c := &cobra.Command{Use: "demo", Short: "A whole contact centre on this machine; nothing leaves it", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Program, o.Out = program(), cmd.OutOrStdout()
			return demo.Run(cmd.Context(), o)
		}}
	c.Flags().BoolVar(&o.Script, "script", false, "play the scripted shift even on a terminal")
	c.Flags().StringVar(&o.Audio, "audio", "", "portaudio, file:IN.wav,OUT.wav, or none")
	c.Flags().StringVar(&o.Language, "language", "", "en or zh")
	return c
}

func lab() *cobra.Command {
	c := &cobra.Command{Use: "lab", Short: "The simulated outside on its own: try a configuration before there is a tenant or a trunk"}
	c.AddCommand(demo.LabCommands(program())...)
	return c
}

func check() *cobra.Command {
	var o operate.CheckOptions
	c := &cobra.Command{Use: "check", Short: "Reads a configuration as serve would, and tests what can be tested", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out, o.Program = cmd.OutOrStdout(), program()
			return operate.Check(cmd.Context(), o)
		}}
	c.Flags().StringVarP(&o.File, "config", "c", "cordboard.yaml", "configuration")
	c.Flags().BoolVar(&o.Live, "live", false, "ask Entra, Graph and the SBCs too")
	c.Flags().BoolVar(&o.Schema, "schema", false, "print the JSON Schema for editors")
	return c
}

func initCommand() *cobra.Command {
	return &cobra.Command{Use: "init DIR", Short: "A commented starter configuration", Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return operate.Init(args[0], cmd.OutOrStdout()) }}
}

func report() *cobra.Command {
	c := &cobra.Command{Use: "report", Short: "Who called, waited, talked, with whom, how it ended"}
	c.AddCommand(operate.ReportCommands()...)
	return c
}

func peopleCommand() *cobra.Command {
	c := &cobra.Command{Use: "people", Short: "Who is signed in, and signing somebody out"}
	c.AddCommand(operate.PeopleCommands()...)
	return c
}

func why() *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "why CONTACT", Short: "Why this call came to this agent, and why it waited", Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return operate.Why(cmd.Context(), dir, args[0], cmd.OutOrStdout())
		}}
	c.Flags().StringVar(&dir, "data", "data", "the server's data folder")
	return c
}

func doctor() *cobra.Command {
	o := console.Options{Program: program()}
	c := &cobra.Command{Use: "doctor", Short: "Before the shift: headset, sign-in, server, voice line, clock", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = cmd.OutOrStdout()
			return console.Doctor(cmd.Context(), o)
		}}
	consoleFlags(c, &o)
	return c
}

func logout() *cobra.Command {
	o := console.Options{Program: program()}
	c := &cobra.Command{Use: "logout", Short: "Forgets the account of this machine", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return console.Logout(cmd.Context(), o) }}
	consoleFlags(c, &o)
	return c
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "The version", Args: usage(cobra.NoArgs),
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), program()) }}
}

// manual writes man pages; packagers call it.
func manual(root *cobra.Command) *cobra.Command {
	return &cobra.Command{Use: "man DIR", Short: "Writes the manual pages", Hidden: true, Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return operate.Manual(root, program(), args[0]) }}
}
