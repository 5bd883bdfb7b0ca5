package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/redis/embedded"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/examples"
)

func newFeeds(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feeds",
		Short: "Add, list, check and remove feeds, beside those of the configuration",
		Long: `Feeds that are added here, or in chat with sources add, are kept in the store.
Every running bot reads them within seconds; nothing has to be restarted.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return usagef("say what to do: bellwether feeds add, list, check, remove, import or export")
		},
	}
	cmd.AddCommand(newFeedsAdd(w), newFeedsList(w), newFeedsCheck(w), newFeedsRemove(w), newFeedsImport(w), newFeedsExport(w))
	return cmd
}

// feedsFlags are those of commands that work on the list of feeds.
type feedsFlags struct{ outboxFlags }

// feedTools is what they work with.
type feedTools struct {
	cfg     config
	store   *redis.Client
	sources *sourceSet
}

func (f *feedsFlags) with(ctx context.Context, w world, do func(feedTools) error) error {
	cfg, err := loadConfig(w, f.flagValues, false)
	if err != nil {
		return err
	}
	set := openSources(cfg)
	defer set.close()
	err = f.outboxFlags.with(ctx, w, func(c *redis.Client) error {
		return do(feedTools{cfg: cfg, store: c, sources: set})
	})
	if errors.Is(err, embedded.ErrInUse) {
		return fmt.Errorf("%w; while it runs, people in its chat can say sources add URL", err)
	}
	return err
}

func newFeedsAdd(w world) *cobra.Command {
	var f feedsFlags
	cmd := &cobra.Command{
		Use:   "add URL_OR_NAME [--json]",
		Short: "Add the feed at an address, that of a page, or one of the catalogue",
		Long: `Add reads the address first. Where it is that of a page, the page's feed is
added; where the page has several, they are listed and you choose. What stands
in a feed already is history: it is kept for preview, and not posted.`,
		Example: `  bellwether feeds add https://www.example.org/news/feed.xml
  bellwether feeds add www.example.org
  bellwether feeds add "UN News"`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.with(cmd.Context(), w, func(t feedTools) error { return t.add(cmd.Context(), w, args[0], f.json) })
		},
	}
	f.add(cmd)
	return cmd
}

// add finds the feed that is meant, and adds it.
func (t feedTools) add(ctx context.Context, w world, what string, asJSON bool) error {
	address := what
	for _, s := range examples.Sources() {
		if strings.EqualFold(s.Name, what) {
			address = s.Address
		}
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" {
		return usagef("%q is neither an address nor in the catalogue: give https://…, or a name that `bellwether feeds list --catalogue` shows", what)
	}
	found, err := feed.NewFinder(t.sources.clientFor(address)).Find(ctx, address)
	if err != nil {
		return fmt.Errorf("%s can't be added: %w", httpx.Redact(address), err)
	}
	if len(found) > 1 {
		fmt.Fprintf(w.stderr, "That page has %d feeds. Add the one that you want:\n", len(found))
		for _, one := range found {
			fmt.Fprintf(w.stderr, "  bellwether feeds add %s   %s, %s\n", one.Address, cmp.Or(one.Title, "without a title"), count(one.Items, "article", "articles"))
		}
		return errReported
	}
	one, err := addedSource(found[0].Address, found[0].Title)
	if err != nil {
		return err
	}
	if t.sources.has(one.Name) {
		return fmt.Errorf("%s is in the configuration already", one.Name)
	}
	added, err := t.store.Sources().AddSources(ctx, []alerts.AddedSource{one})
	if err != nil {
		return err
	}
	if asJSON {
		return newJSONLines(w.stdout).Encode(addedLine{one.Name, httpx.Redact(one.Address), one.Title, found[0].Items, added[0]})
	}
	if !added[0] {
		_, err = fmt.Fprintf(w.stdout, "%s is there already.\n", one.Name)
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "Added %s%s. It holds %s now; they are kept for preview. New ones are posted.\nUndo: bellwether feeds remove %s\n",
		one.Name, titled(one.Title), count(found[0].Items, "article", "articles"), one.Name)
	return err
}

func titled(title string) string {
	if title == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", title)
}

type addedLine struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Title    string `json:"title"`
	Articles int    `json:"articles"`
	Added    bool   `json:"added"`
}

// addedSource is the record of a feed at an address.
func addedSource(address, title string) (alerts.AddedSource, error) {
	c, err := newSource(address, "")
	if err == nil && c.url == "" {
		err = fault{"not the address of a feed", "begin it with https:// or http://"}
	}
	if err != nil {
		return alerts.AddedSource{}, err
	}
	return alerts.AddedSource{Name: c.name, Address: address, Title: title, Added: time.Now()}, nil
}

func newFeedsRemove(w world) *cobra.Command {
	var f feedsFlags
	cmd := &cobra.Command{
		Use:   "remove NAME_OR_URL",
		Short: "Remove an added feed; what it brought stays",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.with(cmd.Context(), w, func(t feedTools) error { return t.remove(cmd.Context(), w, args[0]) })
		},
	}
	f.add(cmd)
	return cmd
}

func (t feedTools) remove(ctx context.Context, w world, what string) error {
	name := what
	if one, err := newSource(what, ""); err == nil && one.url != "" {
		name = one.name
	}
	gone, err := t.store.Sources().RemoveSource(ctx, name)
	switch {
	case errors.Is(err, alerts.ErrNotFound) && t.sources.has(name):
		return fmt.Errorf("%s stands in the configuration: take it out there", name)
	case errors.Is(err, alerts.ErrNotFound):
		return fmt.Errorf("no feed %s was added: `bellwether feeds list` shows which were", name)
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "Removed %s%s.\n", gone.Name, titled(gone.Title))
	return err
}

func newFeedsList(w world) *cobra.Command {
	var f feedsFlags
	var catalogue bool
	cmd := &cobra.Command{
		Use:   "list [--catalogue] [--json]",
		Short: "List the sources that are read, or the public feeds that Bellwether knows",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if catalogue {
				return listCatalogue(w, f.json)
			}
			return f.with(cmd.Context(), w, func(t feedTools) error { return t.list(cmd.Context(), w, f.json) })
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&catalogue, "catalogue", false, "list the public feeds that Bellwether knows, to add by name")
	return cmd
}

type sourceLine struct {
	Name     string     `json:"name"`
	Address  string     `json:"address"`
	Title    string     `json:"title"`
	From     string     `json:"from"` // configuration, or who added it
	LastGood *time.Time `json:"last_good"`
	Error    string     `json:"error"`
}

func (t feedTools) list(ctx context.Context, w world, asJSON bool) error {
	lines, err := t.lines(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		out := newJSONLines(w.stdout)
		for _, l := range lines {
			if err := out.Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tTITLE\tFROM\tSTATE")
	for _, l := range lines {
		state := "not read yet"
		switch {
		case l.Error != "":
			state = "can't be read: " + l.Error
		case l.LastGood != nil:
			state = "read " + l.LastGood.UTC().Format("2006-01-02 15:04") + " UTC"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", l.Name, l.Title, l.From, state)
	}
	return table.Flush()
}

// lines are those of the configuration, then what was added.
func (t feedTools) lines(ctx context.Context) ([]sourceLine, error) {
	statuses, err := t.store.Turns().Statuses(ctx)
	if err != nil {
		return nil, err
	}
	added, err := t.store.Sources().AddedSources(ctx)
	if err != nil {
		return nil, err
	}
	var out []sourceLine
	line := func(s ingest.Source, title, from string) {
		l := sourceLine{Name: s.Name(), Title: title, From: from, Error: statuses[s.Name()].Error}
		if a, ok := s.(ingest.Addressed); ok {
			l.Address = a.Address()
		}
		if at := statuses[s.Name()].LastGood; !at.IsZero() {
			l.LastGood = &at
		}
		out = append(out, l)
	}
	for _, s := range t.sources.list {
		line(s, "", "configuration")
	}
	for _, a := range added {
		from := "command line"
		if a.By != (alerts.Destination{}) {
			from = a.By.String()
		}
		if !t.sources.has(a.Name) {
			line(t.sources.open(a), a.Title, from)
		}
	}
	return out, nil
}

type catalogueLine struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Kind     string `json:"kind"`
	Country  string `json:"country"`
	Language string `json:"language"`
	Status   string `json:"status"`
	Note     string `json:"note"`
}

func listCatalogue(w world, asJSON bool) error {
	all := examples.Sources()
	slices.SortStableFunc(all, func(a, b examples.Source) int { return cmp.Compare(a.Country, b.Country) })
	if asJSON {
		out := newJSONLines(w.stdout)
		for _, s := range all {
			if err := out.Encode(catalogueLine{s.Name, s.Address, s.Kind, s.Country, s.Language, s.Status, s.Note}); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tCOUNTRY\tLANGUAGE\tKIND\tADDRESS WAS\tADDRESS")
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Country, s.Language, s.Kind, s.Status, s.Address)
	}
	return table.Flush()
}
