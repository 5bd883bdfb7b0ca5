package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/cmd/bellwether/internal/pipeline"
)

// benchRedis is the part of a measurement's settings that is the same for all.
func benchRedis(w world) (pipeline.Config, error) {
	url, ok := w.lookup("REDIS_URL")
	if !ok || url == "" {
		return pipeline.Config{}, usagef("set REDIS_URL to a Redis that nobody needs, such as redis://localhost")
	}
	return pipeline.Config{
		URL: url, Shards: defaultShards, Platform: alerts.Slack,
		Progress: func(what string) { fmt.Fprintln(w.stderr, what) },
	}, nil
}

func newBenchStart(w world) *cobra.Command {
	var subscriptions, profile string
	var asJSON bool
	cmd := &cobra.Command{
		DisableFlagsInUseLine: true,

		Use:   "start --subscriptions FILE [--json]",
		Short: "Measure how long a start takes with so many subscriptions in the Redis of REDIS_URL",
		Long: `Bench start stores the queries of a file, five to a channel, in the Redis of
REDIS_URL, and measures how long the program takes to read and index them.
What it stores lies below a key prefix of its own, which is deleted at the end.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if subscriptions == "" {
				return usagef("give --subscriptions")
			}
			cfg, err := benchRedis(w)
			if err != nil {
				return err
			}
			cfg.Around = func(measure func() error) error { return profiled(profile, measure) }
			faults := faults{w: w}
			var broken error
			queries := func(yield func(string) bool) {
				more := true
				broken = readSubscriptions(w, subscriptions, func(_ json.RawMessage, _ string, q query.Query) {
					more = more && yield(q.String())
				}, faults.report)
			}
			s, err := pipeline.MeasureStart(cmd.Context(), cfg, queries)
			if err := errors.Join(broken, err); err != nil {
				return err
			}
			if asJSON {
				err = newJSONLines(w.stdout).Encode(s)
			} else {
				_, err = fmt.Fprintf(w.stdout, "stored  %d subscriptions in %.1f s\nready   after %.1f s (%.1f s of processor time), %.0f MB of heap\n",
					s.Subscriptions, s.StoreSeconds, s.ReadySeconds, s.ReadyCPU, float64(s.HeapBytes)/1e6)
			}
			return errors.Join(err, faults.err())
		},
	}
	cmd.Flags().StringVar(&subscriptions, "subscriptions", "", "`FILE` of queries, one JSON object a line: {\"id\":...,\"query\":...}")
	cmd.Flags().StringVar(&profile, "profile", "", "write a CPU profile of the start to `FILE`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func newBenchMemory(w world) *cobra.Command {
	var destinations int
	var asJSON bool
	cmd := &cobra.Command{
		DisableFlagsInUseLine: true,

		Use:   "memory [--destinations D] [--json]",
		Short: "Measure the memory that the Redis of REDIS_URL needs",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := benchRedis(w)
			if err != nil {
				return err
			}
			if destinations < 1 {
				return usagef("--destinations has to be 1 at least")
			}
			cfg.Subscriptions, cfg.Destinations, cfg.Articles, cfg.Hits = 5*destinations, destinations, 1, 1
			m, err := pipeline.MeasureMemory(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			if asJSON {
				return newJSONLines(w.stdout).Encode(m)
			}
			_, err = fmt.Fprintf(w.stdout, `for a thousand of each, in bytes:
idle destinations with five subscriptions   %8.0f
deliveries that wait, first of their lane   %8.0f
deliveries that wait behind others          %8.0f
of that, what stays for 35 days             %8.0f
`, m.Idle, m.First, m.Later, m.Seen)
			return err
		},
	}
	cmd.Flags().IntVar(&destinations, "destinations", 10_000, "how many destinations are stored")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}
