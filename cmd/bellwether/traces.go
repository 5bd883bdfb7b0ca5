package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// flushTime bounds sending what is left at the end.
const flushTime = 3 * time.Second

// traced reports whether traces are asked for. The names are OpenTelemetry's,
// and its SDK reads the rest of them by itself.
// Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
func traced(lookup func(string) (string, bool)) bool {
	set := func(name string) string {
		v, _ := lookup(name)
		return v
	}
	return (set("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "") &&
		!strings.EqualFold(set("OTEL_SDK_DISABLED"), "true")
}

// traces begins to send traces to the endpoint that the environment names, and
// returns what ends that. Nothing waits for the endpoint: what it does not take
// is lost.
func (t *telemetry) traces(ctx context.Context, log *slog.Logger) (end func(), err error) {
	fail := func(err error) (func(), error) { return nil, fmt.Errorf("preparing traces (OTEL_…): %w", err) }
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return fail(err)
	}
	who, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.name", "bellwether"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return fail(err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not sent", "error", err) }))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(who))
	t.tracer = provider.Tracer("github.com/bellwether/bellwether")
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.Warn("the last traces are not sent", "error", err)
		}
	}, nil
}
