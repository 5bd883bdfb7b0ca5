package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// outboxRig is a store in which alerts wait and have failed.
type outboxRig struct {
	t      *testing.T
	env    map[string]string
	client *redis.Client
	coast  alerts.Destination
}

func newOutboxRig(t *testing.T) *outboxRig {
	r := &outboxRig{
		t:     t,
		env:   map[string]string{"REDIS_URL": adaptertest.Redis(t), "BELLWETHER_REDIS_PREFIX": adaptertest.Prefix(t), "HOME": t.TempDir()},
		coast: alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"},
	}
	var err error
	r.client, err = redis.Open(t.Context(), redis.Options{URL: r.env["REDIS_URL"], Prefix: r.env["BELLWETHER_REDIS_PREFIX"], Shards: defaultShards})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.client.Close() })
	return r
}

// enqueue logs an article and has it wait.
func (r *outboxRig) enqueue(d alerts.Destination, s alerts.Schedule, article string, notBefore time.Time) {
	r.t.Helper()
	a := alerts.Article{ID: article, Title: "About " + article, Body: "Text of " + article, Received: time.Now()}
	if _, _, err := r.client.Articles().Append(r.t.Context(), a, true); err != nil {
		r.t.Fatal(err)
	}
	p := alerts.Pending{Lane: alerts.Lane{Destination: d, Schedule: s}, Article: article, Time: a.Received, Subscriptions: []alerts.SubscriptionID{3, 4}, NotBefore: notBefore}
	if n, err := r.client.Outbox().Enqueue(r.t.Context(), []alerts.Pending{p}); n != 1 || err != nil {
		r.t.Fatalf("Enqueue = %d, %v", n, err)
	}
}

// fail lets what is due fail for good.
func (r *outboxRig) fail(reason string) {
	r.t.Helper()
	claims, err := r.client.Outbox().Claim(r.t.Context(), 10, time.Minute)
	if err != nil || len(claims) == 0 {
		r.t.Fatalf("Claim = %v, %v", claims, err)
	}
	for _, c := range claims {
		if err := r.client.Outbox().Fail(r.t.Context(), c, reason, c.Items[0].Key); err != nil {
			r.t.Fatal(err)
		}
	}
}

// run gives what a command line prints.
func (r *outboxRig) run(want int, args ...string) string {
	r.t.Helper()
	var out, problems bytes.Buffer
	w := world{stdout: &out, stderr: &problems, lookup: func(name string) (string, bool) { v, ok := r.env[name]; return v, ok }}
	if status := execute(r.t.Context(), w, append([]string{"outbox"}, args...)); status != want {
		r.t.Fatalf("outbox %s: status %d, want %d\n%s%s", strings.Join(args, " "), status, want, &out, &problems)
	}
	return out.String() + problems.String()
}

func (r *outboxRig) shows(text string, parts ...string) {
	r.t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			r.t.Errorf("it does not show %q:\n%s", p, text)
		}
	}
}

func TestOutboxCommands(t *testing.T) {
	r := newOutboxRig(t)
	r.shows(r.run(exitDone, "list"), "Nothing waits.", "Nothing failed for good")
	r.shows(r.run(exitDone, "show", r.coast.String()), "Nothing waits for slack/T1/c/C1.")
	r.shows(r.run(exitDone, "retry", "--all"), "nothing is sent again")

	r.enqueue(r.coast, alerts.Schedule{}, "ferry", time.Time{})
	r.fail("the message\nis refused")
	r.enqueue(r.coast, alerts.Schedule{}, "harbor", time.Time{})
	daily := alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60}
	ben := alerts.Destination{Platform: alerts.Discord, User: "7"}
	r.enqueue(ben, daily, "ferry2", time.Now().Add(90*time.Minute))

	list := r.run(exitDone, "list")
	r.shows(list, "2 alerts wait for 2 destinations:\n", "  slack/T1/c/C1  instant      1  due\n",
		"  discord//u/7   daily 08:00  1  due in 1h", "1 alert failed for good:\n", "slack/T1/c/C1  the message is refused\n")
	if waiting := r.run(exitDone, "list", "--waiting"); strings.Contains(waiting, "failed") {
		t.Errorf("more than what waits:\n%s", waiting)
	}
	var dead deadLine
	if err := json.Unmarshal([]byte(r.run(exitDone, "list", "--failed", "--json")), &dead); err != nil {
		t.Fatal(err)
	}
	if dead.Article != "ferry" || dead.Destination != r.coast.String() || dead.Reason != "the message\nis refused" || len(dead.Subscriptions) != 2 {
		t.Errorf("as JSON: %+v", dead)
	}
	r.shows(list, dead.ID)
	r.shows(r.run(exitDone, "show", dead.ID), "About ferry\n", "for            slack/T1/c/C1 (instant)\n", "subscriptions  3, 4\n",
		"after 1 try\n", "because        the message is refused\n", "outbox retry "+dead.ID)
	r.shows(r.run(exitDone, "show", ben.String()), "About ferry2\n  daily 08:00, since ")

	r.shows(r.run(exitDone, "retry", dead.ID), "1 alert waits to be sent again.")
	r.shows(r.run(exitFailed, "retry", dead.ID), "nothing of the name")
	var lines []string
	dec := json.NewDecoder(strings.NewReader(r.run(exitDone, "show", r.coast.String(), "--json")))
	for {
		var line queuedLine
		if err := dec.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line.Title)
	}
	if got := strings.Join(lines, ", "); got != "About harbor, About ferry" {
		t.Errorf("it waits: %s", got)
	}
}

func TestOutboxRetriesAll(t *testing.T) {
	r := newOutboxRig(t)
	other := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C2"}
	for i := range 3 {
		r.enqueue(r.coast, alerts.Schedule{}, fmt.Sprint("c", i), time.Time{})
		r.fail("no")
		r.enqueue(other, alerts.Schedule{}, fmt.Sprint("o", i), time.Time{})
		r.fail("no")
	}
	r.shows(r.run(exitDone, "list", "--failed", "--limit", "2"), "6 alerts failed for good:", "and 4 more: --limit shows them")
	r.shows(r.run(exitDone, "retry", "--all", "--destination", r.coast.String()), "3 alerts wait to be sent again.")
	r.shows(r.run(exitDone, "list"), "3 alerts failed for good", "slack/T1/c/C1  instant  3  due")
	if got := strings.Count(r.run(exitDone, "retry", "--all", "--json"), `"destination":"slack/T1/c/C2"`); got != 3 {
		t.Errorf("%d of the other channel, want 3", got)
	}
	queue := r.run(exitDone, "show", r.coast.String())
	if c0, c2 := strings.Index(queue, "About c0"), strings.Index(queue, "About c2"); c0 < 0 || c2 < c0 {
		t.Errorf("not in their order:\n%s", queue)
	}
}

func TestOutboxUsage(t *testing.T) {
	r := newOutboxRig(t)
	for _, args := range [][]string{
		{},
		{"list", "more"},
		{"list", "--failed", "--waiting"},
		{"list", "--limit", "0"},
		{"show"},
		{"retry"},
		{"retry", "--all", "x"},
		{"retry", "x", "--destination", r.coast.String()},
		{"retry", "--all", "--destination", "C1"},
	} {
		r.run(exitUsage, args...)
	}
	r.shows(r.run(exitFailed, "show", "0123456789"), "nothing of the name", "outbox list --failed")
}
