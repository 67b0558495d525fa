//go:build unix && !linux

package audio

import "syscall"

func redirect(from, to int) error { return syscall.Dup2(from, to) }
