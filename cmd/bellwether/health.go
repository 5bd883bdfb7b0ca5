package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/bellwether/bellwether/adapters/web"
)

// pulse knows which loops of the program have not turned when they were to.
type pulse struct {
	now func() time.Time

	mu  sync.Mutex
	due map[string]time.Time // by loop: when it is to have turned again
}

func newPulse() *pulse { return &pulse{now: time.Now, due: map[string]time.Time{}} }

// beat notes that a loop turned, and that it will again within that time; 0: it
// rests.
func (p *pulse) beat(loop string, within time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if within <= 0 {
		delete(p.due, loop)
		return
	}
	p.due[loop] = p.now().Add(within)
}

// check gives the loops that are stuck.
func (p *pulse) check(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	var stuck []string
	for loop, due := range p.due {
		if now.After(due) {
			stuck = append(stuck, loop)
		}
	}
	if len(stuck) == 0 {
		return nil
	}
	slices.Sort(stuck)
	return fmt.Errorf("these loops have not turned for minutes: %s", strings.Join(stuck, ", "))
}

// alive are the checks that only a start anew can mend.
func (t *telemetry) alive() []web.Check {
	return []web.Check{{Name: "loops", Why: "a loop has not turned for minutes; the log says which: start it again", Test: t.pulse.check}}
}

// readyTime bounds a check that is made for the metrics.
const readyTime = 2 * time.Second

// shown are checks that the metrics show too.
func (t *telemetry) shown(checks []web.Check) []web.Check {
	f := promauto.With(t.metrics)
	for _, c := range checks {
		f.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "bellwether_ready", Help: "1 if a check of /readyz passes, else 0.", ConstLabels: prometheus.Labels{"check": c.Name},
		}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), readyTime)
			defer cancel()
			if c.Test(ctx) != nil {
				return 0
			}
			return 1
		})
	}
	return checks
}

// ready are the checks of what the roles here need for their work.
func (a *app) ready(cfg config, s *store) []web.Check {
	checks := []web.Check{{Name: "store", Why: "the store does not answer", Test: s.client.Ping}}
	add := func(on bool, name, why string, test func() error) {
		if on {
			checks = append(checks, web.Check{Name: name, Why: why, Test: func(context.Context) error { return test() }})
		}
	}
	add(cfg.has(roleMatch), "subscriptions", "they are not read yet", a.matching.Ready)
	talks := cfg.has(roleChat) || cfg.has(roleDeliver)
	add(a.slack != nil && talks, "slack", "there is no connection to Slack", func() error { return a.slack.app.Ready() })
	add(a.discord != nil && talks, "discord", "there is no connection to Discord", func() error { return a.discord.app.Ready() })
	return checks
}
