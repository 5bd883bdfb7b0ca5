package alerts

import (
	"errors"
	"testing"
	"time"
)

// Errors of sources and of sends stand in chat and on the command line, where
// what they cover says nothing to anyone.
func TestSendErrorIsPlain(t *testing.T) {
	down := errors.New("server answered 503")
	for scope := ScopeMessage; scope <= ScopePlatform; scope++ {
		for _, c := range []struct {
			err  error
			want string
		}{
			{Permanent(down, scope), "server answered 503"},
			{RetryAfter(down, 90*time.Second+time.Microsecond, scope), "server answered 503; it asks to wait 1m30s"},
			{RetryAfter(down, 20*time.Millisecond, scope), "server answered 503; it asks to wait 20ms"},
		} {
			if got := c.err.Error(); got != c.want || !errors.Is(c.err, down) {
				t.Errorf("%s: %q, want %q", scope, got, c.want)
			}
		}
	}
}
