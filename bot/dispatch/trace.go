package dispatch

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/bellwether/bellwether/alerts"
)

// traced begins the span of a message: in the trace of its first article that
// has one, linked to those of the others. The platform is all that it says of
// where the message goes.
func (t *turn) traced(ctx context.Context, msg alerts.Delivery) (context.Context, trace.Span) {
	var first context.Context
	var links []trace.Link
	for _, a := range msg.Alerts {
		if a.Article.Trace == "" {
			continue
		}
		of := propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": a.Article.Trace})
		if first == nil {
			first = of
		} else {
			links = append(links, trace.LinkFromContext(of))
		}
	}
	if first == nil {
		return ctx, noop.Span{}
	}
	return t.cfg.Tracer.Start(first, "deliver", trace.WithTimestamp(t.begun), trace.WithLinks(links...), trace.WithAttributes(
		attribute.String("bellwether.platform", msg.Destination.Platform), attribute.Bool("bellwether.digest", msg.IsDigest()),
		attribute.Int("bellwether.alerts", len(msg.Alerts)), attribute.Int("bellwether.attempt", msg.Attempt+1)))
}

// sendTraced calls the messenger within a span.
func (t *turn) sendTraced(ctx context.Context, msg alerts.Delivery) (alerts.Receipt, error) {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return t.messenger.Send(ctx, msg)
	}
	ctx, span := t.cfg.Tracer.Start(ctx, "send", trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("bellwether.platform", msg.Destination.Platform)))
	defer span.End()
	receipt, err := t.messenger.Send(ctx, msg)
	span.SetAttributes(attribute.String("bellwether.outcome", outcomeOf(err)))
	if err != nil {
		span.SetStatus(codes.Error, outcomeOf(err)) // its words are for the log: they may name a channel
	}
	return receipt, err
}
