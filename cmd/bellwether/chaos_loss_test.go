package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
)

// TestChaosLosses kills masters that have taken writes for a moment which none
// of their replicas has, so that these are lost. Each loss is listed, with a time
// that it can be of, and nothing is lost or shown twice but what was written while
// a master was alone. It is part of the long form only.
func TestChaosLosses(t *testing.T) {
	if os.Getenv(chaosEvents) == "" {
		t.Skip("takes minutes; make chaos runs it")
	}
	t.Parallel()
	deaths := int(max(2, fromEnvironment(t, chaosEvents, 0)/10))
	seed := fromEnvironment(t, chaosSeed, rand.Uint64()>>1)
	binary := buildChaos(t)
	for name, start := range map[string]func(*testing.T) *losing{"sentinel": startLosingSentinels, "cluster": startLosingCluster} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("to have this again: %s=%d", chaosSeed, seed)
			set := start(t)
			c := newChaos(t, binary, seed, set)
			c.lossy = true
			set.noted = c.noteLosses
			c.play(deaths)
			c.settle()
			c.noteLosses()
			c.judgeLosses(set.deaths)
		})
	}
}

// losing is a set-up whose masters die with what only they have.
type losing struct {
	redisSetUp
	t      *testing.T
	victim func() *adaptertest.Server
	other  func(old *adaptertest.Server, replicas []*adaptertest.Server) // waits until another is the master
	all    []*adaptertest.Server
	deaths []span
	noted  func()
}

// span is the time between two.
type span struct{ since, until time.Time }

func (s span) String() string {
	return fmt.Sprintf("%s, %s long", s.since.Format("15:04:05.000"), s.until.Sub(s.since).Round(time.Millisecond))
}

func startLosingSentinels(t *testing.T) *losing {
	t.Helper()
	s := &sentinels{t, adaptertest.StartSentinels(t, 2, quickly, durable()...), 0}
	return &losing{
		redisSetUp: s, t: t, victim: func() *adaptertest.Server { return s.set.Master(t) }, all: s.set.Servers,
		other: func(old *adaptertest.Server, _ []*adaptertest.Server) { s.set.AwaitOther(t, old) },
	}
}

func startLosingCluster(t *testing.T) *losing {
	t.Helper()
	args := append(durable(), "--cluster-node-timeout", strconv.FormatInt(quickly.Milliseconds(), 10))
	s := &cluster{t: t, set: adaptertest.StartClusterOf(t, 3, 1, args...)}
	return &losing{redisSetUp: s, t: t, all: s.set.Nodes, victim: func() *adaptertest.Server {
		s.n++
		return s.set.Master(t, s.n)
	}, other: func(_ *adaptertest.Server, replicas []*adaptertest.Server) { replicas[0].AwaitMaster(t) }}
}

func (s *losing) mishaps() []mishap {
	const alone = 700 * time.Millisecond
	var victim *adaptertest.Server
	var replicas []*adaptertest.Server
	return []mishap{{
		"a master dies with what only it has", "Redis", 2 * quickly, quickly,
		func() {
			victim = s.victim()
			replicas = victim.Replicas(s.t, s.all)
			since := victim.DieAlone(s.t, replicas, alone)
			s.deaths = append(s.deaths, span{since, time.Now()})
		},
		func() {
			s.other(victim, replicas)
			victim.Restart(s.t)
			s.noted()
		},
	}}
}

// noteLosses reads what is listed, for the list can be lost too.
func (c *chaos) noteLosses() {
	c.t.Helper()
	if err := persist(c.t.Context(), func() (bool, error) {
		list, err := c.client.Losses(c.t.Context())
		for _, l := range list {
			if !slices.ContainsFunc(c.losses, func(o redis.Loss) bool { return o.Since.Equal(l.Since) && o.Until.Equal(l.Until) }) {
				c.losses = append(c.losses, l)
			}
		}
		return err == nil, err
	}); err != nil {
		c.t.Errorf("list the losses: %v", err)
	}
}

// judgeLosses wants every death to be listed, for a time that is bounded, and
// all that is wrong to be of such a time.
func (c *chaos) judgeLosses(deaths []span) {
	c.t.Helper()
	// From the last count of a replica before, to the first at who took over.
	const bound = 30 * time.Second
	for _, l := range c.losses {
		took := span{l.Since, l.Until}
		c.t.Logf("listed: certain %v, %s, %v", l.Certain, took, l.Parts)
		if took.until.Sub(took.since) > bound {
			c.t.Errorf("a loss is listed for too long a time: %s", took)
		}
	}
	// What a busy machine makes of itself counts with the time that is listed.
	spans := slices.Clone(deaths)
	for _, l := range c.losses {
		if !slices.ContainsFunc(deaths, func(d span) bool { return covers(l, d) }) {
			spans = append(spans, span{l.Since, l.Until})
		}
	}
	for _, d := range deaths {
		here := func(l redis.Loss) bool { return covers(l, d) }
		switch {
		case slices.ContainsFunc(c.losses, here):
		case slices.ContainsFunc(c.told(), here): // the list is in Redis too, and the next loss can be of it
			c.t.Logf("in the log of a replica only: a master was alone from %s", d)
		default:
			c.t.Errorf("not listed: a master was alone from %s", d)
		}
	}
	written := c.written()
	lost, doubled := 0, 0
	var unexplained []verdict
	for _, v := range c.wrongs() {
		if v.times == 0 {
			lost++
		} else {
			doubled++
		}
		at := slices.Concat(written[""][v.article], written[v.place.String()][v.article])
		// A send is noted before and after it.
		if !within(spans, at, 100*time.Millisecond) && !within(spans, v.at, chaosLease) {
			unexplained = append(unexplained, v)
			c.t.Errorf("%s, article %d: shown %d times at %v, and written at %v, of which nothing was lost", v.place, v.article, v.times, v.at, at)
		}
	}
	c.t.Logf("%d masters died alone, %d losses are listed; %d alerts are lost, %d shown twice", len(deaths), len(c.losses), lost, doubled)
	c.explain(unexplained)
}

var toldLoss = regexp.MustCompile(`lost writes, or may have" certain=\S+ since=(\S+) until=(\S+) `)

// told are the losses that the replicas have logged.
func (c *chaos) told() (all []redis.Loss) {
	c.t.Helper()
	for _, r := range c.replicas {
		for _, m := range toldLoss.FindAllStringSubmatch(r.log.String(), -1) {
			since, err := time.Parse(time.RFC3339, m[1])
			until, errUntil := time.Parse(time.RFC3339, m[2])
			if err != nil || errUntil != nil {
				c.t.Errorf("strange times in %q", m[0])
			}
			all = append(all, redis.Loss{Since: since, Until: until})
		}
	}
	return all
}

// covers reports whether a loss that is listed is that of a death.
func covers(l redis.Loss, d span) bool { return !l.Since.After(d.until) && !l.Until.Before(d.since) }

// within reports whether one of some times is in one of some spans, or so near.
func within(spans []span, times []time.Time, near time.Duration) bool {
	return slices.ContainsFunc(times, func(at time.Time) bool {
		return slices.ContainsFunc(spans, func(s span) bool { return at.After(s.since.Add(-near)) && at.Before(s.until.Add(near)) })
	})
}

// written gives when articles were logged, and under destinations when they
// were put into their lanes, as all servers together have it on disk, also those
// that lost it.
func (c *chaos) written() map[string]map[int][]time.Time {
	c.t.Helper()
	out := map[string]map[int][]time.Time{}
	add := func(dest string, article int, ms string) {
		n, err := strconv.ParseInt(ms, 10, 64)
		if err != nil {
			c.t.Errorf("strange time %q: %v", ms, err)
		}
		if out[dest] == nil {
			out[dest] = map[int][]time.Time{}
		}
		out[dest][article] = append(out[dest][article], time.UnixMilli(n))
	}
	for _, server := range c.redis.servers() {
		server.Written(c.t, func(command []string) {
			switch strings.ToUpper(command[0]) {
			case "RPUSH":
				if dest, found := c.instant(command[1]); found {
					for _, item := range command[2:] {
						add(dest, c.articleOf(item), strings.Fields(item)[1])
					}
				}
			case "XADD":
				i := slices.Index(command, "id")
				if command[1] != c.prefix+"{a}:log" || i < 0 {
					return
				}
				ms, _, _ := strings.Cut(command[i-1], "-")
				add("", c.articleOf(" "+command[i+1]), ms)
			}
		})
	}
	return out
}
