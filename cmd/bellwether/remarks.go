package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// remarks is the log as a person at the prompt reads it: one short sentence a
// record, without time, level and ids. Logs for programs have those.
type remarks struct {
	say   func(text string) error
	level slog.Level
	attrs []slog.Attr
}

// Enabled implements slog.Handler.
func (r *remarks) Enabled(_ context.Context, l slog.Level) bool { return l >= r.level }

// WithAttrs implements slog.Handler.
func (r *remarks) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *r
	with.attrs = slices.Concat(r.attrs, attrs)
	return &with
}

// WithGroup implements slog.Handler. Names of groups are not shown.
func (r *remarks) WithGroup(string) slog.Handler { return r }

// Handle implements slog.Handler.
func (r *remarks) Handle(_ context.Context, rec slog.Record) error {
	source, reason := "", ""
	look := func(a slog.Attr) bool {
		switch a.Key {
		case "source":
			source = a.Value.String()
		case "place": // narrower than its source, which comes before it
			source = a.Value.String()
		case "error":
			reason = inWords(a.Value)
		}
		return true
	}
	for _, a := range r.attrs {
		look(a)
	}
	rec.Attrs(look)
	return r.say(sentence(rec.Message, source, reason))
}

// sentence says what happened to what, and why.
func sentence(message, source, reason string) string {
	if source == "" {
		return joinNonEmpty(": ", message, reason)
	}
	switch message {
	case "source failed; it is tried again with growing pauses":
		return source + " can't be read: " + reason + "; trying again later"
	case "source is back":
		return source + " can be read again"
	}
	return joinNonEmpty(": ", source, message, reason)
}

// inWords is an error's text; that of a server that asks to be left alone is
// without the figures that only the program needs.
func inWords(v slog.Value) string {
	err, ok := v.Any().(error)
	if !ok {
		return v.String()
	}
	var asked *alerts.SendError
	if errors.As(err, &asked) && asked.Err != nil {
		err = asked.Err
	}
	return err.Error()
}

func joinNonEmpty(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
