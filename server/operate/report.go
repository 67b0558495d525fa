package operate

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/charmbracelet/x/term"

	"cordboard/server/ledger"
)

// ReportCommands print from the ledger, also while the server runs.
func ReportCommands() []*cobra.Command {
	return []*cobra.Command{contactsCommand(), contactCommand(), queuesCommand()}
}

// reportFlags are common to all reports.
func reportFlags(c *cobra.Command, o *ledger.ReportOptions) {
	f := c.Flags()
	f.StringVar(&o.Dir, "data", "data", "the server's data folder")
	f.StringVar(&o.Tenant, "tenant", "", "tenant; may be left out when there is only one")
	f.StringVar(&o.Format, "format", "table", "table, json or csv")
}

func contactsCommand() *cobra.Command {
	var o ledger.ReportOptions
	var f ledger.Filter
	var from, to string
	c := &cobra.Command{Use: "contacts", Short: "Who called, waited, talked, with whom, how it ended and who hung up", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if f.From, f.To, err = span(from, to, time.Now()); err != nil {
				return err
			}
			o.Width, o.Notes = columns(cmd.OutOrStdout()), cmd.ErrOrStderr()
			return ledger.ContactsReport(cmd.Context(), cmd.OutOrStdout(), o, f)
		}}
	reportFlags(c, &o)
	spanFlags(c, &from, &to)
	c.Flags().StringVar(&f.Queue, "queue", "", "only this queue")
	c.Flags().StringVar(&f.Agent, "agent", "", "only contacts of this agent")
	c.Flags().StringVar(&f.Number, "number", "", "only this caller, or the last digits")
	c.Flags().StringVar(&f.End, "end", "", "only this end: completed, abandoned, transferred, unanswered, refused, broken, open")
	c.Flags().BoolVar(&f.Internal, "internal", false, "only calls from colleagues")
	c.Flags().BoolVar(&f.SentOn, "sent-on", false, "only calls that were sent on to us")
	c.Flags().IntVar(&f.Limit, "limit", 0, "at most so many")
	c.Flags().BoolVar(&f.Newest, "newest", false, "newest first")
	return c
}

func contactCommand() *cobra.Command {
	var o ledger.ReportOptions
	c := &cobra.Command{Use: "contact ID", Short: "One contact from its arrival to the last word", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return ledger.ContactReport(cmd.Context(), cmd.OutOrStdout(), o, args[0])
		}}
	reportFlags(c, &o)
	return c
}

func queuesCommand() *cobra.Command {
	var o ledger.ReportOptions
	var q ledger.QueuesOptions
	var from, to string
	c := &cobra.Command{Use: "queues", Short: "Offered, answered, abandoned, service level, by queue", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if q.From, q.To, err = span(from, to, time.Now()); err != nil {
				return err
			}
			o.Width, o.Notes = columns(cmd.OutOrStdout()), cmd.ErrOrStderr()
			return ledger.QueuesReport(cmd.Context(), cmd.OutOrStdout(), o, q)
		}}
	reportFlags(c, &o)
	spanFlags(c, &from, &to)
	return c
}

func spanFlags(c *cobra.Command, from, to *string) {
	c.Flags().StringVar(from, "since", "", "from this day or moment on: 2026-03-02, 2026-03-02T09:00, today, 2h")
	c.Flags().StringVar(to, "until", "", "until this moment, not included")
}

func span(from, to string, now time.Time) (a, b time.Time, err error) {
	if a, err = moment(from, now); err == nil {
		b, err = moment(to, now)
	}
	return a, b, err
}

// moment reads a time as people write it; empty is no time.
func moment(s string, now time.Time) (time.Time, error) {
	switch s {
	case "":
		return time.Time{}, nil
	case "today":
		y, m, d := now.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, now.Location()), nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		return now.Add(-d), nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write 2026-03-02, 2026-03-02T09:00, today, or 2h for two hours ago", s)
}

// columns of the terminal that w is; 0 when it is none.
func columns(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(f.Fd()); err == nil {
			return n
		}
	}
	return 0
}

// Why tells why a contact came to its agent, and why it waited.
func Why(ctx context.Context, dir, id string, w io.Writer) error {
	return ledger.ContactReport(ctx, w, ledger.ReportOptions{Dir: dir}, id)
}
