//go:build unix

package audio

import (
	"fmt"
	"os"
	"syscall"
)

// QuietStderr sends what anybody writes to standard error into logfile until restore is called: the sound
// libraries write there at every hiccup, and it would spoil the screen.
func QuietStderr(logfile *os.File) (restore func(), err error) {
	kept, err := syscall.Dup(2)
	if err != nil {
		return nil, fmt.Errorf("keep standard error: %w", err)
	}
	syscall.CloseOnExec(kept)
	if err := redirect(int(logfile.Fd()), 2); err != nil {
		syscall.Close(kept)
		return nil, fmt.Errorf("redirect standard error: %w", err)
	}
	done := false
	return func() {
		if done {
			return
		}
		done = true
		redirect(kept, 2)
		syscall.Close(kept)
	}, nil
}
