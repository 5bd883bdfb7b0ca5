package replay_test

import (
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/httpx/replay"
)

func TestFirst(t *testing.T) {
	const kept = 10 * time.Minute
	s, at := replay.New(kept), time.Unix(0, 0)
	for _, step := range []struct {
		signature string
		after     time.Duration
		want      bool
	}{
		{"a", 0, true},
		{"a", 0, false},
		{"b", time.Minute, true},
		{"a", 8 * time.Minute, false},
		{"b", 2 * time.Minute, false},
		{"c", time.Minute, true},
		{"b", 0, false},
		{"a", 3 * kept, true},
		{"a", 0, false},
	} {
		at = at.Add(step.after)
		if got := s.First(step.signature, at); got != step.want {
			t.Errorf("%s after %v: %v", step.signature, at.Sub(time.Unix(0, 0)), got)
		}
	}
}
