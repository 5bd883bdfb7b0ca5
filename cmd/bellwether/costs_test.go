package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// costsOf serves the costs of an engine, and gives the address.
func costsOf(t *testing.T, costs match.Costs) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /costs", serveCosts(func(n int) match.Costs {
		c := costs
		c.Work, c.Hits = c.Work[:min(n, len(c.Work))], c.Hits[:min(n, len(c.Hits))]
		return c
	}, slog.New(slog.DiscardHandler)))
	server := httptest.NewServer(mux)
	t.Cleanup(func() { http.DefaultClient.CloseIdleConnections(); server.Close() })
	return strings.TrimPrefix(server.URL, "http://")
}

func TestCostsPage(t *testing.T) {
	address := costsOf(t, match.Costs{
		Articles: 9, Work: []match.Cost{{ID: 7, Subscriptions: 2, Work: .75, Evaluated: 1, Hits: .5}, {ID: 8, Work: .25}},
	})
	for path, want := range map[string]string{
		"/costs?n=1":    `{"articles":9,"work":[{"subscription":7,"subscriptions":2,"work":0.75,"evaluated":1,"hits":0.5}],"hits":[]}` + "\n",
		"/costs?n=0":    "n is a number from 1 to 1000\n",
		"/costs?n=many": "n is a number from 1 to 1000\n",
	} {
		if _, body := fetch(t, address, path); body != want {
			t.Errorf("%s: %s, want %s", path, body, want)
		}
	}
}

func TestCostsCommand(t *testing.T) {
	r := newOutboxRig(t)
	q, err := query.Parse("steel NEAR/9 quota")
	if err != nil {
		t.Fatal(err)
	}
	known, _, err := r.client.Subscriptions().Add(t.Context(), alerts.Subscription{
		Owner: alerts.Person{Platform: r.coast.Platform, Workspace: r.coast.Workspace, User: "U1"}, Destination: r.coast, Query: q,
	})
	if err != nil {
		t.Fatal(err)
	}
	address := costsOf(t, match.Costs{
		Articles: 1200,
		Work:     []match.Cost{{ID: known.ID, Subscriptions: 12, Work: .413, Evaluated: 1.02, Hits: .0312}},
		Hits:     []match.Cost{{ID: 1 << 40, Subscriptions: 1, Hits: .0004}},
	})
	run := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		var out, problems bytes.Buffer
		w := world{stdout: &out, stderr: &problems, lookup: func(name string) (string, bool) { v, ok := r.env[name]; return v, ok }}
		if status := execute(t.Context(), w, append([]string{"costs"}, args...)); status != want {
			t.Fatalf("costs %v: status %d, want %d\n%s%s", args, status, want, &out, &problems)
		}
		return out.String(), problems.String()
	}
	got, _ := run(exitDone, "--addr", address)
	want := `Of late, estimated from 1200 articles:

most work
  work  evaluated  hits   subscriptions  query
  41 %  100 %      3.1 %  12             steel NEAR/9 quota

most hits
  work  evaluated  hits    subscriptions  query
  0 %   0 %        <0.1 %  1              (that of subscription 1099511627776)
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
	r.env["BELLWETHER_HTTP_LISTEN"] = address
	got, _ = run(exitDone, "--json", "--limit", "1")
	if want := `"by":"work","subscription":`; strings.Count(got, "\n") != 2 || !strings.Contains(got, want) || !strings.Contains(got, `"query":"steel NEAR/9 quota"`) {
		t.Errorf("as JSON: %s", got)
	}
	r.env["REDIS_URL"] = "redis://127.0.0.1:1"
	if got, problems := run(exitDone); !strings.Contains(got, "(that of subscription ") || !strings.Contains(problems, "words of the queries are not shown: ") {
		t.Errorf("without a store: %s%s", got, problems)
	}
	delete(r.env, "BELLWETHER_HTTP_LISTEN")
	for _, args := range [][]string{nil, {"--limit", "0"}, {"--addr", "nowhere"}, {"extra"}} {
		run(exitUsage, args...)
	}
	run(exitFailed, "--addr", "127.0.0.1:1")
	if got, _ := run(exitDone, "--addr", costsOf(t, match.Costs{})); !strings.HasPrefix(got, "Nothing is known yet") {
		t.Errorf("without an article: %s", got)
	}
}
