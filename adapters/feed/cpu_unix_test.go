//go:build unix

package feed

import (
	"syscall"
	"time"
)

// worked is the processor time that this process has taken: what a busy machine
// does beside it does not count.
func worked() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
