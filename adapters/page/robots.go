package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/bellwether/bellwether/adapters/httpx"
)

// For how long it is known what a site allows (RFC 9309, 2.4), and how long a
// site whose robots.txt can't be read is left alone.
const (
	rulesAge   = 24 * time.Hour
	failureAge = 10 * time.Minute
	maxSites   = 2000 // that are remembered
)

// robots knows what sites allow (RFC 9309; how Google reads it:
// https://developers.google.com/search/docs/crawling-indexing/robots/robots_txt).
type robots struct {
	client *httpx.Client
	agent  string
	now    func() time.Time

	mu    sync.Mutex
	sites map[string]*site
}

// site is one whose rules are known, or are being asked for.
type site struct {
	asking chan struct{} // holds a token while someone reads or writes rules
	rules  rules
}

// rules are those of one site for us.
type rules struct {
	rules []rule
	err   error // why nothing is allowed now
	until time.Time
}

func newRobots(client *httpx.Client, agent string, now func() time.Time) *robots {
	return &robots{client: client, agent: agent, now: now, sites: make(map[string]*site)}
}

// of gives the rules of the site of an address; it asks the site for them where
// they are not known. The error says why nothing is allowed: then a later try may
// mend it.
func (r *robots) of(ctx context.Context, u *url.URL) (rules, error) {
	name := u.Scheme + "://" + u.Host
	known := r.site(name)
	select {
	case known.asking <- struct{}{}:
		defer func() { <-known.asking }()
	case <-ctx.Done():
		return rules{}, ctx.Err()
	}
	if !r.now().Before(known.rules.until) {
		fresh := r.ask(ctx, name)
		if ctx.Err() != nil {
			return rules{}, ctx.Err()
		}
		known.rules = fresh
	}
	return known.rules, known.rules.err
}

func (r *robots) site(name string) *site {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.sites[name]
	if !ok {
		if len(r.sites) >= maxSites {
			clear(r.sites)
		}
		s = &site{asking: make(chan struct{}, 1)}
		r.sites[name] = s
	}
	return s
}

func (r *robots) ask(ctx context.Context, site string) rules {
	res, err := r.client.Get(ctx, site+"/robots.txt", nil)
	later := r.now().Add(failureAge)
	if get, ok := errors.AsType[*httpx.GetError](err); ok {
		err = get.Err
	}
	switch {
	case err != nil:
		return rules{err: fmt.Errorf("the site's robots.txt can't be read: %w", err), until: later}
	case res.Status >= 200 && res.Status < 300:
		out := parseRules(res.Body, r.agent)
		out.until = r.now().Add(rulesAge)
		return out
	case res.Status >= 400 && res.Status < 500 && res.Status != http.StatusTooManyRequests:
		return rules{until: r.now().Add(rulesAge)} // there is none
	}
	return rules{err: fmt.Errorf("the site's robots.txt can't be read: %w", res.Err()), until: later}
}
