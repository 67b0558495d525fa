package operate

import (
	"iter"
	"maps"
	"strings"

	"github.com/spf13/cobra"
)

// values are what flags take, for the shell to offer.
var values = map[string][]string{
	"signin": {"auto", "device", "browser"}, "token-store": {"auto", "keyring", "file", "memory"}, "audio": {"portaudio", "file:", "none"},
	"clock": {"wall", "mono"}, "theme": {"auto", "dark", "light", "16", "none"}, "language": {"en", "zh"}, "log": {"text", "json"},
	"format": {"table", "json", "csv"}, "since": {"today"}, "transport": {"udp", "tcp", "tls"}, "end": {"completed", "abandoned", "transferred", "unanswered", "refused", "broken", "open"},
}

// files are the endings of the files that flags take.
var files = map[string][]string{"config": {"yaml", "yml"}, "ca": {"pem", "crt"}}

// folders are the flags and arguments that take a folder.
var folders = map[string]bool{"cache": true, "data": true, "dir": true, "init": true, "man": true}

// Complete tells the shell what each flag and argument of all commands may be: words, files of a kind, folders, or nothing it could know.
func Complete(root *cobra.Command) {
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	complete(root)
}

func complete(c *cobra.Command) {
	for _, names := range []iter.Seq[string]{maps.Keys(values), maps.Keys(files), maps.Keys(folders)} {
		for name := range names {
			if f := c.LocalFlags().Lookup(name); f != nil && f.Value.Type() == "string" {
				_ = c.RegisterFlagCompletionFunc(name, flagValues(name)) // it fails only when there is one already
			}
		}
	}
	if folders[c.Name()] {
		c.ValidArgsFunction = flagValues(c.Name())
	}
	for _, sub := range c.Commands() {
		complete(sub)
	}
}

func flagValues(name string) cobra.CompletionFunc {
	switch {
	case values[name] != nil:
		return func(_ *cobra.Command, _ []string, begun string) (out []string, _ cobra.ShellCompDirective) {
			how := cobra.ShellCompDirectiveNoFileComp
			if strings.HasPrefix(begun, "file:") {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			for _, v := range values[name] {
				if strings.HasPrefix(v, begun) {
					out = append(out, v)
				}
			}
			if len(out) == 1 && strings.HasSuffix(out[0], ":") {
				how |= cobra.ShellCompDirectiveNoSpace
			}
			return out, how
		}
	case files[name] != nil:
		return cobra.FixedCompletions(files[name], cobra.ShellCompDirectiveFilterFileExt)
	case folders[name]:
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	}
	return cobra.NoFileCompletions
}
