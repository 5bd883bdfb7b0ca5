package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

func newOutbox(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "See what waits to be sent and what failed for good, and send it again",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return usagef("say what to do: bellwether outbox list, show or retry")
		},
	}
	cmd.AddCommand(newOutboxList(w), newOutboxShow(w), newOutboxRetry(w))
	return cmd
}

// outboxFlags are those of commands that look into the store.
type outboxFlags struct {
	flagValues
	json bool
}

func (f *outboxFlags) add(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `FILE` in YAML (default: BELLWETHER_CONFIG, else none)")
	cmd.Flags().StringVar(&f.data, "data", "", "folder `DIR` of the embedded store (default: $XDG_DATA_HOME/bellwether, else ~/.local/share/bellwether)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object a line")
}

// with opens the store, lets f work with it, and closes it.
func (f *outboxFlags) with(ctx context.Context, w world, do func(*redis.Client) error) (err error) {
	cfg, err := loadConfig(w, f.flagValues, false)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return do(s.client)
}

func newOutboxList(w world) *cobra.Command {
	var f outboxFlags
	var failed, waiting bool
	var limit int
	cmd := &cobra.Command{
		Use:   "list [--failed | --waiting] [--limit N] [--json]",
		Short: "List what waits, by destination, and what failed for good",
		Long: `List shows each destination for which something waits, the one that is due first
at the top, and then what failed for good and why, the latest first.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if failed && waiting {
				return usagef("--failed and --waiting leave nothing: give one of them")
			}
			if limit < 1 {
				return usagef("--limit %d: give a number from 1", limit)
			}
			return f.with(cmd.Context(), w, func(c *redis.Client) error {
				out := &outboxList{w: w.stdout, json: f.json, limit: limit, now: time.Now()}
				if !failed {
					if err := out.waiting(cmd.Context(), c); err != nil {
						return err
					}
				}
				if waiting {
					return nil
				}
				return out.failed(cmd.Context(), c)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&failed, "failed", false, "only what failed for good")
	cmd.Flags().BoolVar(&waiting, "waiting", false, "only what waits")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most `N` of each")
	return cmd
}

// outboxList writes lists for people, or as JSON.
type outboxList struct {
	w     io.Writer
	json  bool
	limit int
	now   time.Time
}

type laneLine struct {
	Destination string    `json:"destination"`
	Schedule    string    `json:"schedule"`
	Waiting     int       `json:"waiting"`
	Due         time.Time `json:"due"`
}

type deadLine struct {
	ID            string                  `json:"id"`
	Key           string                  `json:"key"`
	Destination   string                  `json:"destination"`
	Schedule      string                  `json:"schedule"`
	Article       string                  `json:"article"`
	Subscriptions []alerts.SubscriptionID `json:"subscriptions"`
	Attempts      int                     `json:"attempts"`
	Enqueued      time.Time               `json:"enqueued"`
	Failed        time.Time               `json:"failed"`
	Reason        string                  `json:"reason"`
}

func deadLineOf(d redis.Dead) deadLine {
	return deadLine{
		ID: deadID(d.Key), Key: d.Key, Destination: d.Lane.Destination.String(), Schedule: d.Lane.Schedule.String(), Article: d.Article,
		Subscriptions: d.Subscriptions, Attempts: d.Attempt, Enqueued: d.Enqueued, Failed: d.Died, Reason: d.Reason,
	}
}

// deadID is a short name of a key, to be typed.
func deadID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:5])
}

func (l *outboxList) waiting(ctx context.Context, c *redis.Client) error {
	var all []laneLine
	err := c.Outbox().Lanes(ctx, func(lane redis.WaitingLane) error {
		all = append(all, laneLine{lane.Destination.String(), lane.Schedule.String(), lane.Items, lane.Due})
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b laneLine) int {
		return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Destination, b.Destination))
	})
	if l.json {
		return printLines(l.w, all[:min(len(all), l.limit)])
	}
	if len(all) == 0 {
		fmt.Fprintln(l.w, "Nothing waits.")
		return nil
	}
	alertsWaiting := 0
	for _, lane := range all {
		alertsWaiting += lane.Waiting
	}
	fmt.Fprintf(l.w, "%s for %s:\n", count(alertsWaiting, "alert waits", "alerts wait"), count(len(all), "destination", "destinations"))
	table := tabwriter.NewWriter(l.w, 0, 0, 2, ' ', 0)
	for _, lane := range all[:min(len(all), l.limit)] {
		fmt.Fprintf(table, "  %s\t%s\t%d\t%s\n", lane.Destination, lane.Schedule, lane.Waiting, l.due(lane.Due))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the list: %w", err)
	}
	l.more(len(all))
	return nil
}

func (l *outboxList) due(at time.Time) string {
	span := at.Sub(l.now)
	if span <= 0 {
		return "due"
	}
	return "due in " + span.Round(time.Second).String()
}

func (l *outboxList) more(all int) {
	if all > l.limit {
		fmt.Fprintf(l.w, "  and %d more: --limit shows them\n", all-l.limit)
	}
}

func (l *outboxList) failed(ctx context.Context, c *redis.Client) error {
	all, err := deadLetters(ctx, c, nil)
	if err != nil {
		return err
	}
	lines := make([]deadLine, 0, min(len(all), l.limit))
	for _, d := range all[:min(len(all), l.limit)] {
		lines = append(lines, deadLineOf(d))
	}
	if l.json {
		return printLines(l.w, lines)
	}
	if len(all) == 0 {
		fmt.Fprintln(l.w, "Nothing failed for good in the last 35 days.")
		return nil
	}
	fmt.Fprintf(l.w, "%s for good:\n", count(len(all), "alert failed", "alerts failed"))
	table := tabwriter.NewWriter(l.w, 0, 0, 2, ' ', 0)
	for _, d := range lines {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", d.ID, d.Failed.Format(time.DateTime), d.Destination, oneLine(d.Reason))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the list: %w", err)
	}
	l.more(len(all))
	fmt.Fprintln(l.w, "See one with `bellwether outbox show ID`, send it again with `bellwether outbox retry ID`.")
	return nil
}

// deadLetters gives those that want takes, all if it is nil, the latest first.
func deadLetters(ctx context.Context, c *redis.Client, want func(redis.Dead) bool) ([]redis.Dead, error) {
	var all []redis.Dead
	err := c.Outbox().Dead(ctx, func(d redis.Dead) error {
		if want == nil || want(d) {
			all = append(all, d)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b redis.Dead) int {
		return cmp.Or(b.Died.Compare(a.Died), strings.Compare(a.Key, b.Key))
	})
	return all, err
}

// oneLine keeps what others wrote from breaking the layout.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func printLines[T any](w io.Writer, lines []T) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, line := range lines {
		if err := enc.Encode(line); err != nil {
			return fmt.Errorf("print as JSON: %w", err)
		}
	}
	return nil
}
