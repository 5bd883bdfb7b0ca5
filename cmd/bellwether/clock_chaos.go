//go:build chaos

package main

import "time"

// clock is wrong by what BELLWETHER_CHAOS_SKEW says.
func clock(lookup func(string) (string, bool)) func() time.Time {
	text, _ := lookup("BELLWETHER_CHAOS_SKEW")
	skew, err := time.ParseDuration(text)
	if err != nil {
		return time.Now
	}
	return func() time.Time { return time.Now().Add(skew) }
}
