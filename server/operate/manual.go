package operate

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// Manual writes the manual pages of all commands.
func Manual(root *cobra.Command, program, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Title: "CORDBOARD", Section: "1", Source: program, Manual: "cordboard"}, dir)
}
