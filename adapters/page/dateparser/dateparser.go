// Package dateparser stands in for github.com/markusmobius/go-dateparser, which
// go-trafilatura brings in to find the date of a page. We never ask for that, and
// the real one compiles the expressions of 200 languages at the start of every
// process: 0.3 s and 26 MB, for each `bellwether healthcheck` too. go.mod puts
// this package in its place; it has what go-htmldate refers to, and no more.
package dateparser

import "time"

// ParserType names a way to read a date.
type ParserType uint8

// The ways that go-htmldate names.
const (
	CustomFormat ParserType = iota
	AbsoluteTime
)

// PreferredDateSource is what an incomplete date is completed from.
type PreferredDateSource uint8

// Past completes a date to one that has been.
const Past PreferredDateSource = 1

// Configuration of a Parser.
type Configuration struct {
	PreferredDateSource PreferredDateSource
	StrictParsing       bool
}

// Parser finds no dates.
type Parser struct {
	ParserTypes []ParserType
}

// Date is what was found.
type Date struct {
	Time time.Time
}

// IsZero tells that nothing was.
func (d Date) IsZero() bool { return d.Time.IsZero() }

// Parse finds nothing.
func (*Parser) Parse(*Configuration, string, ...string) (Date, error) { return Date{}, nil }
