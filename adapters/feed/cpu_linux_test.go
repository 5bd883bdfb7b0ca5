package feed

import (
	"runtime"
	"syscall"
	"time"
)

// worked is the processor time that this thread has taken, which the goroutine
// keeps from here on: what a busy machine does beside it does not count, nor does
// the collector's work on other processors.
func worked() time.Duration {
	runtime.LockOSThread()
	const thread = 1 // RUSAGE_THREAD of getrusage(2)
	var u syscall.Rusage
	if syscall.Getrusage(thread, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
