package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// standing is a query under the name that the output gives it: the JSON value
// of its id, and the query as it was written.
type standing struct {
	id   json.RawMessage
	text string
}

func newMatch(w world) *cobra.Command {
	var queries []string
	var subscriptions string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "match [--query Q]... [--subscriptions FILE] [--json] FILE...",
		Short: "Match article files against queries",
		Long: `Match reads article files and prints a line for each query that an article
hits.

` + articleFilesHelp,
		Example: `  bellwether match --query 'BASF AND lithium' story.txt
  bellwether match --subscriptions subs.jsonl --json articles.jsonl.gz`,
		Args: someFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			if len(queries) == 0 && subscriptions == "" {
				return usagef("nothing to match: give --query or --subscriptions")
			}
			return runMatch(w, queries, subscriptions, asJSON, files)
		},
	}
	cmd.Flags().StringArrayVar(&queries, "query", nil, "a query `Q`; may be given again, the first is number 0")
	cmd.Flags().StringVar(&subscriptions, "subscriptions", "", "`FILE` of queries, one JSON object a line: {\"id\":...,\"query\":...}")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a hit")
	return cmd
}

func runMatch(w world, queries []string, subscriptions string, asJSON bool, files []string) error {
	engine := match.NewEngine()
	var all []standing
	add := func(id json.RawMessage, text string, q query.Query) {
		engine.Add(alerts.SubscriptionID(len(all)), q)
		all = append(all, standing{id, text})
	}
	for i, text := range queries {
		q, err := query.Parse(text)
		if err != nil {
			return usagef("--query %q: %w", text, err)
		}
		add(json.RawMessage(strconv.Itoa(i)), text, q)
	}
	faults := faults{w: w}
	if subscriptions != "" {
		if err := readSubscriptions(w, subscriptions, add, faults.report); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(w.stdout)
	var hits match.Hits
	var line func(a alerts.Article, h match.Hit) error
	if asJSON {
		enc := newJSONLines(out)
		line = func(a alerts.Article, h match.Hit) error { return enc.Encode(hitJSON(a, h, all[h.ID])) }
	} else {
		line = func(a alerts.Article, h match.Hit) error {
			s := all[h.ID]
			_, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", a.ID, unquoted(s.id), s.text, excerpt(a, h))
			return err
		}
	}
	err := eachArticle(w, files, faults.report, func(a alerts.Article) error {
		engine.Match(a, &hits)
		for _, h := range hits.List() {
			if err := line(a, h); err != nil {
				return fmt.Errorf("writing hits: %w", err)
			}
		}
		return nil
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	return faults.err()
}

type hitLine struct {
	Article      string          `json:"article"`
	Subscription json.RawMessage `json:"subscription"`
	Query        string          `json:"query"`
	Spans        []alerts.Span   `json:"spans"`
}

func hitJSON(a alerts.Article, h match.Hit, s standing) hitLine {
	spans := h.Spans
	if spans == nil {
		spans = []alerts.Span{} // a filter alone hits without a place
	}
	return hitLine{a.ID, s.id, s.text, spans}
}

func unquoted(id json.RawMessage) string {
	var s string
	if json.Unmarshal(id, &s) == nil {
		return s
	}
	return string(id)
}

// excerpt gives the texts that hit, each once, for a person to read.
func excerpt(a alerts.Article, h match.Hit) string {
	var out []byte
	seen := map[string]bool{}
	for _, s := range h.Spans {
		field := a.Body
		if s.Field == alerts.Title {
			field = a.Title
		}
		if part := field[s.Start:s.End]; !seen[part] {
			seen[part] = true
			out = strconv.AppendQuote(append(out, ' '), part)
		}
	}
	if len(out) > 0 {
		out = out[1:]
	}
	return string(out)
}

// readSubscriptions gives add every query of a JSON-lines file. A line that
// can't be read is reported with its number, and the rest goes on.
func readSubscriptions(w world, path string, add func(json.RawMessage, string, query.Query), report func(string, error)) error {
	f, err := openInput(w, path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines, err := maybeGunzip(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 && !blank(line) {
			if problem := readSubscription(line, add); problem != nil {
				report(path+":"+strconv.Itoa(n), problem)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
	}
}

// maybeGunzip reads through gzip what begins as gzip does.
func maybeGunzip(r *bufio.Reader) (*bufio.Reader, error) {
	magic, err := r.Peek(2)
	if err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return r, nil // a file of less than two bytes is read as it is
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(z, 1<<16), nil
}

func readSubscription(line []byte, add func(json.RawMessage, string, query.Query)) error {
	var s struct {
		ID    json.RawMessage `json:"id"`
		Query string          `json:"query"`
	}
	if err := json.Unmarshal(line, &s); err != nil {
		return errors.New(`the line is not a JSON object such as {"id":1,"query":"tariff"}`)
	}
	if len(s.ID) == 0 {
		return errors.New("the subscription has no id")
	}
	q, err := query.Parse(s.Query)
	if err != nil {
		return err
	}
	add(s.ID, s.Query, q)
	return nil
}

func blank(line []byte) bool {
	for _, b := range line {
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return false
		}
	}
	return true
}
