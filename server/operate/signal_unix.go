//go:build unix

package operate

import "syscall"

const hangup = syscall.SIGHUP
