//go:build unix

// Package process tells what this process takes of the machine.
package process

import (
	"runtime"
	"syscall"
	"time"
)

// CPU is the processor time that this process has taken, 0 if that is not known.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Peak is the most memory that this process has had resident, in bytes, 0 if
// that is not known.
func Peak() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	peak := int64(u.Maxrss) //nolint:unconvert // an int32 on some
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return peak
	}
	return peak << 10 // kibibytes elsewhere: getrusage(2)
}
