package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

const (
	findTime  = 25 * time.Second // for all requests that a page takes
	mostAdded = 1000             // feeds that can be added in chat
)

// Feeds finds feeds for people who add them.
type Feeds interface {
	// Find gives the feed at an address, or those that the page there leads to; it
	// is read as one that nobody vouches for. The error says to a person why there
	// is none, and holds no secret.
	Find(ctx context.Context, address string) ([]alerts.FoundFeed, error)
	// Name gives the name under which the feed at an address is kept, and whether
	// the configuration has it.
	Name(address string) (name string, configured bool, err error)
}

// tellSources is `sources` with all that can stand behind it.
func (b *Bot) tellSources(ctx context.Context, q *request) (chat.Reply, error) {
	word, rest, _ := strings.Cut(q.args, " ")
	rest = strings.TrimSpace(rest)
	var do func(context.Context, *request, string) (chat.Reply, error)
	switch strings.ToLower(word) {
	case "add":
		do = b.addSource
	case "remove", "delete", "rm":
		do = b.removeSource
	default:
		return b.showSources(ctx, q)
	}
	switch {
	case !q.MaySources:
		return q.mayNotChangeSources(), nil
	case b.feeds == nil || b.added == nil:
		return problem("Sources can't be changed here. Whoever runs the bot can, in its configuration."), nil
	case rest == "":
		r := problem("Say which: " + code(word+" …") + " needs an address or a name after it.")
		r.Hints = []string{"`sources add https://www.example.org/news`", "`sources remove NAME`, as `sources` shows it"}
		return r, nil
	}
	return do(ctx, q, rest)
}

func (q *request) mayNotChangeSources() chat.Reply {
	who := "those who run the bot"
	switch q.Person.Platform {
	case alerts.Slack:
		who = "admins of the workspace, or every full member where the Home tab of Bellwether says so,"
	case alerts.Discord:
		who = "people with Manage Server"
	}
	r := problem("Only " + who + " can change what is read.")
	if q.Person.Platform == alerts.Discord {
		r.Hints = []string{"say it as `/policy sources` in a channel of your server"}
	}
	return r
}

// addSource finds the feed that an address leads to and adds it, or offers
// those that there are.
func (b *Bot) addSource(ctx context.Context, q *request, address string) (chat.Reply, error) {
	address, _, _ = strings.Cut(strings.Trim(address, "<>"), "|") // as Slack writes links
	if strings.ContainsAny(address, " \t") || !strings.Contains(address, ".") {
		r := problem(code(address) + " is no address.")
		r.Hints = []string{"`sources add https://www.example.org/news`"}
		return r, nil
	}
	there, err := b.added.AddedSources(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(there) >= mostAdded {
		return problem(fmt.Sprintf("%s feeds were added already, which is as many as can be. `sources remove NAME` makes room.", number(len(there)))), nil
	}
	finding, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	found, err := b.feeds.Find(finding, address)
	switch {
	case ctx.Err() != nil:
		return chat.Reply{}, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return problem("That address takes too long to answer. Please try again later."), nil
	case err != nil:
		return problem("That can't be added: " + shortened(plain(err.Error()), longReason) + "."), nil
	case len(found) > 1:
		return offered(found), nil
	}
	return b.add(ctx, q, found[0])
}

// offered shows the feeds of a page, to choose from.
func offered(found []alerts.FoundFeed) chat.Reply {
	r := chat.Reply{Text: fmt.Sprintf("That page has %s. Nothing is added yet: say which.", count(len(found), "feed"))}
	for _, f := range found {
		r.Rows = append(r.Rows, chat.Row{
			Label: cmp.Or(shortened(plain(f.Title), 60), "without a title"),
			Value: count(f.Items, "item") + ": " + code("sources add "+f.Address),
		})
	}
	return r
}

func (b *Bot) add(ctx context.Context, q *request, f alerts.FoundFeed) (chat.Reply, error) {
	name, configured, err := b.feeds.Name(f.Address)
	if err != nil {
		return problem("That can't be added: " + shortened(plain(err.Error()), longReason) + "."), nil
	}
	stored := []bool{false}
	if !configured {
		stored, err = b.added.AddSources(ctx, []alerts.AddedSource{
			{Name: name, Address: f.Address, Title: f.Title, By: q.Place, Added: q.now},
		})
		if err != nil {
			return chat.Reply{}, fmt.Errorf("add a source: %w", err)
		}
	}
	if !stored[0] {
		r := problem(code(name) + " is read already.")
		r.Hints = []string{code("sources " + name)}
		return r, nil
	}
	q.changed = true
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	text := code(name)
	if title := shortened(plain(f.Title), 100); title != "" {
		text += " (" + title + ")"
	}
	text += " is read from now on.\nIt holds " + count(f.Items, "item") + " now"
	if !f.Newest.IsZero() {
		text += ", the newest of " + moment(f.Newest, location(set), q.now)
	}
	text += ". They count as history: `preview` finds them, and nobody is alerted. What comes from now on is alerted."
	return chat.Reply{
		Text: text, Undo: &chat.Undo{Verb: "sources", Args: "remove " + name},
		Hints: []string{code("sources remove "+name) + " takes it back", "`subscribe QUERY` to hear of what it brings"},
	}, nil
}

// removeSource ends the reading of a feed that was added in this workspace.
func (b *Bot) removeSource(ctx context.Context, q *request, name string) (chat.Reply, error) {
	all, err := b.added.AddedSources(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	i := slices.IndexFunc(all, func(s alerts.AddedSource) bool { return strings.EqualFold(s.Name, name) || s.Address == name })
	switch {
	case i < 0:
		r := problem("No feed " + code(name) + " was added. What stands in the configuration can only be taken out there.")
		r.Hints = []string{code("sources " + name)}
		return r, nil
	case !q.ours(all[i].By):
		return problem(code(all[i].Name) + " was added elsewhere. Whoever runs the bot can remove it."), nil
	}
	gone, err := b.added.RemoveSource(ctx, all[i].Name)
	if errors.Is(err, alerts.ErrNotFound) {
		return problem(code(name) + " is gone already."), nil
	}
	if err != nil {
		return chat.Reply{}, fmt.Errorf("remove a source: %w", err)
	}
	q.changed = true
	return chat.Reply{
		Text:  code(gone.Name) + " is no longer read. What it brought stays, for `preview` and `why`.",
		Hints: []string{"`sources add URL` brings it back"},
	}, nil
}

// ours reports whether a source that was added at by belongs to those who speak.
func (q *request) ours(by alerts.Destination) bool {
	return q.Person.Platform == alerts.Terminal || by.Platform == q.Person.Platform && by.Workspace == q.Person.Workspace
}
