package redis_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// pair is a master and its replica. Both lines to the master can be cut, and
// that of the client leads to the replica when that has taken over.
type pair struct {
	master, replica *adaptertest.Server
	client, copying *adaptertest.Proxy
}

func startPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{master: adaptertest.StartRedis(t, "--repl-diskless-sync-delay", "0")}
	p.client, p.copying = adaptertest.StartProxy(t, p.master.Addr), adaptertest.StartProxy(t, p.master.Addr)
	p.replica = adaptertest.StartReplica(t, p.copying.Addr)
	return p
}

func (p *pair) open(t *testing.T, o redis.Options) *redis.Client {
	t.Helper()
	o.URL, o.Shards = "redis://"+p.client.Addr, 2
	c, err := redis.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// takeOver kills the master, whatever the replica has.
func (p *pair) takeOver(t *testing.T) {
	t.Helper()
	p.master.Kill()
	p.copying.Cut()
	p.replica.Promote(t)
	p.client.Redirect(p.replica.Addr)
}

// TestWaitsForReplicas: what is acknowledged is with the replica, or is not
// acknowledged.
func TestWaitsForReplicas(t *testing.T) {
	p := startPair(t)
	c := p.open(t, redis.Options{Wait: 1, WaitTime: 200 * time.Millisecond})
	acknowledged := func(n int) (errAdd, errEnqueue error) {
		_, _, errAdd = c.Subscriptions().Add(t.Context(), subscription(t, fmt.Sprint("word", n)))
		_, errEnqueue = c.Outbox().Enqueue(t.Context(), []alerts.Pending{{Lane: alerts.Lane{Destination: club}, Article: fmt.Sprint(n)}})
		return errAdd, errEnqueue
	}
	// On a busy machine a replica may take longer than WaitTime.
	inTime := func(n int) {
		t.Helper()
		for limit := time.Now().Add(20 * time.Second); errors.Join(acknowledged(n)) != nil; <-time.After(20 * time.Millisecond) {
			if time.Now().After(limit) {
				t.Fatal("the replica is there, and nothing is acknowledged")
			}
		}
	}
	inTime(1)
	p.copying.Hold()
	for range 2 { // the second time nothing is changed, and the replica still lacks the first
		if errAdd, errEnqueue := acknowledged(2); !errors.Is(errAdd, redis.ErrUnkept) || !errors.Is(errEnqueue, redis.ErrUnkept) {
			t.Errorf("without the replica: %v, %v", errAdd, errEnqueue)
		}
	}
	p.copying.Mend()
	inTime(2)
	p.takeOver(t)
	c = p.open(t, redis.Options{})
	subs, err := c.Subscriptions().List(t.Context(), club)
	waiting, errWaiting := c.Outbox().Waiting(t.Context(), club)
	if err != nil || errWaiting != nil || len(subs) != 2 || len(waiting) != 2 {
		t.Errorf("after the failover: %d subscriptions, %d alerts, %v, %v", len(subs), len(waiting), err, errWaiting)
	}
}

// TestWaitsInACluster: each write waits at the node that has it.
func TestWaitsInACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	cluster := adaptertest.StartClusterOf(t, 3, 1, "--repl-diskless-sync-delay", "0")
	c, err := redis.Open(t.Context(), redis.Options{URL: cluster.URL(), Shards: 8, Wait: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	enqueue := func(article string) error {
		var all []alerts.Pending
		for i := range 50 { // in every shard, on every node
			d := alerts.Destination{Platform: alerts.Slack, Workspace: "T", Channel: fmt.Sprint(i)}
			all = append(all, alerts.Pending{Lane: alerts.Lane{Destination: d}, Article: article})
		}
		_, err := c.Outbox().Enqueue(t.Context(), all)
		return err
	}
	if err := enqueue("a"); err != nil {
		t.Fatal(err)
	}
	cluster.Failover(t, 0)
	for limit := time.Now().Add(20 * time.Second); ; <-time.After(20 * time.Millisecond) {
		if err = enqueue("b"); err == nil {
			break
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
	if due, later, err := c.Outbox().Depth(t.Context()); due+later != 100 || err != nil {
		t.Errorf("%d and %d alerts, %v", due, later, err)
	}
}

// TestLostWrites: a master that is killed before its replica had the last writes
// has lost them. That is noticed and listed, and those who follow the change log
// know that they have to read all anew.
func TestLostWrites(t *testing.T) {
	p := startPair(t)
	const beat = 50 * time.Millisecond
	c := p.open(t, redis.Options{Beat: beat})
	kept, _, err := c.Subscriptions().Add(t.Context(), subscription(t, "kept"))
	if err != nil {
		t.Fatal(err)
	}
	ignore := func(alerts.Change) error { return nil }
	p.master.AwaitReplica(t)
	p.copying.Hold()
	begun := time.Now()
	if _, _, err := c.Subscriptions().Add(t.Context(), subscription(t, "lost")); err != nil {
		t.Fatal(err)
	}
	revision, err := c.Subscriptions().Snapshot(t.Context(), ignore)
	if err != nil {
		t.Fatal(err)
	}
	<-time.After(4 * beat) // of which the new master will know nothing
	p.takeOver(t)
	var losses []redis.Loss
	for limit := time.Now().Add(20 * time.Second); len(losses) == 0 || !losses[len(losses)-1].Certain; <-time.After(beat) {
		if time.Now().After(limit) {
			t.Fatalf("no loss was noticed: %v, %v", losses, err)
		}
		losses, err = c.Losses(t.Context())
	}
	last := losses[len(losses)-1]
	if last.Since.After(begun) || last.Until.Before(begun) || begun.Sub(last.Since) > 2*time.Second {
		t.Errorf("lost between %s and %s, want around %s", last.Since, last.Until, begun)
	}
	if want := "[articles leases outbox 0 outbox 1 subscriptions]"; fmt.Sprint(last.Parts) != want {
		t.Errorf("parts %v, want %s", last.Parts, want)
	}
	if _, err := c.Subscriptions().Changes(t.Context(), revision, ignore); !errors.Is(err, alerts.ErrGap) {
		t.Errorf("Changes after the loss: %v", err)
	}
	subs, err := c.Subscriptions().List(t.Context(), club)
	if err != nil || len(subs) != 1 || subs[0].ID != kept.ID {
		t.Errorf("subscriptions after the loss: %v, %v", subs, err)
	}
}

// TestASnapshotOfTwoServers: the cursor of one server means nothing to another,
// so that a reading of all subscriptions that one has begun is not whole.
func TestASnapshotOfTwoServers(t *testing.T) {
	p := startPair(t)
	c := p.open(t, redis.Options{Wait: 1})
	for i := range 3 {
		if _, _, err := c.Subscriptions().Add(t.Context(), subscription(t, fmt.Sprint("word", i))); err != nil {
			t.Fatal(err)
		}
	}
	var once sync.Once
	seen := 0
	read := func(alerts.Change) error {
		once.Do(func() { p.takeOver(t) })
		seen++
		return nil
	}
	if _, err := c.Subscriptions().Snapshot(t.Context(), read); err == nil {
		t.Error("a snapshot of two servers was taken for whole")
	}
	seen = 0
	if _, err := c.Subscriptions().Snapshot(t.Context(), read); err != nil || seen != 3 {
		t.Errorf("the next has %d records, %v", seen, err)
	}
}

// TestARestartIsNoLoss: who has everything on disk has lost nothing.
func TestARestartIsNoLoss(t *testing.T) {
	server := adaptertest.StartRedis(t, "--appendonly", "yes", "--appendfsync", "always")
	const beat = 20 * time.Millisecond
	c, err := redis.Open(t.Context(), redis.Options{URL: "redis://" + server.Addr, Shards: 2, Beat: beat})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for range 3 {
		<-time.After(3 * beat)
		server.Kill()
		server.Restart(t)
	}
	<-time.After(10 * beat)
	if losses, err := c.Losses(t.Context()); err != nil || len(losses) > 0 {
		t.Errorf("losses %v, %v", losses, err)
	}
}

func subscription(t *testing.T, text string) alerts.Subscription {
	t.Helper()
	q, err := query.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return alerts.Subscription{Owner: alerts.Person{Platform: alerts.Slack, Workspace: "T1", User: "U"}, Destination: club, Query: q}
}
