package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

func newOutboxShow(w world) *cobra.Command {
	var f outboxFlags
	cmd := &cobra.Command{
		Use:   "show ID_OR_DESTINATION [--json]",
		Short: "Show what failed for good, or all that waits for a destination",
		Example: `  bellwether outbox show 5d1f00a2c3
  bellwether outbox show slack/T024BE7LD/c/C024BE91L`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.with(cmd.Context(), w, func(c *redis.Client) error {
				if d, err := alerts.ParseDestination(args[0]); err == nil {
					return showDestination(cmd.Context(), w, c, d, f.json)
				}
				return showDead(cmd.Context(), w, c, args[0], f.json)
			})
		},
	}
	f.add(cmd)
	return cmd
}

type queuedLine struct {
	Key           string                  `json:"key"`
	Schedule      string                  `json:"schedule"`
	Article       string                  `json:"article"`
	Title         string                  `json:"title"`
	Subscriptions []alerts.SubscriptionID `json:"subscriptions"`
	Attempts      int                     `json:"attempts"`
	Sending       bool                    `json:"sending"`
	Enqueued      time.Time               `json:"enqueued"`
	Due           time.Time               `json:"due"`
	Reason        string                  `json:"reason"`
}

func showDestination(ctx context.Context, w world, c *redis.Client, d alerts.Destination, asJSON bool) error {
	queue, err := c.Outbox().Queue(ctx, d)
	if err != nil {
		return err
	}
	lines := make([]queuedLine, 0, len(queue))
	for _, q := range queue {
		title, err := titleOf(ctx, c, q.Article)
		if err != nil {
			return err
		}
		lines = append(lines, queuedLine{
			Key: q.Key, Schedule: q.Schedule.String(), Article: q.Article, Title: title, Subscriptions: q.Subscriptions,
			Attempts: q.Attempt, Sending: q.Sending, Enqueued: q.Enqueued, Due: q.Due, Reason: q.Reason,
		})
	}
	if asJSON {
		return printLines(w.stdout, lines)
	}
	if len(lines) == 0 {
		fmt.Fprintf(w.stdout, "Nothing waits for %s.\n", d)
		return nil
	}
	for _, q := range lines {
		fmt.Fprintf(w.stdout, "%s\n  %s, since %s, due %s\n", q.Title, q.Schedule, q.Enqueued.Format(time.DateTime), q.Due.Format(time.DateTime))
		if q.Attempts > 0 {
			fmt.Fprintf(w.stdout, "  %s, the last time: %s\n", count(q.Attempts, "failed try", "failed tries"), oneLine(q.Reason))
		}
		if q.Sending {
			fmt.Fprintln(w.stdout, "  being sent, or it was when a process died")
		}
	}
	return nil
}

// titleOf gives the headline of an article that may be gone.
func titleOf(ctx context.Context, c *redis.Client, id string) (string, error) {
	a, err := c.Articles().Article(ctx, id)
	if errors.Is(err, alerts.ErrNotFound) {
		return "(article " + id + ", which is no longer kept)", nil
	}
	return oneLine(a.Title), err
}

func showDead(ctx context.Context, w world, c *redis.Client, name string, asJSON bool) error {
	found, err := named(ctx, c, name)
	if err != nil {
		return err
	}
	line := deadLineOf(found)
	if asJSON {
		return printLines(w.stdout, []deadLine{line})
	}
	title, err := titleOf(ctx, c, line.Article)
	if err != nil {
		return err
	}
	var subs []string
	for _, id := range line.Subscriptions {
		subs = append(subs, fmt.Sprint(id))
	}
	fmt.Fprintf(w.stdout, `%s
  for            %s (%s)
  subscriptions  %s
  waited from    %s
  failed         %s, after %s
  because        %s
Send it again: bellwether outbox retry %s
`, title, line.Destination, line.Schedule, strings.Join(subs, ", "), line.Enqueued.Format(time.DateTime),
		line.Failed.Format(time.DateTime), count(line.Attempts+1, "try", "tries"), oneLine(line.Reason), line.ID)
	return nil
}

// named finds the dead letter of an id or key.
func named(ctx context.Context, c *redis.Client, name string) (redis.Dead, error) {
	found, err := deadLetters(ctx, c, func(d redis.Dead) bool { return d.Key == name || deadID(d.Key) == name })
	if err != nil {
		return redis.Dead{}, err
	}
	if len(found) == 0 {
		return redis.Dead{}, fmt.Errorf("nothing of the name %q failed for good: `bellwether outbox list --failed` shows what did", name)
	}
	return found[0], nil
}

func newOutboxRetry(w world) *cobra.Command {
	var f outboxFlags
	var all bool
	var destination string
	cmd := &cobra.Command{
		Use:   "retry ID... | --all [--destination D] [--json]",
		Short: "Send again what failed for good",
		Long: `Retry puts alerts that failed for good back at the end of their destination's
queue. A running bellwether sends them; one that fails again is listed again.`,
		Example: `  bellwether outbox retry 5d1f00a2c3
  bellwether outbox retry --all --destination slack/T024BE7LD/c/C024BE91L`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case all == (len(args) > 0):
				return usagef("name what to send again by its id, or give --all")
			case destination != "" && !all:
				return usagef("--destination goes with --all")
			}
			if _, err := alerts.ParseDestination(destination); destination != "" && err != nil {
				return usagef("--destination: %w", err)
			}
			return f.with(cmd.Context(), w, func(c *redis.Client) error {
				return retryDead(cmd.Context(), w, c, args, destination, f.json)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "all that failed for good")
	cmd.Flags().StringVar(&destination, "destination", "", "only for this `D`, as list shows it")
	return cmd
}

// retryDead revives the named dead letters, or all of a destination, or all,
// the oldest first.
func retryDead(ctx context.Context, w world, c *redis.Client, names []string, destination string, asJSON bool) error {
	var chosen []redis.Dead
	for _, name := range names {
		d, err := named(ctx, c, name)
		if err != nil {
			return err
		}
		chosen = append(chosen, d)
	}
	if len(names) == 0 {
		var err error
		chosen, err = deadLetters(ctx, c, func(d redis.Dead) bool {
			return destination == "" || d.Lane.Destination.String() == destination
		})
		if err != nil {
			return err
		}
	}
	lines := make([]deadLine, 0, len(chosen))
	for i := range chosen {
		d := chosen[len(chosen)-1-i]
		err := c.Outbox().Revive(ctx, d.Key)
		if errors.Is(err, alerts.ErrNotFound) {
			continue // somebody else did so at the same time
		}
		if err != nil {
			return err
		}
		lines = append(lines, deadLineOf(d))
	}
	if asJSON {
		return printLines(w.stdout, lines)
	}
	if len(lines) == 0 {
		fmt.Fprintln(w.stdout, "Nothing failed for good, so nothing is sent again.")
		return nil
	}
	fmt.Fprintf(w.stdout, "%s to be sent again.\n", count(len(lines), "alert waits", "alerts wait"))
	return nil
}
