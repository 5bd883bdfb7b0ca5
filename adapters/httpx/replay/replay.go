// Package replay remembers the signatures of requests, so that one that was
// overheard can't be sent again.
package replay

import (
	"sync"
	"time"
)

// Signatures remembers those of late, by this process alone. Its methods may be
// called at the same time.
type Signatures struct {
	kept time.Duration

	mu   sync.Mutex
	now  map[string]bool
	last map[string]bool
	turn time.Time
}

// New makes one that knows a signature for at least kept, which should be longer
// than a signature is good, and at most twice that.
func New(kept time.Duration) *Signatures {
	return &Signatures{kept: kept, now: map[string]bool{}, last: map[string]bool{}}
}

// First reports whether a signature is new, and remembers it.
func (s *Signatures) First(signature string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.turn) > s.kept {
		s.last, s.now, s.turn = s.now, map[string]bool{}, now
	}
	if s.now[signature] || s.last[signature] {
		return false
	}
	s.now[signature] = true
	return true
}
