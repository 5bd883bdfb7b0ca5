package main

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
)

func newFeedsCheck(w world) *cobra.Command {
	var f feedsFlags
	cmd := &cobra.Command{
		Use:   "check [URL]... [--json]",
		Short: "Read feeds once, and say what is wrong with them",
		Long: `Check reads the addresses that are given, else every source of the
configuration and every feed that was added. It keeps nothing of them. Its exit
status is 1 if one can't be read.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.check(cmd.Context(), w, args)
		},
	}
	f.add(cmd)
	return cmd
}

func (f *feedsFlags) check(ctx context.Context, w world, addresses []string) error {
	if len(addresses) == 0 {
		return f.with(ctx, w, func(t feedTools) error {
			added, err := t.store.Sources().AddedSources(ctx)
			if err != nil {
				return err
			}
			all := t.sources.list
			for _, a := range added {
				if !t.sources.has(a.Name) {
					all = append(all, t.sources.open(a))
				}
			}
			return checkSources(ctx, w, all, f.json)
		})
	}
	cfg, err := loadConfig(w, f.flagValues, false)
	if err != nil {
		return err
	}
	set := openSources(cfg)
	defer set.close()
	var all []ingest.Source
	for _, address := range addresses {
		one, err := addedSource(address, "")
		if err != nil {
			return usageError{err}
		}
		all = append(all, set.open(one))
	}
	return checkSources(ctx, w, all, f.json)
}

type checkLine struct {
	Name     string     `json:"name"`
	Address  string     `json:"address"`
	Articles int        `json:"articles"`
	Newest   *time.Time `json:"newest"`
	Words    int        `json:"words"` // of the longest text; few: only teasers
	Left     int        `json:"left_out"`
	Error    string     `json:"error"`
}

func checkSources(ctx context.Context, w world, all []ingest.Source, asJSON bool) error {
	batches, errs := fetchAll(ctx, all)
	failed := false
	for i, s := range all {
		l := checked(s, batches[i], errs[i])
		failed = failed || l.Error != ""
		var err error
		if asJSON {
			err = newJSONLines(w.stdout).Encode(l)
		} else {
			_, err = fmt.Fprintln(w.stdout, l.say())
		}
		if err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// fetchAll reads sources once, several at a time.
func fetchAll(ctx context.Context, all []ingest.Source) ([]alerts.Batch, []error) {
	batches, errs := make([]alerts.Batch, len(all)), make([]error, len(all))
	var fetches errgroup.Group
	fetches.SetLimit(16)
	for i, s := range all {
		fetches.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, checkTime)
			defer cancel()
			batches[i], errs[i] = s.Fetch(ctx, nil)
			return nil
		})
	}
	_ = fetches.Wait() // errs has them
	return batches, errs
}

func checked(s ingest.Source, b alerts.Batch, err error) checkLine {
	l := checkLine{Name: s.Name(), Articles: len(b.Articles), Left: len(b.Problems)}
	if a, ok := s.(ingest.Addressed); ok {
		l.Address = a.Address()
	}
	if err != nil {
		l.Error = err.Error()
		if errors.Is(err, httpx.ErrRefused) {
			l.Error += " (feeds.private_hosts allows a host)"
		}
	}
	for _, a := range b.Articles {
		if at := a.Published; !at.IsZero() && (l.Newest == nil || at.After(*l.Newest)) && !at.After(time.Now()) {
			l.Newest = &at
		}
		l.Words = max(l.Words, words(a.Body))
	}
	return l
}

// words counts roughly: a character of a script without spaces counts as one.
func words(body string) int {
	n, within := 0, false
	for _, r := range body {
		space := r <= ' '
		if !space && (!within || r >= 0x2E80 && utf8.RuneLen(r) > 2) {
			n++
		}
		within = !space
	}
	return n
}

func (l checkLine) say() string {
	if l.Error != "" {
		return fmt.Sprintf("FAIL  %s: %s", l.Name, l.Error)
	}
	text := fmt.Sprintf("ok    %s: %s", l.Name, count(l.Articles, "article", "articles"))
	if l.Newest != nil {
		text += ", the newest of " + l.Newest.UTC().Format("2006-01-02 15:04") + " UTC"
	} else if l.Articles > 0 {
		text += ", none with a date"
	}
	if l.Articles > 0 {
		text += ", texts of up to " + count(l.Words, "word", "words")
	}
	if l.Left > 0 {
		text += fmt.Sprintf("; %d left out", l.Left)
	}
	return text
}
