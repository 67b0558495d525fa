//go:build !unix

package trunk

// setTOS does nothing here: these systems mark by policy.
func setTOS(any, int) {}
