package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// The answers of the platform that are no message's.
var (
	errServer  = errors.New("500 from the platform")
	errCut     = errors.New("the connection was cut")
	errUnasked = errors.New("429 from the platform")
)

// limited is a 429.
type limited struct {
	after time.Duration
	scope alerts.Scope
}

func (limited) Error() string { return errUnasked.Error() }

// platform is a fake of one: it takes messages, keeps its limits, fails as
// asked, and records what it took. It stands for what is at the other end of
// the network, so nothing of the program is in it.
type platform struct {
	rules   rules
	latency time.Duration
	faults  Faults
	ledger  *ledger

	mu      sync.Mutex
	rng     *rand.Rand
	gates   map[alerts.Destination]*gates // of a channel, or with a part left empty what it shares
	refused int                           // 429s because a limit was met
	posted  uint64
}

// gates are those of a channel or of what channels share: as documented, and
// as enforced.
type gates struct {
	documented, enforced gate
}

func newFake(cfg Config, r rules, l *ledger) *platform {
	return &platform{
		rules: r, latency: cfg.Latency, faults: cfg.Faults, ledger: l,
		rng:   rand.New(rand.NewPCG(cfg.Seed, 0)),
		gates: map[alerts.Destination]*gates{},
	}
}

// refusals counts the 429s that were deserved.
func (p *platform) refusals() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused
}

// post takes one message, and gives its id and what remains to the channel.
func (p *platform) post(ctx context.Context, d alerts.Destination, key string) (id string, left int, reset time.Duration, err error) {
	if !pause(ctx, p.latency) {
		return "", 0, 0, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch dice := p.rng.Float64(); {
	case dice < p.faults.Limited:
		return "", 0, 0, limited{time.Second, alerts.ScopeDestination}
	case dice < p.faults.Limited+p.faults.Broken:
		return "", 0, 0, errServer
	case dice < p.faults.Limited+p.faults.Broken+p.faults.Hang:
		p.mu.Unlock()
		<-ctx.Done()
		p.mu.Lock()
		return "", 0, 0, ctx.Err()
	case dice < p.faults.Limited+p.faults.Broken+p.faults.Hang+p.faults.Unheard:
		if _, err := p.take(d, key); err != nil {
			return "", 0, 0, err
		}
		return "", 0, 0, errCut
	}
	if id, err = p.take(d, key); err != nil {
		return "", 0, 0, err
	}
	if w, ok := p.of(d).enforced.(*window); ok {
		left, reset = w.left(time.Now())
	}
	return id, left, reset, nil
}

// take records a message, unless a limit was met.
func (p *platform) take(d alerts.Destination, key string) (string, error) {
	now := time.Now()
	channel, shared := p.of(d), p.of(p.sharing(d))
	if span := shared.enforced.open().Sub(now); span > 0 {
		p.refused++
		return "", limited{p.rules.rounded(span), []alerts.Scope{alerts.ScopeWorkspace, alerts.ScopePlatform}[p.rules.sharedBy]}
	}
	if span := channel.enforced.open().Sub(now); span > 0 {
		p.refused++
		return "", limited{p.rules.rounded(span), alerts.ScopeDestination}
	}
	p.ledger.accepted(d, key, arrival{at: now, shared: shared.documented.open()})
	for _, g := range []*gates{channel, shared} {
		g.documented.take(now)
		g.enforced.take(now)
	}
	p.posted++
	return fmt.Sprintf("m%d", p.posted), nil
}

// rounded is what Retry-After says.
func (r rules) rounded(span time.Duration) time.Duration {
	if r.wholeSeconds {
		return span.Truncate(time.Second) + time.Second
	}
	return span
}

// sharing names what a destination shares a limit with.
func (p *platform) sharing(d alerts.Destination) alerts.Destination {
	if p.rules.sharedBy == ofPlatform {
		return alerts.Destination{Platform: d.Platform}
	}
	return alerts.Destination{Platform: d.Platform, Workspace: d.Workspace}
}

func (p *platform) of(d alerts.Destination) *gates {
	g := p.gates[d]
	if g == nil {
		g = &gates{documented: p.rules.channel(), enforced: p.rules.channelHas()}
		if d.Channel == "" && d.User == "" {
			g = &gates{documented: p.rules.shared(), enforced: p.rules.allHave()}
		}
		p.gates[d] = g
	}
	return g
}
