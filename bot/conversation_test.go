package bot

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

var update = flag.Bool("update", false, "write the golden files anew")

// world is a bot with all that it works with.
type world struct {
	bot     *Bot
	store   *store
	archive *archive
	outbox  *outbox
	sources sources
	now     time.Time
	log     bytes.Buffer
}

// tuesday is when conversations begin.
var tuesday = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)

func newWorld() *world {
	w := &world{store: newStore(), archive: &archive{articles: articles()}, outbox: newOutbox(), now: tuesday}
	w.sources = sources{
		{Name: "gazette", Address: "https://gazette.example/feed", LastGood: tuesday.Add(-5 * time.Minute), LastNew: tuesday.Add(-time.Hour), Articles: 4},
		{Name: "bureau", Address: "https://bureau.example/rss", Error: "dial tcp: no such host", Next: tuesday.Add(10 * time.Minute)},
		{Address: "wires/"},
	}
	w.bot = New(Config{
		Store: w.store, Archive: w.archive, Outbox: w.outbox, Sources: &w.sources, AnHour: 25,
		Now: func() time.Time { return w.now }, Logger: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	return w
}

// articles are of this project's own, newest first.
func articles() []alerts.Article {
	at := func(hours int) time.Time { return tuesday.Add(-time.Duration(hours) * time.Hour) }
	return []alerts.Article{
		{
			ID: "steel-2", Title: "Ministry cuts steel quota as tariffs rise", URL: "https://www.news.example/steel-2/?utm_source=feed",
			Body:      "The ministry of trade said on Tuesday that the steel quota would be cut by a tenth from April.\n\nImporters had asked for a year to prepare. The tariff on what exceeds the quota rises to a quarter of the price.",
			Publisher: "Example Gazette", Language: "en", Published: at(1), Received: at(1),
		},
		{
			ID: "border-1", Title: "Carbon border tax delayed by a year", URL: "https://news.example/border-1",
			Body:      "The carbon border tax will begin a year later than planned, the council said on Monday.\n\nImporters of steel welcomed the delay.",
			Publisher: "Example Gazette", Language: "en", Published: at(20), Received: at(20),
		},
		{
			ID: "fish-1", Title: "Talks on herring end without a result", URL: "https://sea.example/fish-1",
			Body:      "Talks on the herring quota ended on Friday without a result.",
			Publisher: "Sea Bulletin", Language: "en", Published: at(90), Received: at(90),
		},
		{
			ID: "steel-1", Title: "Steel makers warn of a glut", URL: "https://news.example/steel-1",
			Body:      "Makers of steel warned on Thursday that a glut is building up.",
			Publisher: "Example Gazette", Language: "en", Published: at(200), Received: at(200),
		},
		{
			ID: "old-1", Title: "Steel in the old year", Body: "Too old to be looked at.", Received: at(31 * 24),
		},
	}
}

// The people and places of the tests.
var (
	alice   = alerts.Person{Platform: "slack", Workspace: "T1", User: "alice"}
	bob     = alerts.Person{Platform: "slack", Workspace: "T1", User: "bob"}
	channel = alerts.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}
)

// TestConversations plays the files of testdata/conversations. A line "> …" is
// a command, and the lines up to the next one what came of it; "@ WHO WHERE"
// says who speaks (alice manages the channel, bob does not; WHERE is dm or
// channel; a third word is the platform's time zone of the person); "+ 3h"
// lets time pass; "#" is a comment.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, newWorld(), string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

func play(t *testing.T, w *world, script string) string {
	t.Helper()
	var out strings.Builder
	c := chat.Command{Person: alice, Place: alice.Direct(), MayManage: true}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "#":
			out.WriteString(line + "\n")
		case "@":
			out.WriteString("\n" + line + "\n")
			c = speaker(t, strings.Fields(rest))
		case "+":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatal(err)
			}
			w.now = w.now.Add(d)
			out.WriteString("\n" + line + "\n")
		case ">":
			c.Text = rest
			out.WriteString("\n" + line + "\n" + show(w.bot.Handle(t.Context(), c)))
			for _, n := range w.outbox.take() {
				out.WriteString("  outbox: " + n + "\n")
			}
		}
	}
	if w.log.Len() > 0 {
		t.Errorf("logged: %s", &w.log)
	}
	return out.String()
}

func speaker(t *testing.T, words []string) chat.Command {
	t.Helper()
	if len(words) < 2 {
		t.Fatal("want @ WHO WHERE")
	}
	c := chat.Command{Person: alice, MayManage: true, Place: channel}
	if words[0] == "bob" {
		c.Person, c.MayManage = bob, false
	}
	if words[1] == "dm" {
		c.Place, c.MayManage = c.Person.Direct(), true
	}
	if len(words) > 2 {
		c.TimeZone = words[2]
	}
	return c
}

// show writes a reply, every line set in.
func show(r chat.Reply) string {
	var b strings.Builder
	put := func(format string, args ...any) {
		for l := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
			b.WriteString("  " + l + "\n")
		}
	}
	if r.Text != "" {
		put("%s", r.Text)
	}
	if p := r.Problem; p != nil {
		put("problem: %s", p.Text)
		if p.Position > 0 {
			put("  %s\n  %s^", p.Input, strings.Repeat(" ", p.Position-1))
		}
	}
	for _, i := range r.Items {
		put("[%d] %s; %s; %s; %s", i.Subscription.Number, i.Subscription.Query, i.Subscription.Schedule, i.State, i.Where)
	}
	for _, a := range r.Alerts {
		put("alert: %s", a.Article.Title)
		for i, s := range a.Summary {
			put("       %s", marked(s, i, a.Highlights))
		}
	}
	for _, row := range r.Rows {
		put("%s = %s", row.Label, row.Value)
	}
	for _, h := range r.Hints {
		put("hint: %s", h)
	}
	if a := r.Attachment; a != nil {
		put("file %s (%s):\n%s", a.Name, a.Type, strings.TrimRight(string(a.Data), "\n"))
	}
	if u := r.Undo; u != nil {
		words := strings.TrimSpace(u.Verb + " " + u.Args)
		if u.Number > 0 {
			words += fmt.Sprintf(" as number %d", u.Number)
		}
		if u.Schedule != nil {
			words += ", " + u.Schedule.String()
		}
		put("undo: %s", words)
	}
	if r.Public {
		put("(for everyone)")
	}
	return b.String()
}

func marked(s string, sentence int, highlights []alerts.Highlight) string {
	for _, highlight := range slices.Backward(highlights) {
		if h := highlight; h.Sentence == sentence {
			s = s[:h.Start] + "*" + s[h.Start:h.End] + "*" + s[h.End:]
		}
	}
	return s
}
