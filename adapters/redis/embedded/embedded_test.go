package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/redis/embedded"
	"github.com/bellwether/bellwether/alerts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, path string) *embedded.Server {
	t.Helper()
	s, err := embedded.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *embedded.Server) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func connect(t testing.TB, s *embedded.Server) *redis.Client {
	t.Helper()
	c, err := redis.Open(t.Context(), redis.Options{URL: s.URL(), Solo: true, Sync: s.Sync, Shards: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// snapshot gives a file's content under another name, as a kill -9 at this
// moment would leave it.
func snapshot(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

var (
	alice = alerts.Person{Platform: alerts.Terminal, User: "alice"}
	home  = alice.Direct()
)

// TestRestart has a process die with alerts claimed and articles held: what
// was acknowledged is there, and what was held is free at once.
func TestRestart(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "deep", "store")
	s := open(t, path)
	c := connect(t, s)
	for i := range 3 {
		if _, _, err := c.Articles().Append(ctx, alerts.Article{ID: fmt.Sprint("n", i), Title: fmt.Sprint("Title ", i)}, false); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := c.Articles().Next(ctx, 2, 0)
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	if err := c.Articles().Ack(ctx, entries[0].Token); err != nil {
		t.Fatal(err)
	}
	var pendings []alerts.Pending
	for i := range 3 {
		pendings = append(pendings, alerts.Pending{Lane: alerts.Lane{Destination: home}, Article: fmt.Sprint("n", i)})
	}
	if _, err := c.Outbox().Enqueue(ctx, pendings); err != nil {
		t.Fatal(err)
	}
	claims, err := c.Outbox().Claim(ctx, 1, time.Hour)
	if err != nil || len(claims) != 1 {
		t.Fatal(claims, err)
	}
	if err := c.Outbox().Sending(ctx, claims[0], pendings[0].Key()); err != nil {
		t.Fatal(err)
	}
	sub, _, err := c.Subscriptions().Add(ctx, alerts.Subscription{
		Owner: alice, Destination: home, Query: adaptertest.Parse(t, "tariff"),
	})
	if err != nil {
		t.Fatal(err)
	}
	copied := snapshot(t, path) // the Add has saved all of this

	c = connect(t, open(t, copied))
	list, err := c.Subscriptions().List(ctx, home)
	if err != nil || len(list) != 1 || list[0].ID != sub.ID || list[0].Revision != sub.Revision {
		t.Errorf("List = %v, %v, want %v", list, err, sub)
	}
	again, err := c.Articles().Next(ctx, 10, 0)
	if err != nil || len(again) != 2 || again[0].Token != entries[1].Token || again[0].Tries != 1 || again[1].Article.ID != "n2" {
		t.Errorf("Next after a restart = %+v, %v", again, err)
	}
	after, err := c.Outbox().Claim(ctx, 1, time.Hour)
	if err != nil || len(after) != 1 || !after[0].Items[0].Sending || after[0].Items[0].Key != pendings[0].Key() {
		t.Fatalf("Claim after a restart = %+v, %v", after, err)
	}
	if after[0].Token == claims[0].Token {
		t.Error("a token was given twice")
	}
	if err := c.Outbox().Drop(ctx, claims[0], pendings[0].Key()); !errors.Is(err, alerts.ErrStale) {
		t.Errorf("a verdict of the dead process = %v", err)
	}
	if n, err := c.Outbox().Enqueue(ctx, pendings); n != 0 || err != nil {
		t.Errorf("Enqueue after a restart = %d, %v, want all seen", n, err)
	}
	if _, v, err := c.Articles().Append(ctx, alerts.Article{ID: "n0", Title: "Title 0"}, false); v != alerts.Duplicate || err != nil {
		t.Errorf("Append after a restart = %v, %v", v, err)
	}
}

// TestSyncIsShared counts saves by the file's changes: many callers at once
// need few.
func TestSyncIsShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s := open(t, path)
	c := connect(t, s)
	const n = 200
	var group sync.WaitGroup
	start := time.Now()
	for i := range n {
		group.Go(func() {
			d := alerts.Destination{Platform: alerts.Terminal, Channel: fmt.Sprint(i)}
			if _, err := c.Subscriptions().SaveSettings(t.Context(), alerts.Settings{Destination: d}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	t.Logf("%d saved changes in %v", n, time.Since(start))
	found := 0
	other := connect(t, open(t, snapshot(t, path)))
	if _, err := other.Subscriptions().Snapshot(t.Context(), func(alerts.Change) error { found++; return nil }); err != nil || found != n {
		t.Errorf("%d of %d changes are on disk, %v", found, n, err)
	}
	if saves := embedded.Saves(s); saves >= n/2 {
		t.Errorf("%d saves for %d changes at once", saves, n)
	}
}

func TestSyncWithoutChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s := open(t, path)
	c := connect(t, s)
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := embedded.Saves(s)
	for range 3 {
		if _, err := c.Articles().Next(t.Context(), 1, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Outbox().Claim(t.Context(), 1, time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if after := embedded.Saves(s); after != before {
		t.Errorf("%d saves while nothing happened", after-before)
	}
}

func TestMetrics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s := open(t, path)
	registry := prometheus.NewRegistry()
	registry.MustRegister(s)
	c := connect(t, s)
	for _, state := range []string{"x", "y"} {
		if err := c.Articles().SaveState(t.Context(), "feed", []byte(state)); err != nil {
			t.Fatal(err)
		}
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	scrape.Want(t, registry, "bellwether_embedded_save_failures_total")
	if saves := scrape.Lines(t, registry, "bellwether_embedded_save_duration_seconds"); !slices.ContainsFunc(saves, func(l string) bool { return strings.HasPrefix(l, "_count ") && l >= "_count 2" }) {
		t.Errorf("saves %q", saves)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	scrape.Want(t, registry, "bellwether_embedded_file_size_bytes", fmt.Sprint(" ", info.Size()))
}

func TestSyncEnds(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store"))
	c := connect(t, s)
	if err := c.Articles().SaveState(t.Context(), "feed", []byte("x")); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Sync(ended); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Sync after its context = %v", err)
	}
	_ = c.Close()
	shut(t, s)
	shut(t, s) // a second time does nothing
	if err := s.Sync(t.Context()); err != nil {
		t.Errorf("Sync of a store that was saved at its end = %v", err)
	}
}

// TestSaveFails takes the folder away and gives it back.
func TestSaveFails(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	s := open(t, filepath.Join(folder, "store"))
	c := connect(t, s)
	away := folder + "-away"
	if err := os.Rename(folder, away); err != nil {
		t.Fatal(err)
	}
	d := alerts.Settings{Destination: home}
	if _, err := c.Subscriptions().SaveSettings(t.Context(), d); err == nil {
		t.Error("a change that could not be saved was acknowledged")
	}
	if err := os.Rename(away, folder); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(t.Context()); err != nil {
		t.Errorf("Sync when the folder is back = %v", err)
	}
}

func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s := open(t, path)
	c := connect(t, s)
	if err := c.Articles().SaveState(t.Context(), "feed", []byte(strings.Repeat("state", 100))); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	shut(t, s)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for name, test := range map[string]struct {
		data []byte
		say  string
	}{
		"empty":        {nil, "damaged"},
		"half written": {good[:len(good)/2], "damaged"},
		"cut by one":   {good[:len(good)-1], "damaged"},
		"one bit":      {flipped, "damaged"},
		"other file":   {[]byte("To whom it may concern\n"), "damaged"},
		"newer":        {bytes.Replace(good, []byte("store 2"), []byte("store 3"), 1), "newer version"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := embedded.Open(t.Context(), path, nil)
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.say) {
				t.Errorf("error = %v, want the file's name and %q", err, test.say)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, test.data) {
				t.Errorf("the file was changed, %v", err)
			}
		})
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path) // every refusal gave the lock back
}

func TestSecondProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s := open(t, path)
	_, err := embedded.Open(t.Context(), path, nil)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) || !strings.Contains(err.Error(), path) {
		t.Errorf("error = %v, want the file and who has it", err)
	}
	shut(t, s)
	open(t, path)
}

func TestNobodyElse(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store"))
	if !strings.HasPrefix(s.Addr(), "127.0.0.1:") {
		t.Errorf("listens on %s, want the loopback interface", s.Addr())
	}
	for _, password := range []string{"", "guess"} {
		c := goredis.NewClient(&goredis.Options{Addr: s.Addr(), Password: password, Protocol: 2, DisableIdentity: true, MaxRetries: -1})
		defer c.Close()
		for _, command := range [][]any{{"KEYS", "*"}, {"SET", "a", "b"}, {"EVAL", "return 1", 0}, {"BELLWETHER.CHANGED", password}} {
			if v, err := c.Do(t.Context(), command...).Result(); err == nil {
				t.Errorf("%v with password %q = %v", command, password, v)
			}
		}
	}
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "store")
	s := open(t, path)
	c := connect(t, s)
	_ = c.Close()
	shut(t, s)
	for name, want := range map[string]os.FileMode{path: 0o600, path + ".lock": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestLeftoversGo(t *testing.T) {
	folder := t.TempDir()
	left := filepath.Join(folder, ".store123456")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	shut(t, open(t, filepath.Join(folder, "store")))
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed save left is still there: %v", err)
	}
}
