package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/text"
)

func newBench(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure parts of Bellwether on this machine",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return usagef("say what to measure: bellwether bench match, pipeline, feeds, start or memory")
		},
	}
	cmd.AddCommand(newBenchMatch(w), newBenchPipeline(w), newBenchFeeds(w), newFeedServer(w), newBenchStart(w), newBenchMemory(w))
	return cmd
}

func newBenchMatch(w world) *cobra.Command {
	var subscriptions, articles string
	var asJSON bool
	cmd := &cobra.Command{
		DisableFlagsInUseLine: true,

		Use:   "match --subscriptions FILE --articles FILE [--json]",
		Short: "Measure the engine: load queries, match every article on one goroutine",
		Long: `Bench match loads the queries, matches every article on one goroutine, and
reports the times and the memory of the index.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if subscriptions == "" || articles == "" {
				return usagef("give both --subscriptions and --articles")
			}
			return runBenchMatch(cmd.Context(), w, subscriptions, articles, asJSON)
		},
	}
	cmd.Flags().StringVar(&subscriptions, "subscriptions", "", "`FILE` of queries, one JSON object a line: {\"id\":...,\"query\":...}")
	cmd.Flags().StringVar(&articles, "articles", "", "article `FILE`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

type benchResult struct {
	Subscriptions     int     `json:"subscriptions"`
	Distinct          int     `json:"distinct"`
	Articles          int     `json:"articles"`
	Hits              int     `json:"hits"`
	LoadSeconds       float64 `json:"load_seconds"`
	MatchSeconds      float64 `json:"match_seconds"`
	ArticlesPerSecond float64 `json:"articles_per_second"`
	TokenizeSeconds   float64 `json:"tokenize_seconds"`
	IndexBytes        uint64  `json:"index_bytes"`
}

func runBenchMatch(ctx context.Context, w world, subscriptions, articles string, asJSON bool) error {
	faults := faults{w: w}
	var corpus []alerts.Article
	err := eachArticle(w, []string{articles}, faults.report, func(a alerts.Article) error {
		corpus = append(corpus, a)
		return nil
	})
	if err != nil {
		return err
	}
	if len(corpus) == 0 {
		return fmt.Errorf("%s: no article to measure with", articles)
	}
	result := benchResult{Articles: len(corpus)}
	before := heap()
	start := time.Now()
	engine := match.NewEngine()
	add := func(_ json.RawMessage, _ string, q query.Query) {
		engine.Add(alerts.SubscriptionID(result.Subscriptions), q)
		result.Subscriptions++
	}
	if err := readSubscriptions(w, subscriptions, add, faults.report); err != nil {
		return err
	}
	if result.Subscriptions == 0 {
		return fmt.Errorf("%s: no query to measure with", subscriptions)
	}
	if err := engine.Rebuild(ctx); err != nil {
		return fmt.Errorf("building the index: %w", err)
	}
	result.Distinct = engine.Stats().Distinct
	result.LoadSeconds = time.Since(start).Seconds()
	after := heap()
	result.IndexBytes = after - min(before, after)
	result.TokenizeSeconds = tokenize(corpus)

	var hits match.Hits
	start = time.Now()
	for _, a := range corpus {
		engine.Match(a, &hits)
		result.Hits += len(hits.IDs)
	}
	result.MatchSeconds = time.Since(start).Seconds()
	if result.MatchSeconds > 0 {
		result.ArticlesPerSecond = float64(len(corpus)) / result.MatchSeconds
	}
	runtime.KeepAlive(engine)
	if err := printBench(w, result, asJSON); err != nil {
		return err
	}
	return faults.err()
}

// tokenize times one pass of the tokenizer alone.
func tokenize(corpus []alerts.Article) float64 {
	var lexicons text.Lexicons
	var words text.Scan
	var paragraphs []text.Paragraph
	start := time.Now()
	for _, a := range corpus {
		lexicon := lexicons.Of(a.Language)
		lexicon.Scan(&words, a.Title)
		lexicon.Append(&words, a.Body)
		paragraphs = text.AppendParagraphs(paragraphs[:0], a.Body)
	}
	return time.Since(start).Seconds()
}

// heap is the size of what a collection leaves.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func printBench(w world, r benchResult, asJSON bool) error {
	if asJSON {
		return newJSONLines(w.stdout).Encode(r)
	}
	perArticle := 0.0
	if r.Articles > 0 {
		perArticle = r.MatchSeconds / float64(r.Articles) * 1e6
	}
	_, err := fmt.Fprintf(w.stdout, `subscriptions  %d (%d distinct), loaded in %.2f s, %.1f MB
articles       %d in %.3f s: %.0f a second, %.0f µs each
tokenizer      %.3f s of one pass alone
hits           %d
`, r.Subscriptions, r.Distinct, r.LoadSeconds, float64(r.IndexBytes)/1e6,
		r.Articles, r.MatchSeconds, r.ArticlesPerSecond, perArticle, r.TokenizeSeconds, r.Hits)
	return err
}
