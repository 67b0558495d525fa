package ui

import "context"

// RunPlain is the desk as lines.
func RunPlain(ctx context.Context, o Options, start func(tell func(any))) error { return nil }
