package audio

import "os"

// QuietStderr does nothing on Windows: its sound libraries do not write to standard error.
func QuietStderr(logfile *os.File) (restore func(), err error) {
	return func() {}, nil
}
