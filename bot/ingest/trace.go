package ingest

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/bellwether/bellwether/alerts"
)

// Each article has a trace of its own, which begins here, for the articles of a
// poll have nothing in common after it: the poll's own trace is linked. It
// travels in the article's record (alerts.Article.Trace), so that it costs
// nothing for what waits in the outbox.

// tracePoll begins the span of a poll.
func (s *source) tracePoll(ctx context.Context) (context.Context, trace.Span) {
	return s.in.cfg.Tracer.Start(ctx, "poll", trace.WithNewRoot(), trace.WithAttributes(attribute.String("bellwether.source", s.src.Name())))
}

// append logs an article within its trace. That of one that was seen before is
// dropped: a span that does not end is told to nobody.
func (s *source) append(ctx context.Context, a alerts.Article, history bool) (alerts.Article, alerts.Verdict, error) {
	root, span := s.in.cfg.Tracer.Start(ctx, "ingest", trace.WithNewRoot(), trace.WithLinks(trace.LinkFromContext(ctx)),
		trace.WithTimestamp(s.begun), trace.WithAttributes(attribute.String("bellwether.source", s.src.Name())))
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(root, carrier)
	a.Trace = carrier.Get("traceparent")
	begun := time.Now()
	logged, verdict, err := s.in.cfg.Log.Append(root, a, history)
	if err == nil && verdict == alerts.Duplicate {
		return logged, verdict, nil
	}
	_, child := s.in.cfg.Tracer.Start(root, "append", trace.WithTimestamp(begun), trace.WithAttributes(
		attribute.String("bellwether.verdict", verdict.String()), attribute.Bool("bellwether.history", history)))
	if err != nil {
		child.SetStatus(codes.Error, "not logged")
		span.SetStatus(codes.Error, "not logged")
	}
	child.End()
	span.End()
	return logged, verdict, err
}

// ended ends the span of a poll.
func ended(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, "the poll failed") // why is for the log: an error may name a secret address
	}
	span.End()
}
