//go:build !unix

// Package process tells what this process takes of the machine.
package process

import "time"

// CPU is not known here.
func CPU() time.Duration { return 0 }

// Peak is not known here.
func Peak() int64 { return 0 }
