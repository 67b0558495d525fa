//go:build !linux

package trunk

import "net"

// setReadBuffer asks for room in the system for what has come and is not read yet. How much there is is not told here.
func setReadBuffer(c *net.UDPConn, size int) int {
	c.SetReadBuffer(size)
	return size
}
