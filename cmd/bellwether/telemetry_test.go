package main

import (
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.uber.org/goleak"
)

// fetch gives what is served at a path of the address.
func fetch(t *testing.T, address, path string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

// closed are the labels that a metric may have: each has few values, which the
// program or its configuration names.
var closed = []string{"check", "command", "event", "go", "le", "outcome", "platform", "quantile", "scope", "source", "verdict", "version", "when"}

// scrapeOf runs the program with one article that is delivered, and gives what
// it serves at /metrics then.
func scrapeOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	address := freeAddress(t)
	environment := map[string]string{
		"BELLWETHER_HTTP_LISTEN": address, "BELLWETHER_PUBLIC_URL": "http://" + address, "BELLWETHER_DATA": filepath.Join(dir, "data"),
	}
	writeFile(t, filepath.Join(dir, "a.txt"), harborStory)
	p := start(t, environment, "run", "--source", dir)
	p.say("subscribe harbor")
	p.expect("https://news.example.org/harbor-plant")
	for path, want := range map[string]string{
		"/healthz": `{"checks":{"loops":{"ok":true}},"ok":true}`,
		"/readyz":  `{"checks":{"store":{"ok":true},"subscriptions":{"ok":true}},"ready":true}`,
		"/costs":   `{"articles":0,"work":[],"hits":[]}`,
	} {
		if status, body := fetch(t, address, path); status != http.StatusOK || strings.TrimSpace(body) != want {
			t.Errorf("%s: %d %s, want %s", path, status, body, want)
		}
	}
	// The alert may be the one that a new subscription brings, before the matcher
	// knows of it.
	body := ""
	counted := func() bool {
		return strings.Contains(body, "bellwether_subscriptions 1\n") && strings.Contains(body, "bellwether_matched_articles_total 1\n") &&
			strings.Contains(body, `bellwether_send_duration_seconds_count{outcome="accepted",platform="terminal"} 1`)
	}
	for limit := time.Now().Add(30 * time.Second); !counted(); <-time.After(50 * time.Millisecond) {
		if _, body = fetch(t, address, "/metrics"); time.Now().After(limit) {
			break
		}
	}
	if status := p.end(); status != exitDone {
		t.Fatalf("exit status %d; on standard error:\n%s", status, p.stderr)
	}
	return body
}

func TestMetrics(t *testing.T) {
	defer goleak.VerifyNone(t)
	body := scrapeOf(t)
	for _, want := range []string{
		`bellwether_build_info{go="go`, "bellwether_subscriptions 1\n", "bellwether_matched_articles_total 1\n",
		`bellwether_send_duration_seconds_count{outcome="accepted",platform="terminal"} 1`,
		"go_goroutines ", "process_start_time_seconds ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for _, m := range regexp.MustCompile(`(?m)^(bellwether_\w+)\{(.*)\} `).FindAllStringSubmatch(body, -1) {
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(closed, label[1]) {
				t.Errorf("%s has the label %s", m[1], label[1])
			}
		}
	}
}
