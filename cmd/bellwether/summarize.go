package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/summary"
)

func newSummarize(w world) *cobra.Command {
	var text string
	var sentences int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "summarize [--query Q] [--sentences N] [--json] FILE...",
		Short: "Summarize article files by their own sentences",
		Long: `Summarize prints the sentences of each article that say most of it; with a
query, those that hit come first.

` + articleFilesHelp,
		Example: `  bellwether summarize --query lithium --sentences 2 story.txt`,
		Args:    someFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			if sentences < 1 {
				return usagef("--sentences %d: give a number from 1", sentences)
			}
			var q query.Query
			if text != "" {
				var err error
				if q, err = query.Parse(text); err != nil {
					return usagef("--query %q: %w", text, err)
				}
			}
			return runSummarize(w, q, sentences, asJSON, files)
		},
	}
	cmd.Flags().StringVar(&text, "query", "", "the query `Q` that the summary is for")
	cmd.Flags().IntVar(&sentences, "sentences", 3, "`N` sentences at most")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object an article")
	return cmd
}

func runSummarize(w world, q query.Query, n int, asJSON bool, files []string) error {
	faults := faults{w: w}
	out := newJSONLines(w.stdout)
	err := eachArticle(w, files, faults.report, func(a alerts.Article) error {
		var spans []alerts.Span
		if q.Root() != nil {
			spans, _ = match.Spans(q, a)
		}
		result := summary.Summarize(a, spans, n)
		if asJSON {
			sentences := result.Sentences
			if sentences == nil {
				sentences = []string{}
			}
			return out.Encode(struct {
				Article string   `json:"article"`
				Summary []string `json:"summary"`
			}{a.ID, sentences})
		}
		if _, err := fmt.Fprintf(w.stdout, "%s\n", a.Title); err != nil {
			return err
		}
		for _, s := range result.Sentences {
			if _, err := fmt.Fprintf(w.stdout, "  %s\n", s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("summarizing: %w", err)
	}
	return faults.err()
}
