//go:build !linux

package feed

import "time"

var begun = time.Now()

// worked is the time that has passed, where nobody tells of processor time.
func worked() time.Duration { return time.Since(begun) }
