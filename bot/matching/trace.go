package matching

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/bellwether/bellwether/alerts"
)

// traced adds a span to an entry's trace, if it has one, that began then and
// ends now.
func (m *Matcher) traced(e alerts.LogEntry, name string, begun time.Time, attributes ...attribute.KeyValue) {
	if e.Article.Trace == "" {
		return
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": e.Article.Trace})
	_, span := m.cfg.Tracer.Start(ctx, name, trace.WithTimestamp(begun), trace.WithAttributes(attributes...))
	span.End()
}
