package websub

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // hubs of before the standard know no other
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Request is what a hub asks back.
type Request struct {
	Token, Mode, Topic string
	Lease              time.Duration // 0 if it names none
	Reason             string        // why it denies
}

// Verify takes in that a hub asks back about what it was asked, or denies it. Nil:
// that is what was asked; alerts.ErrNotFound: it is not.
func (s *Subscriber) Verify(ctx context.Context, r Request) error {
	for range 3 { // another replica may change it meanwhile
		sub, err := s.cfg.Store.HubSubscription(ctx, r.Token)
		if err != nil {
			return err
		}
		if r.Topic != sub.Hub.Topic || sub.Asked.IsZero() {
			return fmt.Errorf("a hub asks for what nobody asked of it: %w", alerts.ErrNotFound)
		}
		done, err := s.agree(ctx, sub, r)
		if err != nil || done {
			return err
		}
	}
	return errors.New("what is agreed with a hub changes all the time")
}

func (s *Subscriber) agree(ctx context.Context, sub alerts.HubSubscription, r Request) (done bool, err error) {
	now := s.cfg.Now()
	switch {
	case r.Mode == "unsubscribe" && sub.Ending:
		return true, s.drop(ctx, sub)
	case r.Mode == "subscribe" && !sub.Ending:
		span := untold
		if r.Lease > 0 {
			span = min(max(r.Lease, minLease), maxLease)
		}
		sub.Until, sub.Failures, sub.Error = now.Add(span), 0, ""
		sub.Next = now.Add(span*2/3 - time.Duration(s.cfg.Jitter()*float64(span/10)))
		s.cfg.Logger.InfoContext(ctx, "a hub sends what is new in a feed", "source", sub.Source, "until", sub.Until)
	case r.Mode == "denied":
		sub.Until, sub.Failures, sub.Error = time.Time{}, max(sub.Failures, 1), "the hub denies it"
		if r.Reason != "" {
			sub.Error += ": " + r.Reason[:min(len(r.Reason), 200)]
		}
		sub.Next = now.Add(maxBackoff)
		s.cfg.Logger.InfoContext(ctx, "a hub denies to send what is new in a feed; it is polled", "source", sub.Source)
	default:
		return false, fmt.Errorf("a hub asks for what nobody asked of it: %w", alerts.ErrNotFound)
	}
	return s.claim(ctx, sub)
}

// Delivery is what a hub sends.
type Delivery struct {
	Token, Signature, ContentType string
	Body                          []byte
}

// Deliver takes in what a hub sends. alerts.ErrNotFound: nobody wants it, and the
// hub may end it; after any other error it is to be sent again. What has no valid
// signature is ignored, as the standard wants, without a word to who sent it.
func (s *Subscriber) Deliver(ctx context.Context, d Delivery) error {
	outcome, err := s.deliver(ctx, d)
	s.deliveries.WithLabelValues(outcome).Inc()
	return err
}

func (s *Subscriber) deliver(ctx context.Context, d Delivery) (outcome string, err error) {
	sub, err := s.cfg.Store.HubSubscription(ctx, d.Token)
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		return "unknown", err
	case err != nil:
		return "failed", err
	case sub.Ending || sub.Asked.IsZero():
		return "unknown", fmt.Errorf("the subscription ended: %w", alerts.ErrNotFound)
	case sub.Secret == "": // anybody may have sent it
		s.cfg.Intake.Poll(sub.Source)
		return "ping", nil
	case !valid(d.Signature, sub.Secret, d.Body):
		s.cfg.Logger.WarnContext(ctx, "what a hub sent has no valid signature and is ignored", "source", sub.Source)
		return "forged", nil
	}
	err = s.cfg.Intake.Bring(ctx, sub.Source, d.ContentType, d.Body, sub.Hub.Topic)
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		return "unknown", errors.Join(err, s.end(ctx, sub))
	case err != nil:
		return "failed", fmt.Errorf("take in what a hub sent: %w", err)
	}
	return "taken", nil
}

// valid checks a signature, "sha256=" and the like before its hexadecimal digits
// (https://www.w3.org/TR/websub/#signature-validation).
func valid(signature, secret string, body []byte) bool {
	method, digits, _ := strings.Cut(strings.TrimSpace(signature), "=")
	var by func() hash.Hash
	switch strings.ToLower(method) {
	case "sha1":
		by = sha1.New
	case "sha256":
		by = sha256.New
	case "sha384":
		by = sha512.New384
	case "sha512":
		by = sha512.New
	default:
		return false
	}
	given, err := hex.DecodeString(digits)
	if err != nil {
		return false
	}
	mac := hmac.New(by, []byte(secret))
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}
