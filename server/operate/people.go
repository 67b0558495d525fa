package operate

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"cordboard/server"
)

// PeopleCommands say who is signed in, and sign somebody out. They reach the server by its data folder.
func PeopleCommands() []*cobra.Command {
	var dir string
	list := &cobra.Command{Use: "list", Short: "Who is signed in", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := server.OpenControl(dir).People(cmd.Context())
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
			for _, p := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Tenant, p.User, p.Name, p.State, time.Since(p.Since).Round(time.Second))
			}
			return w.Flush()
		}}
	out := &cobra.Command{Use: "out USER", Short: "Signs a person out at once; a caller of theirs goes to the head of the queue", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			was, err := server.OpenControl(dir).Out(cmd.Context(), args[0])
			switch {
			case err != nil:
				return err
			case was:
				fmt.Fprintln(cmd.OutOrStdout(), args[0]+" is out. To keep them out, take their role away in Entra ID.")
			default:
				fmt.Fprintln(cmd.OutOrStdout(), args[0]+" was not signed in. What they signed in with before is not taken any more.")
			}
			return nil
		}}
	for _, c := range []*cobra.Command{list, out} {
		c.Flags().StringVar(&dir, "data", "data", "the server's data folder")
	}
	return []*cobra.Command{list, out}
}
