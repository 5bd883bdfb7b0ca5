package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
)

// costsPage is what /costs serves. It names subscriptions by their ids only, for
// keywords are nobody's business who can reach it.
type costsPage struct {
	Articles int        `json:"articles"`
	Work     []costLine `json:"work"`
	Hits     []costLine `json:"hits"`
}

type costLine struct {
	By            string                `json:"by,omitempty"` // "work" or "hits"; of the command's lines
	Subscription  alerts.SubscriptionID `json:"subscription"`
	Query         string                `json:"query,omitempty"`
	Subscriptions int                   `json:"subscriptions"`
	Work          float64               `json:"work"`
	Evaluated     float64               `json:"evaluated"`
	Hits          float64               `json:"hits"`
}

func costLines(costs []match.Cost) []costLine {
	out := make([]costLine, 0, len(costs))
	for _, c := range costs {
		out = append(out, costLine{Subscription: c.ID, Subscriptions: c.Subscriptions, Work: c.Work, Evaluated: c.Evaluated, Hits: c.Hits})
	}
	return out
}

const (
	someCosts = 10
	mostCosts = 1000
)

// serveCosts serves /costs?n=10.
func serveCosts(costs func(n int) match.Costs, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("n"), strconv.Itoa(someCosts)))
		if err != nil || n < 1 || n > mostCosts {
			http.Error(w, fmt.Sprintf("n is a number from 1 to %d", mostCosts), http.StatusBadRequest)
			return
		}
		c := costs(n)
		w.Header().Set("Content-Type", "application/json")
		err = json.NewEncoder(w).Encode(costsPage{c.Articles, costLines(c.Work), costLines(c.Hits)})
		if err != nil && r.Context().Err() == nil {
			log.WarnContext(r.Context(), "costs not served", "error", err)
		}
	})
}

// newCosts shows what a running bellwether serves, with the queries.
func newCosts(w world) *cobra.Command {
	var f outboxFlags
	var addr string
	var limit int
	cmd := &cobra.Command{
		Use:   "costs [--addr HOST:PORT] [--limit N] [--json]",
		Short: "Show which queries take a running bellwether the most work, and which hit the most",
		Long: `Costs asks a running bellwether which queries took the most work of late, and
which hit the most articles. It is estimated from one article of 64, of this
replica alone. The words of the queries are read from the store; the embedded
store is in use while the bellwether runs, so there the ids have to do.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 || limit > mostCosts {
				return usagef("--limit %d: give a number from 1 to %d", limit, mostCosts)
			}
			cfg, err := loadConfig(w, f.flagValues, false)
			if err != nil {
				return err
			}
			if addr = cmp.Or(addr, cfg.listen); addr == "" {
				return usagef("no address: set http.listen or BELLWETHER_HTTP_LISTEN, or give --addr HOST:PORT")
			}
			var page costsPage
			err = ask(cmd.Context(), addr, "/costs?n="+strconv.Itoa(limit), func(r io.Reader) error {
				return json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&page)
			})
			if err != nil {
				return err
			}
			if err := f.with(cmd.Context(), w, func(c *redis.Client) error { return page.name(cmd.Context(), c) }); err != nil {
				fmt.Fprintf(w.stderr, "bellwether: the words of the queries are not shown: %v\n", err)
			}
			if f.json {
				return page.lines(w.stdout)
			}
			return page.tables(w.stdout)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&addr, "addr", "", "`HOST:PORT` of http.listen (default: that of the configuration)")
	cmd.Flags().IntVar(&limit, "limit", someCosts, "at most `N` of each")
	return cmd
}

// both calls yield for each line of the page.
func (p *costsPage) both(yield func(by string, l *costLine)) {
	for i := range p.Work {
		yield("work", &p.Work[i])
	}
	for i := range p.Hits {
		yield("hits", &p.Hits[i])
	}
}

// name puts the queries in.
func (p *costsPage) name(ctx context.Context, c *redis.Client) error {
	var ids []alerts.SubscriptionID
	p.both(func(_ string, l *costLine) { ids = append(ids, l.Subscription) })
	if len(ids) == 0 {
		return nil
	}
	subs, err := c.Subscriptions().ByID(ctx, ids)
	if err != nil {
		return err
	}
	queries := map[alerts.SubscriptionID]string{}
	for _, s := range subs {
		queries[s.ID] = s.Query.String()
	}
	p.both(func(_ string, l *costLine) { l.Query = queries[l.Subscription] })
	return nil
}

func (p *costsPage) lines(w io.Writer) error {
	var all []costLine
	p.both(func(by string, l *costLine) { l.By = by; all = append(all, *l) })
	return printLines(w, all)
}

func (p *costsPage) tables(w io.Writer) error {
	if p.Articles == 0 {
		fmt.Fprintln(w, "Nothing is known yet: one article of 64 is looked at.")
		return nil
	}
	fmt.Fprintf(w, "Of late, estimated from %s:\n", count(p.Articles, "article", "articles"))
	for _, t := range []struct {
		title string
		lines []costLine
	}{{"most work", p.Work}, {"most hits", p.Hits}} {
		fmt.Fprintf(w, "\n%s\n", t.title)
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "  work\tevaluated\thits\tsubscriptions\tquery")
		for _, l := range t.lines {
			query := cmp.Or(oneLine(l.Query), fmt.Sprintf("(that of subscription %d)", l.Subscription))
			fmt.Fprintf(table, "  %s\t%s\t%s\t%d\t%s\n", percent(l.Work), percent(l.Evaluated), percent(l.Hits), l.Subscriptions, query)
		}
		if err := table.Flush(); err != nil {
			return fmt.Errorf("print the costs: %w", err)
		}
	}
	return nil
}

// percent writes a share, which as an estimate can be a little more than 1.
func percent(share float64) string {
	switch p := min(100*share, 100); {
	case p == 0:
		return "0 %"
	case p < .1:
		return "<0.1 %"
	case p < 10:
		return fmt.Sprintf("%.1f %%", p)
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}
