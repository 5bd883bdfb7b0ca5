package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// added is a store of added feeds in memory.
type added []alerts.AddedSource

func (a *added) AddSources(_ context.Context, all []alerts.AddedSource) ([]bool, error) {
	var out []bool
	for _, s := range all {
		there := slices.ContainsFunc(*a, func(o alerts.AddedSource) bool { return o.Name == s.Name })
		if !there {
			*a = append(*a, s)
		}
		out = append(out, !there)
	}
	return out, nil
}

func (a *added) RemoveSource(_ context.Context, name string) (alerts.AddedSource, error) {
	for i, s := range *a {
		if s.Name == name {
			*a = slices.Delete(*a, i, i+1)
			return s, nil
		}
	}
	return alerts.AddedSource{}, alerts.ErrNotFound
}

func (a *added) AddedSources(context.Context) ([]alerts.AddedSource, error) {
	return slices.Clone(*a), nil
}

// feeds are what addresses lead to.
type feeds map[string][]alerts.FoundFeed

func (f feeds) Find(_ context.Context, address string) ([]alerts.FoundFeed, error) {
	if found := f[address]; found != nil {
		return found, nil
	}
	return nil, errors.New("the address 10.0.0.1 is private")
}

func (f feeds) Name(address string) (string, bool, error) {
	name := strings.TrimPrefix(address, "https://")
	return name, name == "gazette.example/feed", nil
}

func changing() (*world, *added) {
	w := newWorld()
	store := &added{}
	w.bot.added = store
	w.bot.feeds = feeds{
		"https://one.example":          {{Address: "https://one.example/rss", Title: "One `News`", Items: 12, Newest: tuesday.Add(-time.Hour)}},
		"https://gazette.example/feed": {{Address: "https://gazette.example/feed"}},
		"https://many.example": {
			{Address: "https://many.example/news.xml", Title: "News", Items: 3}, {Address: "https://many.example/talks.xml", Items: 1},
		},
	}
	return w, store
}

func (w *world) sayAs(t *testing.T, c chat.Command, text string) chat.Reply {
	t.Helper()
	c.Text = text
	return w.bot.Handle(t.Context(), c)
}

func admin() chat.Command {
	p := alerts.Person{Platform: "slack", Workspace: "T1", User: "U1"}
	return chat.Command{Person: p, Place: alerts.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}, MaySources: true}
}

func TestAddingAndRemovingASource(t *testing.T) {
	w, store := changing()
	r := w.sayAs(t, admin(), "sources add <https://one.example|one.example>")
	want := "`one.example/rss` (One 'News') is read from now on.\n" +
		"It holds 12 items now, the newest of 08:00. They count as history: `preview` finds them, and nobody is alerted. What comes from now on is alerted."
	if r.Text != want || !r.Changed || r.Undo == nil {
		t.Errorf("got  %s\nwant %s\n%+v", r.Text, want, r)
	}
	if len(*store) != 1 || (*store)[0].By != admin().Place || !(*store)[0].Added.Equal(tuesday) {
		t.Errorf("stored %+v", *store)
	}
	if r := w.sayAs(t, admin(), "sources add https://one.example"); r.Problem == nil || !strings.Contains(r.Problem.Text, "is read already") {
		t.Errorf("a second time: %+v", r)
	}
	undo := admin()
	undo.Verb, undo.Args = r.Undo.Verb, r.Undo.Args
	if r := w.bot.Handle(t.Context(), undo); r.Problem != nil || len(*store) != 0 {
		t.Errorf("undo: %+v, left %+v", r, *store)
	}
	if r := w.sayAs(t, admin(), "sources remove one.example/rss"); r.Problem == nil {
		t.Errorf("removed twice: %+v", r)
	}
}

func TestSourcesThatAreNotAdded(t *testing.T) {
	for said, want := range map[string]string{
		"sources add":                              "needs an address",
		"sources add nonsense":                     "is no address",
		"sources add https://in.example":           "can't be added: the address 10.0.0.1 is private.",
		"sources add https://gazette.example/feed": "is read already",
		"sources remove gazette":                   "can only be taken out there",
	} {
		w, store := changing()
		if r := w.sayAs(t, admin(), said); r.Problem == nil || !strings.Contains(r.Problem.Text, want) || r.Changed {
			t.Errorf("%s: %+v, want %s", said, r.Problem, want)
		}
		if len(*store) > 0 {
			t.Errorf("%s added %v", said, *store)
		}
	}
}

func TestFeedsOfAPageAreOffered(t *testing.T) {
	w, store := changing()
	r := w.sayAs(t, admin(), "sources add https://many.example")
	want := []chat.Row{
		{Label: "News", Value: "3 items: `sources add https://many.example/news.xml`"},
		{Label: "without a title", Value: "1 item: `sources add https://many.example/talks.xml`"},
	}
	if !slices.Equal(r.Rows, want) || len(*store) != 0 {
		t.Errorf("%+v, stored %v", r, *store)
	}
}

func TestWhoMayChangeSources(t *testing.T) {
	w, store := changing()
	nobody := admin()
	nobody.MaySources = false
	for platform, want := range map[string]string{"slack": "admins of the workspace", "discord": "Manage Server"} {
		nobody.Person.Platform = platform
		for _, said := range []string{"sources add https://one.example", "sources remove x"} {
			if r := w.sayAs(t, nobody, said); r.Problem == nil || !strings.Contains(r.Problem.Text, want) || len(*store) > 0 {
				t.Errorf("%s: %+v", said, r.Problem)
			}
		}
	}
	// What another workspace added is theirs.
	other := admin()
	other.Person.Workspace, other.Place.Workspace = "T2", "T2"
	w.sayAs(t, other, "sources add https://one.example")
	if r := w.sayAs(t, admin(), "sources remove one.example/rss"); r.Problem == nil || len(*store) != 1 {
		t.Errorf("removed another's: %+v", r)
	}
	if r := w.sayAs(t, nobody, "sources"); r.Problem != nil {
		t.Errorf("sources: %+v", r.Problem)
	}
}

func TestAddedSourcesHaveABound(t *testing.T) {
	w, store := changing()
	for i := range mostAdded {
		*store = append(*store, alerts.AddedSource{Name: fmt.Sprint(i)})
	}
	if r := w.sayAs(t, admin(), "sources add https://one.example"); r.Problem == nil || len(*store) != mostAdded {
		t.Errorf("%+v", r)
	}
}
