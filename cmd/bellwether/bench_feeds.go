package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/cmd/bellwether/internal/feedload"
)

func newBenchFeeds(w world) *cobra.Command {
	var cfg feedload.Config
	var profile string
	var asJSON, verbose bool
	cmd := &cobra.Command{
		DisableFlagsInUseLine: true,

		Use:   "feeds --feeds N [--interval D] [--for D] [--json]",
		Short: "Measure the polling of thousands of feeds, into the Redis of REDIS_URL",
		Long: `Bench feeds serves made-up feeds over HTTPS on this machine, from a process of
their own, and polls them as the bot does: most answer that nothing changed,
some never do, one in twenty takes ten times as long, one in a hundred is down or says nothing,
and a tenth share their host with nine others. It tells how late polls were,
which items were missed, and what the polling process took. What it stores lies
below a key prefix of its own, which is deleted at the end.`,
		Example: `  REDIS_URL=redis://localhost bellwether bench feeds --feeds 5000 --interval 5m --for 16m`,
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if verbose {
				cfg.Logger = slog.New(slog.NewTextHandler(w.stderr, nil))
			}
			return runBenchFeeds(cmd.Context(), w, cfg, profile, asJSON)
		},
	}
	f := cmd.Flags()
	f.IntVar(&cfg.Feeds, "feeds", 5000, "how many feeds there are")
	f.DurationVar(&cfg.Interval, "interval", 5*time.Minute, "what lies between two polls of a feed")
	f.DurationVar(&cfg.For, "for", 16*time.Minute, "how long to poll: twice the interval at least")
	feedServerFlags(cmd, &cfg.Server)
	f.StringVar(&profile, "profile", "", "write a CPU profile of the run to `FILE`")
	f.BoolVar(&verbose, "verbose", false, "say what the bot would log")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func feedServerFlags(cmd *cobra.Command, s *feedload.Server) {
	cmd.Flags().DurationVar(&s.Latency, "latency", 300*time.Millisecond, "what a server takes to answer, on average")
	cmd.Flags().Uint64Var(&s.Seed, "seed", 1, "what feeds are made from")
}

func runBenchFeeds(ctx context.Context, w world, cfg feedload.Config, profile string, asJSON bool) (err error) {
	base, err := benchRedis(w)
	if err != nil {
		return err
	}
	cfg.URL, cfg.Prefix, cfg.Progress = base.URL, "bench-"+rand.Text()+":", base.Progress
	at, stop, err := startFeedServer(ctx, w, cfg.Server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	var result feedload.Result
	err = profiled(profile, func() error {
		result, err = feedload.Run(ctx, cfg, at)
		return err
	})
	if errors.Is(err, feedload.ErrConfig) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if asJSON {
		return newJSONLines(w.stdout).Encode(result)
	}
	return result.Print(w.stdout)
}

// startFeedServer runs this program once more, as the server, so that what is
// measured is the poller's alone. It ends when its standard input does, also if
// this process is killed.
func startFeedServer(ctx context.Context, w world, s feedload.Server) (at feedload.Place, stop func() error, err error) {
	exe, err := os.Executable()
	if err != nil {
		return at, nil, fmt.Errorf("find this program: %w", err)
	}
	server := exec.CommandContext(ctx, exe, "bench", "feed-server", "--feeds", strconv.Itoa(s.Feeds), //nolint:gosec // itself
		"--seed", strconv.FormatUint(s.Seed, 10), "--latency", s.Latency.String())
	server.Args[0] = os.Args[0]
	server.Stderr = w.stderr
	in, err := server.StdinPipe()
	if err != nil {
		return at, nil, fmt.Errorf("serve feeds: %w", err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return at, nil, fmt.Errorf("serve feeds: %w", err)
	}
	if err := server.Start(); err != nil {
		return at, nil, fmt.Errorf("serve feeds: %w", err)
	}
	stop = func() error { return errors.Join(in.Close(), server.Wait()) }
	if err := json.NewDecoder(out).Decode(&at); err != nil {
		return at, nil, errors.Join(fmt.Errorf("serve feeds: %w", err), stop())
	}
	return at, stop, nil
}

// newFeedServer is what bench feeds runs.
func newFeedServer(w world) *cobra.Command {
	var s feedload.Server
	cmd := &cobra.Command{
		Use: "feed-server", Hidden: true, Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			go func() { // ends with the process, which nothing else keeps
				_, _ = io.Copy(io.Discard, w.stdin)
				cancel()
			}()
			return s.Serve(ctx, w.stdout)
		},
	}
	cmd.Flags().IntVar(&s.Feeds, "feeds", 1, "")
	feedServerFlags(cmd, &s)
	return cmd
}
