package adaptertest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Cluster is a Redis Cluster.
type Cluster struct {
	Nodes []*Server // the masters that it began with, then their replicas
}

// StartCluster starts a Redis Cluster of n masters and returns their
// addresses. The test's end stops it.
func StartCluster(t testing.TB, n int) []string {
	t.Helper()
	return StartClusterOf(t, n, 0).addrs()
}

// slots is how many parts a cluster has.
const slots = 16384

// StartClusterOf starts a Redis Cluster of masters with so many replicas each.
// args go to the servers. The test's end stops it.
func StartClusterOf(t testing.TB, masters, replicas int, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{}
	total := masters * (1 + replicas)
	for i := range total {
		_, bus, _ := strings.Cut(freeAddr(t), ":")
		c.Nodes = append(c.Nodes, StartRedis(t, append([]string{
			"--cluster-enabled", "yes", "--cluster-config-file", fmt.Sprintf("nodes-%d.conf", i),
			"--cluster-node-timeout", "2000", "--cluster-replica-validity-factor", "0", "--cluster-port", bus,
		}, args...)...))
	}
	first := c.Nodes[0]
	host, port, _ := strings.Cut(first.Addr, ":")
	var ids []string
	for i, node := range c.Nodes {
		node.await(t, "it is a node of the cluster", func(ctx context.Context, r *goredis.Client) bool {
			if i < masters && r.ClusterAddSlotsRange(ctx, i*slots/masters, (i+1)*slots/masters-1).Err() != nil {
				return false
			}
			if i > 0 && r.Do(ctx, "CLUSTER", "MEET", host, port, busPort(first.args)).Err() != nil {
				return false
			}
			id, err := r.ClusterMyID(ctx).Result()
			ids = append(ids, id)
			return err == nil
		})
	}
	for i, node := range c.Nodes {
		node.await(t, "it knows the others", func(ctx context.Context, r *goredis.Client) bool {
			info, err := r.ClusterInfo(ctx).Result()
			return err == nil && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r\n", total)) &&
				(i < masters || r.ClusterReplicate(ctx, ids[i%masters]).Err() == nil)
		})
	}
	for i, node := range c.Nodes {
		node.await(t, "the cluster is up", func(ctx context.Context, r *goredis.Client) bool {
			info, err := r.ClusterInfo(ctx).Result()
			up := err == nil && strings.Contains(info, "cluster_state:ok")
			if i >= masters {
				replication, err := r.Info(ctx, "replication").Result()
				return up && err == nil && strings.Contains(replication, "master_link_status:up")
			}
			return up
		})
	}
	return c
}

func busPort(args []string) string {
	for i, a := range args {
		if a == "--cluster-port" {
			return args[i+1]
		}
	}
	return ""
}

func (c *Cluster) addrs() []string {
	var addrs []string
	for _, n := range c.Nodes {
		addrs = append(addrs, n.Addr)
	}
	return addrs
}

// URL is how clients find the cluster.
func (c *Cluster) URL() string { return "redis+cluster://" + strings.Join(c.addrs(), ",") }

// Failover makes a replica the master of its slots and loses nothing: the two
// agree on when. n chooses among those that are replicas now.
func (c *Cluster) Failover(t testing.TB, n int) {
	t.Helper()
	var replicas []*Server
	for _, node := range c.Nodes {
		if node.role(t) == "slave" {
			replicas = append(replicas, node)
		}
	}
	if len(replicas) == 0 {
		t.Fatal("no replica to fail over to")
	}
	node := replicas[n%len(replicas)]
	asked := time.Time{}
	node.await(t, "it has taken over", func(ctx context.Context, r *goredis.Client) bool {
		if time.Since(asked) > failoverTime && r.ClusterFailover(ctx).Err() == nil {
			asked = time.Now()
		}
		info, err := r.Info(ctx, "replication").Result()
		return err == nil && strings.Contains(info, "role:master")
	})
}

// failoverTime is after what time Redis gives a failover up that it was asked
// for, as when the master does not know yet that it has this replica. It counts
// five seconds.
const failoverTime = 6 * time.Second

// role is "master" or "slave".
func (s *Server) role(t testing.TB) string {
	t.Helper()
	role := ""
	s.await(t, "it says what it is", func(ctx context.Context, r *goredis.Client) bool {
		info, err := r.Info(ctx, "replication").Result()
		_, role, _ = strings.Cut(info, "role:")
		role, _, _ = strings.Cut(role, "\r\n")
		return err == nil
	})
	return role
}

// HangUp ends the connections of all clients; a dead server has none.
func (s *Server) HangUp(t testing.TB) {
	t.Helper()
	c := goredis.NewClient(&goredis.Options{Addr: s.Addr, Protocol: 2, MaxRetries: -1, DialerRetries: 1})
	defer c.Close()
	_ = c.ClientKillByFilter(t.Context(), "TYPE", "normal", "SKIPME", "yes").Err()
	_ = c.ClientKillByFilter(t.Context(), "TYPE", "pubsub").Err()
}

// await asks a server again and again until f is true.
func (s *Server) await(t testing.TB, what string, f func(context.Context, *goredis.Client) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), awaitServer)
	defer cancel()
	c := goredis.NewClient(&goredis.Options{Addr: s.Addr, Protocol: 2})
	defer c.Close()
	for !f(ctx, c) {
		select {
		case <-ctx.Done():
			t.Fatalf("server %s: it did not come to this: %s\n%s", s.Addr, what, s.out)
		case <-time.After(20 * time.Millisecond): // servers tell nobody
		}
	}
}

// Moving is a slot on its way from one node to another.
type Moving struct {
	t            testing.TB
	slot         int
	from, to     *Server
	fromID, toID string
}

// Move begins to move the slot of a key to another node.
func (c *Cluster) Move(t testing.TB, key string) *Moving {
	t.Helper()
	m := &Moving{t: t}
	c.Nodes[0].await(t, "it knows the slot", func(ctx context.Context, r *goredis.Client) bool {
		slot, err := r.ClusterKeySlot(ctx, key).Result()
		m.slot = int(slot)
		return err == nil
	})
	for _, node := range c.Nodes {
		node.await(t, "it tells its keys", func(ctx context.Context, r *goredis.Client) bool {
			keys, err := r.ClusterGetKeysInSlot(ctx, m.slot, 1).Result()
			id, errID := r.ClusterMyID(ctx).Result()
			if len(keys) > 0 {
				m.from, m.fromID = node, id
			} else {
				m.to, m.toID = node, id
			}
			return err == nil && errID == nil
		})
	}
	m.set(m.to, "IMPORTING", m.fromID)
	m.set(m.from, "MIGRATING", m.toID)
	return m
}

func (m *Moving) set(node *Server, state, id string) {
	m.t.Helper()
	node.await(m.t, "the slot is "+state, func(ctx context.Context, r *goredis.Client) bool {
		return r.Do(ctx, "CLUSTER", "SETSLOT", m.slot, state, id).Err() == nil
	})
}

// Keys are those that have not moved yet.
func (m *Moving) Keys() (keys []string) {
	m.t.Helper()
	m.from.await(m.t, "it tells its keys", func(ctx context.Context, r *goredis.Client) (ok bool) {
		var err error
		keys, err = r.ClusterGetKeysInSlot(ctx, m.slot, 1000).Result()
		return err == nil
	})
	return keys
}

// Take moves a key.
func (m *Moving) Take(key string) {
	m.t.Helper()
	host, port, _ := strings.Cut(m.to.Addr, ":")
	m.from.await(m.t, "a key has moved", func(ctx context.Context, r *goredis.Client) bool {
		return r.Migrate(ctx, host, port, key, 0, 5*time.Second).Err() == nil
	})
}

// End gives the slot to its new node.
func (m *Moving) End() {
	m.t.Helper()
	m.set(m.to, "NODE", m.toID)
	m.set(m.from, "NODE", m.toID)
}

// Master is one of those that are masters now; n chooses.
func (c *Cluster) Master(t testing.TB, n int) *Server {
	t.Helper()
	var masters []*Server
	for _, node := range c.Nodes {
		if node.role(t) == "master" {
			masters = append(masters, node)
		}
	}
	return masters[n%len(masters)]
}

// AwaitMaster waits until a node is a master.
func (s *Server) AwaitMaster(t testing.TB) {
	t.Helper()
	s.await(t, "it is a master", func(ctx context.Context, r *goredis.Client) bool {
		info, err := r.Info(ctx, "replication").Result()
		return err == nil && strings.Contains(info, "role:master")
	})
}
