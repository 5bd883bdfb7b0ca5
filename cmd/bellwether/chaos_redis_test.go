package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
)

// chaosReplicas is how many replicas share the work.
const chaosReplicas = 3

// redisSetUp is a Redis that can fail.
type redisSetUp interface {
	url() string              // for the test
	urlOf(replica int) string // for a replica
	mishaps() []mishap
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
	s := &oneServer{t: t, server: adaptertest.StartRedis(t, "--appendonly", "yes", "--appendfsync", "always")}
	for i := range s.lines {
		s.lines[i] = adaptertest.StartProxy(t, s.server.Addr)
	}
	return s
}

func (s *oneServer) url() string              { return "redis://" + s.server.Addr }
func (s *oneServer) urlOf(replica int) string { return "redis://" + s.lines[replica].Addr }

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
