//go:build !chaos

package main

import "time"

// clock is the machine's. The chaos test builds the program with clocks that
// are wrong.
func clock(func(string) (string, bool)) func() time.Time { return time.Now }
