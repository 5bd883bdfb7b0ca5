package dispatch_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// TestKilledBetweenAnyTwoSteps kills the program with SIGKILL at every edge
// between the steps of a delivery, on a real Redis, and lets it start again.
// Nothing is lost, the order holds, and a message is shown twice only where
// the messenger can't look for it and had taken it just before.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	url := adaptertest.Redis(t)
	edges := []string{
		"before enqueue A 3", "after enqueue A 3", "before ack 3", "after ack 3",
		"after claim A 1", "before sending A 1", "after sending A 1", "after send A 1", "before done A 1", "after done A 1",
		"after claim B 13", "after done B 13", // the last
		// The second of the digest's two parts.
		"after claim digest 1", "before sending digest 2", "after sending digest 2", "after send digest 2", "before done digest 2", "after done digest 2",
	}
	for _, edge := range edges {
		for _, finds := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, finds %v", edge, finds), func(t *testing.T) {
				k := newKill(t, url, finds)
				k.run(t, edge, "stopped")
				k.run(t, "", "finished")
				repeated := 0
				if !finds && (strings.HasPrefix(edge, "after send ") || strings.HasPrefix(edge, "before done")) {
					repeated = 1
				}
				k.check(t, repeated)
			})
		}
	}
}

// kill is a store with articles on their way to three channels and a digest of
// two keywords.
type kill struct {
	url, prefix, file string
	finds             bool
	articles          []string
}

func newKill(t *testing.T, url string, finds bool) *kill {
	t.Helper()
	k := &kill{url: url, prefix: adaptertest.Prefix(t), file: filepath.Join(t.TempDir(), "shown"), finds: finds}
	for i := range 13 {
		k.articles = append(k.articles, fmt.Sprint("a", i))
	}
	client, err := redis.Open(t.Context(), redis.Options{URL: url, Prefix: k.prefix, Shards: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, s := range []struct{ channel, query string }{{"A", "tariff"}, {"B", "tariff"}, {"C", "tariff"}, {"digest", "steel"}, {"digest", "tariff"}} {
		q, err := query.Parse(s.query)
		if err != nil {
			t.Fatal(err)
		}
		sub := alerts.Subscription{
			Owner:       alerts.Person{Platform: alerts.Terminal, User: "U"},
			Destination: alerts.Destination{Platform: alerts.Terminal, Channel: s.channel}, Query: q,
		}
		if s.channel == "digest" {
			sub.Schedule.Cadence = alerts.Hourly
		}
		if _, _, err := client.Subscriptions().Add(t.Context(), sub); err != nil {
			t.Fatal(err)
		}
	}
	for i, id := range k.articles {
		a := alerts.Article{ID: id, Title: "Tariff news " + id, Received: time.Now()}
		if i%2 == 1 {
			a.Title = "Steel " + a.Title // the digest's first keyword hits every other
		}
		if _, _, err := client.Articles().Append(t.Context(), a, false); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// run starts the program and waits until it says the word, then kills it.
func (k *kill) run(t *testing.T, edge, word string) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), helperRedis+"="+k.url, helperPrefix+"="+k.prefix, helperFile+"="+k.file, helperEdge+"="+edge,
		"GORACE=atexit_sleep_ms=0") // else each run takes a second longer with -race
	if k.finds {
		cmd.Env = append(cmd.Env, helperFinder+"=1")
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	said := lines.Text()
	if word == "stopped" {
		_ = cmd.Process.Kill() // SIGKILL
	}
	err = cmd.Wait()
	if said != word || (word == "finished" && err != nil) {
		t.Fatalf("the program with edge %q says %q, want %q; it ends with %v", edge, said, word, err)
	}
}

// check reads what was shown.
func (k *kill) check(t *testing.T, repeated int) {
	t.Helper()
	data, err := os.ReadFile(k.file)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	got := map[string][]string{}
	twice := 0
	for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		f := strings.Split(line, "\t")
		if keys[f[0]] {
			twice++
			continue
		}
		keys[f[0]] = true
		got[f[1]] = append(got[f[1]], f[2:]...)
	}
	var steel, others []string
	for i, id := range k.articles {
		if i%2 == 1 {
			steel = append(steel, id)
		} else {
			others = append(others, id)
		}
	}
	want := map[string][]string{"A": k.articles, "B": k.articles, "C": k.articles, "digest": append(steel, others...)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if twice != repeated {
		t.Errorf("%d messages were shown twice, want %d:\n%s", twice, repeated, data)
	}
}
