//go:build !unix

package operate

import "syscall"

// hangup does not come here; the server is restarted instead.
const hangup = syscall.Signal(0x1000)
