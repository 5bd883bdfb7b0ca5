package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/cmd/bellwether/internal/pipeline"
)

func newBenchPipeline(w world) *cobra.Command {
	var cfg pipeline.Config
	var faults, profile string
	var asJSON bool
	cmd := &cobra.Command{
		DisableFlagsInUseLine: true,

		Use:   "pipeline --subscriptions N --articles M --destinations D [--rate R] [--faults SHARES] [--json]",
		Short: "Measure the whole way from the article log to a platform, through the Redis of REDIS_URL",
		Long: `Bench pipeline stores made-up subscriptions in the Redis of REDIS_URL, sends
made-up articles through the log, the engine, the outbox and the dispatcher of
this program, and measures how long they take to a fake platform in this
process, which keeps limits as Slack or Discord do. What arrived there is
compared with what the queries demand. Everything lies below a key prefix of
its own, which is deleted at the end; still, give it a Redis that nobody needs,
for the server's own counts are read.

The percentiles are of the messages that no limit of the platform held back:
those whose channel had no other for a second, whose workspace was not full.`,
		Example: `  REDIS_URL=redis://localhost bellwether bench pipeline --subscriptions 100000 --destinations 20000 --articles 1500 --rate 50`,
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runBenchPipeline(cmd.Context(), w, cfg, faults, profile, asJSON)
		},
	}
	f := cmd.Flags()
	f.IntVar(&cfg.Subscriptions, "subscriptions", 0, "how many subscriptions there are, those of the burst not counted")
	f.IntVar(&cfg.Destinations, "destinations", 0, "how many channels and direct messages they are spread over, ten to a workspace")
	f.IntVar(&cfg.Articles, "articles", 0, "how many articles are sent through")
	f.Float64Var(&cfg.Rate, "rate", 50, "articles a second; 0 sends all at once")
	f.IntVar(&cfg.Hits, "hits", 20, "how many destinations an article hits on average")
	f.IntVar(&cfg.Burst, "burst", 0, "how many destinations one more article hits, half-way")
	f.StringVar(&faults, "faults", "", "`SHARES` of the calls that go wrong: "+pipeline.FaultsHelp+" (hang: no answer; lost: taken, and the answer lost)")
	f.StringVar(&cfg.Platform, "platform", alerts.Slack, "whose limits the fake platform keeps: slack or discord")
	f.DurationVar(&cfg.Latency, "latency", 20*time.Millisecond, "what a call of the platform takes")
	f.IntVar(&cfg.Workers, "workers", platformWorkers, "how many messages are sent at the same time")
	f.IntVar(&cfg.Shards, "shards", defaultShards, "shards of the outbox")
	f.Uint64Var(&cfg.Seed, "seed", 1, "what subscriptions, articles and faults are made from")
	f.StringVar(&profile, "profile", "", "write a CPU profile of the run to `FILE`")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func runBenchPipeline(ctx context.Context, w world, cfg pipeline.Config, faults, profile string, asJSON bool) error {
	var err error
	if cfg.Faults, err = pipeline.ParseFaults(faults); err != nil {
		return usageError{err}
	}
	if cfg.Platform != alerts.Slack && cfg.Platform != alerts.Discord {
		return usagef("no platform %q: it is slack or discord", cfg.Platform)
	}
	base, err := benchRedis(w)
	if err != nil {
		return err
	}
	cfg.URL, cfg.Progress = base.URL, base.Progress
	cfg.Around = func(measure func() error) error { return profiled(profile, measure) }
	r, err := pipeline.Run(ctx, cfg)
	if errors.Is(err, pipeline.ErrConfig) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if asJSON {
		return newJSONLines(w.stdout).Encode(r)
	}
	return r.Print(w.stdout)
}
