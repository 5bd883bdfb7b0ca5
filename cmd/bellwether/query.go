package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/alerts/query"
)

func newQuery(w world) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "query [--json] Q",
		Short: "Show what the bot understands of a query",
		Long: `Query reads a keyword expression and prints its canonical form, or what is
wrong with it and how to mend it. docs/query-language.md describes the language.`,
		Example: `  bellwether query 'carbon border tax, CBAM'
  bellwether query --json '"five year plan" NEAR/8 tasks'`,
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return usagef("no query: give one in single quotes")
			case 1:
				return nil
			}
			return usagef("%d words and not one query: put single quotes around it", len(args))
		},
		RunE: func(_ *cobra.Command, args []string) error {
			q, err := query.Parse(args[0])
			if !asJSON {
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(w.stdout, q)
				return err
			}
			return queryJSON(w, q, err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// dashedQuery lets the query of a `query` command begin with a minus sign,
// as in -coal steel: it moves what is no flag behind the -- that ends them.
func dashedQuery(args []string) []string {
	if len(args) == 0 || args[0] != "query" || slices.Contains(args, "--") {
		return args
	}
	var flags, words []string
	for _, a := range args[1:] {
		if strings.HasPrefix(a, "--") || a == "-h" {
			flags = append(flags, a)
		} else {
			words = append(words, a)
		}
	}
	return slices.Concat(args[:1], flags, []string{"--"}, words)
}

func queryJSON(w world, q query.Query, err error) error {
	out := newJSONLines(w.stdout)
	if err == nil {
		return out.Encode(struct {
			Canonical string `json:"canonical"`
		}{q.String()})
	}
	answer := struct {
		Error    string `json:"error"`
		Position int    `json:"position"`
	}{Error: err.Error()}
	if at, ok := errors.AsType[*query.Error](err); ok {
		answer.Position = at.Position
	}
	if err := out.Encode(answer); err != nil {
		return err
	}
	return errReported
}

// newJSONLines writes one object a line, characters such as & as they are.
func newJSONLines(w interface{ Write([]byte) (int, error) }) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
