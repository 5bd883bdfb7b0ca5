package websub

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/alerts"
)

// Run asks hubs when it is time, until ctx ends; then it waits for what it asked,
// and returns nil. Any number of replicas may run.
func (s *Subscriber) Run(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	failed := false
	for {
		s.cfg.Alive("websub", turnTime)
		err := s.turn(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			s.cfg.Logger.Error("hubs are not asked; it is tried again", "error", err)
		}
		failed = err != nil
		s.cfg.Alive("websub", 0)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-s.wake:
		}
	}
}

// turn asks the hubs that are due.
func (s *Subscriber) turn(ctx context.Context) error {
	if err := s.refresh(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	now := s.cfg.Now()
	var due []alerts.HubSubscription
	for _, sub := range s.known {
		if !sub.Next.After(now) || !sub.Ending && now.Sub(sub.Named) >= stale {
			due = append(due, sub)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(due, func(a, b alerts.HubSubscription) int { return a.Next.Compare(b.Next) })
	var asking errgroup.Group
	asking.SetLimit(atOnce)
	for _, sub := range due[:min(len(due), mostAsked)] {
		asking.Go(func() error { return s.advance(ctx, sub) })
	}
	return asking.Wait()
}

// advance takes the next step with a subscription that is due.
func (s *Subscriber) advance(ctx context.Context, sub alerts.HubSubscription) error {
	now := s.cfg.Now()
	switch {
	case !sub.Ending && now.Sub(sub.Named) >= stale:
		return s.end(ctx, sub)
	case sub.Ending && (sub.Failures >= mostGoodbyes || sub.Asked.IsZero()):
		return s.drop(ctx, sub)
	}
	// Noted before the hub is asked: it may ask back, any replica, before it
	// answers; and no other replica asks it meanwhile.
	sub.Asked, sub.Failures = now, sub.Failures+1
	sub.Next = now.Add(max(verifyTime, s.backoff(sub.Failures)))
	ours, err := s.claim(ctx, sub)
	if err != nil || !ours {
		return err
	}
	err = s.cfg.Hubs.Ask(ctx, sub.Address(), sub.Host, s.form(sub))
	if err == nil || ctx.Err() != nil {
		return nil
	}
	s.cfg.Logger.InfoContext(ctx, "a hub did not take a request; it is asked again", "source", sub.Source, "failures", sub.Failures, "error", err)
	kept, err2 := s.cfg.Store.HubSubscription(ctx, sub.Token)
	if err2 != nil || kept.Failures == 0 { // it was confirmed all the same
		return ignoreNotFound(err2)
	}
	kept.Error, kept.Next = err.Error(), now.Add(s.backoff(kept.Failures))
	if refused, ok := errors.AsType[*alerts.SendError](err); ok && refused.After > 0 {
		kept.Next = now.Add(min(max(refused.After, minBackoff), maxBackoff))
	}
	return s.put(ctx, kept)
}

func ignoreNotFound(err error) error {
	if errors.Is(err, alerts.ErrNotFound) {
		return nil
	}
	return err
}

// backoff is what lies between a try and the next, which doubles from a minute
// to six hours; up to a tenth of it is left out, so that replicas and feeds of one
// hub come apart.
func (s *Subscriber) backoff(failures int) time.Duration {
	d := maxBackoff
	if n := failures - 1; n < 9 {
		d = min(minBackoff<<max(n, 0), maxBackoff)
	}
	return d - time.Duration(s.cfg.Jitter()*float64(d/10))
}

// form is what a hub is asked (https://www.w3.org/TR/websub/#subscriber-sends-subscription-request).
func (s *Subscriber) form(sub alerts.HubSubscription) map[string]string {
	form := map[string]string{
		"hub.callback": s.cfg.Callback + sub.Token, "hub.mode": "subscribe", "hub.topic": sub.Hub.Topic,
		"hub.verify": "async", // hubs of before the standard want it
	}
	if sub.Ending {
		form["hub.mode"] = "unsubscribe"
		return form
	}
	form["hub.lease_seconds"] = strconv.Itoa(int(lease / time.Second))
	if sub.Secret != "" {
		form["hub.secret"] = sub.Secret
	}
	return form
}
