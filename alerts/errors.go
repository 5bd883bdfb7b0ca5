package alerts

import (
	"errors"
	"fmt"
	"time"
)

// Errors of stores.
var (
	// ErrNotFound: there is no such subscription, article or delivery.
	ErrNotFound = errors.New("not found")
	// ErrConflict: what was to be changed had changed since it was read.
	ErrConflict = errors.New("changed by someone else in the meantime")
	// ErrStale: a lease ended, and its token changes nothing any more.
	ErrStale = errors.New("the lease has ended")
	// ErrGap: the change log no longer reaches back to the wanted revision;
	// read the snapshot again.
	ErrGap = errors.New("the change log was cut")
)

// Scope is how much a refusal by a platform covers.
type Scope uint8

// The scopes, each wider than the one before.
const (
	ScopeMessage Scope = iota
	ScopeDestination
	ScopeWorkspace
	ScopePlatform
)

// String gives the scope in lower case.
func (s Scope) String() string {
	return [...]string{"message", "destination", "workspace", "platform"}[min(s, ScopePlatform)]
}

// SendError classifies a failed send. Made by [Permanent] and [RetryAfter];
// found with [errors.As]. An error without one is worth a retry with back-off.
type SendError struct {
	Err       error
	Scope     Scope
	Permanent bool          // trying again is pointless
	After     time.Duration // the platform's own wish; no failed attempt
}

// Error implements error. People read it, who have no use for the scope.
func (e *SendError) Error() string {
	if e.Permanent {
		return e.Err.Error()
	}
	wait := e.After
	if wait > time.Second {
		wait = wait.Round(time.Second)
	}
	return fmt.Sprintf("%v; it asks to wait %s", e.Err, wait)
}

// Unwrap gives the platform's error.
func (e *SendError) Unwrap() error { return e.Err }

// Permanent marks err as a definite refusal that covers scope.
func Permanent(err error, scope Scope) error {
	return &SendError{Err: err, Scope: scope, Permanent: true}
}

// RetryAfter marks err as the platform's wish that nothing be sent in scope
// for d. It never counts as a failed attempt.
func RetryAfter(err error, d time.Duration, scope Scope) error {
	return &SendError{Err: err, Scope: scope, After: d}
}
