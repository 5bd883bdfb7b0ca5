package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/adapters/adaptertest"
)

// chaosReplicas is how many replicas share the work.
const chaosReplicas = 3

// redisSetUp is a Redis that can fail.
type redisSetUp interface {
	url() string              // for the test
	urlOf(replica int) string // for a replica
	connect() goredis.UniversalClient
	wait() int // replicas that must have a write
	servers() []*adaptertest.Server
	mishaps() []mishap
}

// durable are the settings of a server that has everything on disk before it
// answers.
func durable() []string {
	return append(adaptertest.KeepsAll(), "--appendfsync", "always", "--repl-diskless-sync-delay", "0")
}

// oneServer is one server that has everything on disk before it answers. Each
// replica has a line to it that can be cut.
type oneServer struct {
	t      *testing.T
	server *adaptertest.Server
	lines  [chaosReplicas]*adaptertest.Proxy
}

func startOne(t *testing.T) redisSetUp {
	t.Helper()
	s := &oneServer{t: t, server: adaptertest.StartRedis(t, durable()...)}
	for i := range s.lines {
		s.lines[i] = adaptertest.StartProxy(t, s.server.Addr)
	}
	return s
}

func (s *oneServer) url() string              { return "redis://" + s.server.Addr }
func (s *oneServer) urlOf(replica int) string { return "redis://" + s.lines[replica].Addr }

func (s *oneServer) connect() goredis.UniversalClient {
	return goredis.NewClient(&goredis.Options{Addr: s.server.Addr, Protocol: 2})
}

func (s *oneServer) wait() int { return 0 }

func (s *oneServer) servers() []*adaptertest.Server { return []*adaptertest.Server{s.server} }

func (s *oneServer) mishaps() []mishap {
	restart := mishap{"Redis is killed", "Redis", 0, 2 * time.Second, s.server.Kill, func() { s.server.Restart(s.t) }}
	all := []mishap{restart, restart, restart}
	for i, line := range s.lines {
		name := fmt.Sprint("the line of replica ", i)
		all = append(all,
			mishap{name + " is cut", name, 0, 3 * time.Second, line.Cut, line.Mend},
			mishap{name + " lets nothing through", name, time.Second, chaosLease + time.Second, line.Hold, line.Mend},
		)
	}
	return all
}

// downTime is after what time a master is taken for dead. Those that are killed
// are back before that, so that nobody takes over without what they had.
const downTime = 8 * time.Second

// sentinels is a master with two replicas and three sentinels.
type sentinels struct {
	t      *testing.T
	set    *adaptertest.Sentinels
	waited int
}

func startSentinels(t *testing.T) redisSetUp {
	t.Helper()
	return &sentinels{t, adaptertest.StartSentinels(t, 2, downTime, durable()...), 0}
}

// quickly is after what time a server is taken for dead where others take over.
// On a busy machine one may say nothing for a second or two, and then the replica
// that has all is passed over for one that has come back with what it once had.
const quickly = 3 * time.Second

// startWaiting is Sentinel where masters die for good, and each write is with a
// replica before it counts.
func startWaiting(t *testing.T) redisSetUp {
	t.Helper()
	return &sentinels{t, adaptertest.StartSentinels(t, 2, quickly, durable()...), 1}
}

func (s *sentinels) wait() int { return s.waited }

func (s *sentinels) servers() []*adaptertest.Server { return s.set.Servers }

func (s *sentinels) url() string      { return s.set.URL() }
func (s *sentinels) urlOf(int) string { return s.url() }

func (s *sentinels) connect() goredis.UniversalClient {
	hosts, _ := strings.CutPrefix(s.url(), "redis+sentinel://")
	hosts, _ = strings.CutSuffix(hosts, "/main")
	return goredis.NewFailoverClient(&goredis.FailoverOptions{MasterName: "main", SentinelAddrs: strings.Split(hosts, ","), Protocol: 2})
}

func (s *sentinels) mishaps() []mishap {
	failover := mishap{"failover", "Redis", 0, time.Second, func() { s.set.Failover(s.t) }, func() {}}
	all := []mishap{failover, failover, failover, s.killed(0, downTime/4, func(*adaptertest.Server) {})}
	if s.waited > 0 {
		all = []mishap{s.killed(2*quickly, 2*quickly, func(old *adaptertest.Server) { s.set.AwaitOther(s.t, old) })}
	}
	for i, one := range s.set.Servers {
		all = append(all, hangUp(s.t, fmt.Sprint("server ", i), one))
	}
	return all
}

// killed is the death of the master, which is back after a time, and after what
// is waited for.
func (s *sentinels) killed(least, more time.Duration, wait func(*adaptertest.Server)) mishap {
	var victim *adaptertest.Server
	return mishap{
		"the master is killed", "Redis", least, more,
		func() {
			victim = s.set.Master(s.t)
			victim.Kill()
		},
		func() {
			wait(victim)
			victim.Restart(s.t)
		},
	}
}

// hangUp ends all connections of a server.
func hangUp(t *testing.T, name string, s *adaptertest.Server) mishap {
	return mishap{"all connections of " + name + " end", "connections", 0, time.Second, func() { s.HangUp(t) }, func() {}}
}

// cluster is three masters with a replica each.
type cluster struct {
	t   *testing.T
	set *adaptertest.Cluster
	n   int
}

func startCluster(t *testing.T) redisSetUp {
	t.Helper()
	return &cluster{t: t, set: adaptertest.StartClusterOf(t, 3, 1, append(durable(), "--cluster-node-timeout", fmt.Sprint(downTime.Milliseconds()))...)}
}

func (s *cluster) url() string      { return s.set.URL() }
func (s *cluster) urlOf(int) string { return s.url() }

func (s *cluster) connect() goredis.UniversalClient {
	hosts, _ := strings.CutPrefix(s.url(), "redis+cluster://")
	return goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: strings.Split(hosts, ","), Protocol: 2})
}

func (s *cluster) wait() int { return 0 }

func (s *cluster) servers() []*adaptertest.Server { return s.set.Nodes }

func (s *cluster) mishaps() []mishap {
	failover := mishap{"failover", "Redis", 0, time.Second, func() {
		s.n++
		s.set.Failover(s.t, s.n)
	}, func() {}}
	all := []mishap{failover, failover, failover}
	for i, one := range s.set.Nodes {
		all = append(all,
			mishap{fmt.Sprintf("node %d is killed", i), "Redis", 0, downTime / 4, one.Kill, func() { one.Restart(s.t) }},
			hangUp(s.t, fmt.Sprint("node ", i), one))
	}
	return all
}
