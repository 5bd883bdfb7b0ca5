package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

// shard is a part of the servers, whose events come over one connection.
type shard struct {
	*Gateway
	number, count int
	name          string
	handle        func(any)
	log           *slog.Logger
	ready         bool // there was a session
}

// run asks for the shard, holds it, and asks again when it is lost, until ctx
// ends.
func (s *shard) run(ctx context.Context) error {
	lease := "discord shard " + s.name
	for ctx.Err() == nil {
		until := s.until()
		held, err := s.Leases.Hold(ctx, lease, s.Holder, s.Limits.Lease)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "discord: the shard can't be asked for; it is tried again", "error", err)
		}
		if held {
			err := s.keep(ctx, lease, until)
			if err != nil {
				return err
			}
			continue
		}
		sleep(ctx, s.Limits.Renew/2+rand.N(s.Limits.Renew/2+1))
	}
	return nil
}

// keep connects as long as the lease can be renewed, and gives it back.
func (s *shard) keep(ctx context.Context, lease string, until time.Time) error {
	s.lacking.Add(1)
	defer s.lacking.Add(-1)
	held, lost := context.WithCancel(ctx)
	defer lost()
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		defer lost()
		s.renew(held, lease, until)
	}()
	err := s.connect(held)
	lost()
	<-renewed
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Limits.Renew)
	defer cancel()
	if err := s.Leases.Release(after, lease, s.Holder); err != nil {
		s.log.WarnContext(ctx, "discord: the shard is not given back; others get it when its time is over", "error", err)
	}
	return err
}

// until is when a lease that is taken now is no longer relied upon: before
// another can have it.
func (s *shard) until() time.Time { return time.Now().Add(s.Limits.Lease - s.Limits.Renew/2) }

// renew renews the lease, and returns when it is lost, or may be.
func (s *shard) renew(ctx context.Context, lease string, until time.Time) {
	for wait := s.Limits.Renew; sleep(ctx, wait); {
		next := s.until()
		limited, cancel := context.WithDeadline(ctx, until)
		held, err := s.Leases.Hold(limited, lease, s.Holder, s.Limits.Lease)
		cancel()
		if wait = s.Limits.Renew; err != nil {
			wait = s.Limits.Renew / 5
		}
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && held:
			until = next
		case err == nil:
			s.log.WarnContext(ctx, "discord: another holds the shard now")
			return
		case time.Now().Add(wait).After(until):
			s.log.WarnContext(ctx, "discord: the shard can't be held; it is given up", "error", err)
			return
		}
	}
}

// mostFailures in a row are thought to be the session's fault, or that of the
// address for resuming it.
const mostFailures = 3

// connect connects, again and again, until ctx ends. It resumes the session
// where it can. An error is one that no further connection mends.
func (s *shard) connect(ctx context.Context) error {
	b := backoff{limits: s.Limits}
	var of *session
	for failures := 0; ctx.Err() == nil; {
		if of == nil {
			of = startSession(s.Client.Token, s.number, s.count)
		}
		begin := time.Now()
		begun, err := s.once(ctx, of)
		if fatal := final(err); fatal != nil {
			return fatal
		}
		if ctx.Err() != nil {
			return nil
		}
		if failures++; begun != beganNever {
			s.ready, failures = true, 0
		}
		// A session that is over as soon as it has begun is one of the few of a
		// day.
		if begun == beganResumed || begun == beganAnew && time.Since(begin) > s.Limits.MaxPause {
			b.reset()
		}
		if !of.opened || failures >= mostFailures || unresumable(err) {
			of = nil
		}
		pause := s.pause(begun, err, &b)
		level := slog.LevelDebug
		if begun == beganNever {
			level = slog.LevelWarn
		}
		s.log.Log(ctx, level, "discord: no connection; it is tried again", "reason", err, "pause", pause)
		sleep(ctx, pause)
	}
	return nil
}

// once makes one connection, and returns when it has ended.
func (s *shard) once(ctx context.Context, of *session) (begun began, err error) {
	address := of.resume
	if !of.opened {
		var ok bool
		if address, ok, err = s.turn(ctx, s.number); !ok {
			return beganNever, err
		}
	}
	far, err := dial(ctx, address)
	if err != nil {
		return beganNever, err
	}
	l := &link{session: of, far: far, address: address, handle: s.handle, log: s.log, limits: s.Limits, live: func() { s.lacking.Add(-1) }}
	err = l.run(ctx)
	if l.begun != beganNever {
		s.lacking.Add(1)
	}
	return l.begun, err
}

// pause is how long to wait after a connection that ended so.
func (s *shard) pause(begun began, why error, b *backoff) time.Duration {
	switch invalid, ok := errors.AsType[*invalidError](why); {
	case ok && !invalid.resumable:
		// Source: https://discord.com/developers/docs/events/gateway#resuming
		return max(b.next(), s.Limits.MinPause+rand.N(4*s.Limits.MinPause))
	case errors.Is(why, errReconnect) && begun != beganNever:
		return 0
	}
	return b.next()
}

// The codes with which Discord closes a connection.
// Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	closeNotIdentified  = 4003
	closeToken          = 4004
	closeSequence       = 4007
	closeTimedOut       = 4009
	closeShard          = 4010
	closeMoreShards     = 4011
	closeVersion        = 4012
	closeIntents        = 4013
	closeIntentsRefused = 4014
)

// unresumable reports whether a session can't be resumed after a connection that
// ended so.
func unresumable(why error) bool {
	if invalid, ok := errors.AsType[*invalidError](why); ok {
		return !invalid.resumable
	}
	closed, ok := errors.AsType[*closedError](why)
	return ok && (closed.code == closeNotIdentified || closed.code == closeSequence || closed.code == closeTimedOut)
}

// final gives the error of a connection after which no other can be had, and
// says what to do about it.
func final(why error) error {
	if errors.Is(why, errToken) {
		return why
	}
	closed, ok := errors.AsType[*closedError](why)
	if !ok {
		return nil
	}
	switch closed.code {
	case closeToken:
		return fmt.Errorf("%w: %w", why, errToken)
	case closeShard, closeMoreShards:
		return fmt.Errorf("%w: %w than Discord names: look at https://discordstatus.com, and start Bellwether again later", why, errShards)
	case closeVersion:
		return fmt.Errorf("%w: version %s of its gateway is no more: install a newer Bellwether", why, gatewayVersion)
	case closeIntents, closeIntentsRefused:
		return fmt.Errorf("%w: it refuses the intents GUILDS and DIRECT_MESSAGES (%d): Bellwether needs none of the privileged ones, "+
			"so nothing has to be turned on under Bot in the app's settings; check there that DISCORD_BOT_TOKEN is this bot's and the app is not disabled", why, intents)
	}
	return nil
}
