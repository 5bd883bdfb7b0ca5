package adaptertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// StartSentinel starts a redis-server and a sentinel that watches it under the
// name "main", and returns the sentinel's address. The test's end stops both.
func StartSentinel(t testing.TB) string {
	t.Helper()
	return startSentinel(t, StartRedis(t), 1, time.Second).Addr
}

func startSentinel(t testing.TB, master *Server, quorum int, down time.Duration) *Server {
	t.Helper()
	host, port, _ := strings.Cut(master.Addr, ":")
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor main %s %s %d\nsentinel down-after-milliseconds main %d\nsentinel failover-timeout main 10000\n",
		host, port, quorum, down.Milliseconds())
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, func(s *Server) []string {
		_, own, _ := strings.Cut(s.Addr, ":")
		return []string{conf, "--sentinel", "--port", own, "--bind", "127.0.0.1", "--dir", s.dir}
	}, func(ctx context.Context, c *goredis.Client, _ *Server) bool {
		master, err := c.Do(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main").StringSlice()
		return err == nil && len(master) == 2 && master[1] == port
	})
}

// Sentinels is a master with replicas, and three sentinels that watch it under
// the name "main".
type Sentinels struct {
	Servers   []*Server
	sentinels []*Server
}

// StartSentinels starts a master, replicas and three sentinels, who take the
// master for dead after the time down, and waits until all know of each other.
// args go to the servers. The test's end stops all.
func StartSentinels(t testing.TB, replicas int, down time.Duration, args ...string) *Sentinels {
	t.Helper()
	s := &Sentinels{Servers: []*Server{startConfigured(t, "", args)}}
	host, port, _ := strings.Cut(s.Servers[0].Addr, ":")
	for range replicas {
		s.Servers = append(s.Servers, startConfigured(t, "replicaof "+host+" "+port, args))
	}
	s.Servers[0].await(t, "its replicas are in step", func(ctx context.Context, c *goredis.Client) bool {
		info, err := c.Info(ctx, "replication").Result()
		return err == nil && strings.Count(info, "state=online") == replicas
	})
	const n = 3
	for range n {
		s.sentinels = append(s.sentinels, startSentinel(t, s.Servers[0], 2, down))
	}
	for _, one := range s.sentinels {
		one.await(t, "the sentinels know of each other", func(ctx context.Context, c *goredis.Client) bool {
			m, err := c.Do(ctx, "SENTINEL", "MASTER", "main").StringSlice()
			known := strings.Join(m, " ") + " "
			return err == nil && strings.Contains(known, fmt.Sprintf("num-slaves %d ", replicas)) &&
				strings.Contains(known, fmt.Sprintf("num-other-sentinels %d ", n-1))
		})
	}
	return s
}

// startConfigured starts a server that keeps in a file whose replica it is, as
// sentinels may tell it.
func startConfigured(t testing.TB, text string, args []string) *Server {
	t.Helper()
	conf := filepath.Join(t.TempDir(), "redis.conf")
	if err := os.WriteFile(conf, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, func(s *Server) []string {
		_, port, _ := strings.Cut(s.Addr, ":")
		return append([]string{conf, "--port", port, "--bind", "127.0.0.1", "--dir", s.dir, "--save", ""}, args...)
	}, isThere)
}

// URL is how clients find the master.
func (s *Sentinels) URL() string {
	var addrs []string
	for _, one := range s.sentinels {
		addrs = append(addrs, one.Addr)
	}
	return "redis+sentinel://" + strings.Join(addrs, ",") + "/main"
}

// Master is the server that the sentinels take for the master.
func (s *Sentinels) Master(t testing.TB) *Server {
	t.Helper()
	var master *Server
	s.sentinels[0].await(t, "there is a master", func(ctx context.Context, c *goredis.Client) bool {
		at, err := c.Do(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main").StringSlice()
		for _, one := range s.Servers {
			if err == nil && one.Addr == strings.Join(at, ":") {
				master = one
			}
		}
		return master != nil
	})
	return master
}

// Failover makes another server the master and loses nothing: writes wait at
// the old one until a replica has them all and has taken over.
func (s *Sentinels) Failover(t testing.TB) {
	t.Helper()
	old := s.Master(t)
	old.await(t, "the replicas are in step", func(ctx context.Context, c *goredis.Client) bool {
		return c.Do(ctx, "CLIENT", "PAUSE", "60000", "WRITE").Err() == nil && inStep(ctx, c, len(s.Servers)-1)
	})
	s.sentinels[0].await(t, "a failover begins", func(ctx context.Context, c *goredis.Client) bool {
		return c.Do(ctx, "SENTINEL", "FAILOVER", "main").Err() == nil
	})
	var host, port string
	s.sentinels[0].await(t, "there is a new master", func(ctx context.Context, c *goredis.Client) bool {
		at, err := c.Do(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main").StringSlice()
		if err != nil || len(at) != 2 || strings.Join(at, ":") == old.Addr {
			return false
		}
		host, port = at[0], at[1]
		return true
	})
	// The sentinels can't: what they announce waits there too, and their next
	// commands behind it.
	old.await(t, "the old master follows the new one", func(ctx context.Context, c *goredis.Client) bool {
		return c.Do(ctx, "REPLICAOF", host, port).Err() == nil && c.ConfigRewrite(ctx).Err() == nil && c.Do(ctx, "CLIENT", "UNPAUSE").Err() == nil
	})
}

// inStep reports whether so many replicas have all that their master has.
func inStep(ctx context.Context, c *goredis.Client, replicas int) bool {
	info, err := c.Info(ctx, "replication").Result()
	if err != nil {
		return false
	}
	at := ""
	for line := range strings.SplitSeq(info, "\r\n") {
		if value, found := strings.CutPrefix(line, "master_repl_offset:"); found {
			at = value
		}
	}
	return strings.Count(info, ",offset="+at+",") >= replicas
}

// StartReplica starts a replica of the server at an address, and waits until it
// has everything.
func StartReplica(t testing.TB, master string) *Server {
	t.Helper()
	host, port, _ := strings.Cut(master, ":")
	s := StartRedis(t, "--replicaof", host+" "+port)
	s.await(t, "it is in step", func(ctx context.Context, c *goredis.Client) bool {
		info, err := c.Info(ctx, "replication").Result()
		return err == nil && strings.Contains(info, "master_link_status:up")
	})
	return s
}

// Promote makes a replica a master.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.await(t, "it is a master", func(ctx context.Context, c *goredis.Client) bool {
		return c.Do(ctx, "REPLICAOF", "NO", "ONE").Err() == nil
	})
}

// AwaitReplica waits until a replica has all that a master has at some time.
func (s *Server) AwaitReplica(t testing.TB) {
	t.Helper()
	s.await(t, "its replica is in step", func(ctx context.Context, c *goredis.Client) bool { return inStep(ctx, c, 1) })
}

// AwaitOther waits until another server than old is the master.
func (s *Sentinels) AwaitOther(t testing.TB, old *Server) {
	t.Helper()
	for _, one := range s.sentinels {
		one.await(t, "another server is the master", func(ctx context.Context, c *goredis.Client) bool {
			at, err := c.Do(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main").StringSlice()
			return err == nil && strings.Join(at, ":") != old.Addr
		})
	}
}
