package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/alerts"
)

func newFeedsImport(w world) *cobra.Command {
	var f feedsFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Add the feeds of a list in OPML, as other readers export it; - reads standard input",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := readOPML(w, args[0])
			if err != nil {
				return err
			}
			return f.with(cmd.Context(), w, func(t feedTools) error { return t.imported(cmd.Context(), w, list) })
		},
	}
	f.add(cmd)
	return cmd
}

func readOPML(w world, file string) (feed.OPML, error) {
	if file == "-" {
		return feed.ReadOPML(w.stdin)
	}
	return openOPML(file)
}

// imported adds what a list names, unread: feeds check tells what can't be.
func (t feedTools) imported(ctx context.Context, w world, list feed.OPML) error {
	faults := faults{w: w}
	for _, p := range list.Problems {
		faults.report(p.Place, p.Err)
	}
	var all []alerts.AddedSource
	configured := 0
	for i, o := range list.Feeds {
		one, err := addedSource(o.Address, o.Title)
		switch {
		case err != nil:
			faults.report(fmt.Sprintf("feed %d (%s)", i+1, o.Title), err)
		case t.sources.has(one.Name):
			configured++
		default:
			all = append(all, one)
		}
	}
	added, err := t.store.Sources().AddSources(ctx, all)
	if err != nil {
		return err
	}
	n := 0
	for _, is := range added {
		if is {
			n++
		}
	}
	there := configured + len(added) - n
	repeated := ""
	if list.Repeat > 0 {
		repeated = fmt.Sprintf(" (the list names %d of its feeds again)", list.Repeat)
	}
	_, err = fmt.Fprintf(w.stdout, "Added %s; %d were there already%s. `bellwether feeds check` reads them all once.\n",
		count(n, "feed", "feeds"), there, repeated)
	if err != nil {
		return err
	}
	return faults.err()
}

func newFeedsExport(w world) *cobra.Command {
	var f feedsFlags
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write all feeds that are read as a list in OPML, with whatever their addresses hold",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.with(cmd.Context(), w, func(t feedTools) error {
				added, err := t.store.Sources().AddedSources(cmd.Context())
				if err != nil {
					return err
				}
				var list []feed.Outline
				for _, c := range t.cfg.sources {
					if c.url != "" {
						list = append(list, feed.Outline{Title: c.name, Address: c.url})
					}
				}
				for _, a := range added {
					if t.sources.has(a.Name) {
						continue
					}
					title := a.Title
					if title == "" {
						title = a.Name
					}
					list = append(list, feed.Outline{Title: title, Address: a.Address})
				}
				return feed.WriteOPML(w.stdout, "Sources of Bellwether", list)
			})
		},
	}
	f.add(cmd)
	return cmd
}
