//go:build unix

package trunk

import (
	"net"
	"syscall"
)

// setTOS marks what a socket sends (DSCP in the upper six bits); what cannot be marked is sent unmarked.
func setTOS(c any, tos int) {
	s, ok := c.(syscall.Conn)
	if !ok || tos == 0 {
		return
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return
	}
	v6 := false
	if a, ok := c.(interface{ LocalAddr() net.Addr }); ok {
		v6 = addrPortOf(a.LocalAddr()).Addr().Is6()
	}
	raw.Control(func(fd uintptr) {
		if v6 {
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS, tos)
		}
		syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS, tos)
	})
}
