package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/redis/embedded"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/bot/matching"
)

// onePage is a source that always has the same articles.
type onePage []alerts.Article

func (onePage) Name() string { return "gazette" }

func (p onePage) Fetch(context.Context, []byte) (alerts.Batch, error) {
	return alerts.Batch{Articles: p, Kind: alerts.FileSource}, nil
}

// refuses takes nothing at first.
type refuses struct{ calls atomic.Int64 }

func (*refuses) Platform() string { return alerts.Slack }

func (r *refuses) Send(context.Context, alerts.Delivery) (alerts.Receipt, error) {
	if r.calls.Add(1) == 1 {
		return alerts.Receipt{}, errors.New("channel secret-channel of xoxb-secret is full")
	}
	return alerts.Receipt{Messages: []string{"1"}}, nil
}

// carry takes articles from a source to a messenger, through a store that
// is all that the stages share, and gives the spans that they told of.
func carry(t *testing.T, articles ...alerts.Article) tracetest.SpanStubs {
	t.Helper()
	ctx := t.Context()
	server, err := embedded.Open(ctx, filepath.Join(t.TempDir(), "store"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := redis.Open(ctx, redis.Options{URL: server.URL(), Shards: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, _, err = client.Subscriptions().Add(ctx, alerts.Subscription{
		Owner:       alerts.Person{Platform: alerts.Slack, Workspace: "secret-team", User: "U"},
		Destination: alerts.Destination{Platform: alerts.Slack, Workspace: "secret-team", Channel: "secret-channel"},
		Query:       adaptertest.Parse(t, "steel"),
	})
	if err != nil {
		t.Fatal(err)
	}
	told := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(told))
	tracer := func() trace.Tracer { return provider.Tracer("test") }
	in := ingest.New(ingest.Config{Log: client.Articles(), Sources: []ingest.Source{onePage(articles)}, Tracer: tracer()})
	match := matching.New(matching.Config{Log: client.Articles(), Subscriptions: client.Subscriptions(), Outbox: client.Outbox(), Tracer: tracer()})
	send := dispatch.New(dispatch.Config{
		Outbox: client.Outbox(), Articles: client.Articles(), Subscriptions: client.Subscriptions(),
		Messengers: []dispatch.Messenger{&refuses{}}, Tracer: tracer(), Jitter: func() float64 { return 0 },
	})
	for range 2 { // the second time everything is known
		if err := errors.Join(in.Once(ctx), match.Drain(ctx), send.Drain(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	return told.GetSpans()
}

// tree writes the spans of a trace below each other.
func tree(spans tracetest.SpanStubs, parent trace.SpanID, indent string) string {
	var out strings.Builder
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	for _, s := range spans {
		if s.Parent.SpanID() == parent {
			status := ""
			if s.Status.Code == codes.Error {
				status = ": " + s.Status.Description
			}
			out.WriteString(indent + s.Name + status + "\n" + tree(spans, s.SpanContext.SpanID(), indent+"  "))
		}
	}
	return out.String()
}

func TestAnArticleIsOneTrace(t *testing.T) {
	spans := carry(t,
		alerts.Article{ID: "secret-id-1", Title: "Steel quota is cut", Body: "The quota of steel falls."},
		alerts.Article{ID: "secret-id-2", Title: "Herring talks end", Body: "Nothing came of them.", URL: "https://news.example.org/herring"})
	traces := map[trace.TraceID]tracetest.SpanStubs{}
	for _, s := range spans {
		traces[s.SpanContext.TraceID()] = append(traces[s.SpanContext.TraceID()], s)
	}
	var got []string
	for _, one := range traces {
		got = append(got, tree(one, trace.SpanID{}, ""))
	}
	slices.Sort(got)
	want := []string{
		"ingest\n  append\n  match\n  enqueue\n",
		"ingest\n  append\n  match\n  enqueue\n  deliver\n    send: error\n  deliver\n    send\n",
	}
	if !slices.Equal(got, want) {
		t.Errorf("traces\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSpansTellNoTextAndNoPlace(t *testing.T) {
	allowed := []string{
		"bellwether.source", "bellwether.verdict", "bellwether.history", "bellwether.hits", "bellwether.alerts",
		"bellwether.platform", "bellwether.digest", "bellwether.attempt", "bellwether.outcome",
	}
	for _, s := range carry(t, alerts.Article{ID: "secret-id", Title: "Steel quota", Body: "The quota.", URL: "https://news.example.org/steel"}) {
		for _, a := range s.Attributes {
			if !slices.Contains(allowed, string(a.Key)) {
				t.Errorf("span %s has the attribute %s", s.Name, a.Key)
			}
		}
		said := fmt.Sprint(s.Name, s.Attributes, s.Events, s.Status)
		for _, secret := range []string{"secret", "xoxb", "Steel", "steel", "quota", "news.example.org"} {
			if strings.Contains(said, secret) {
				t.Errorf("span %s tells %q: %s", s.Name, secret, said)
			}
		}
	}
}

// Traces go where the environment says, and what the program has at its end too.
func TestTracesAreSentToTheEndpoint(t *testing.T) {
	var posts atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/v1/traces" && r.ContentLength > 0 {
			posts.Add(1)
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	watch := newTelemetry()
	end, err := watch.traces(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, span := watch.tracer.Start(t.Context(), "test", trace.WithTimestamp(time.Now()))
	span.End()
	end()
	if posts.Load() != 1 {
		t.Errorf("%d times something was sent, want once", posts.Load())
	}
}

func TestTracesAreAskedFor(t *testing.T) {
	for _, c := range []struct {
		environment map[string]string
		want        bool
	}{
		{nil, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_SDK_DISABLED": "true"}, false},
	} {
		if got := traced(func(name string) (string, bool) { v, ok := c.environment[name]; return v, ok }); got != c.want {
			t.Errorf("%v: %v", c.environment, got)
		}
	}
}
