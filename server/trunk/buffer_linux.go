package trunk

import (
	"net"
	"syscall"
)

// setReadBuffer asks for room in the system for what has come and is not read yet, and says how much there is. Root
// gets it whatever net.core.rmem_max says.
func setReadBuffer(c *net.UDPConn, size int) int {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	got := 0
	raw.Control(func(fd uintptr) {
		if syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, size) != nil {
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, size)
		}
		if got, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF); err != nil {
			got = 0
		}
	})
	return got / 2 // the system counts what it needs itself in
}
