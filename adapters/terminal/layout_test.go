package terminal

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/chat"
)

var update = flag.Bool("update", false, "write the golden files anew")

func parsed(t testing.TB, s string) query.Query {
	t.Helper()
	q, err := query.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// steelAlert is an article of this project's own, hit by two subscriptions.
func steelAlert(t testing.TB) alerts.Alert {
	sentences := []string{
		"The ministry of trade said on Tuesday that the steel quota would be cut by a tenth from April.",
		"Importers had asked for a year to prepare.",
	}
	at := strings.Index(sentences[0], "steel quota")
	return alerts.Alert{
		Article: alerts.Article{
			ID: "steel-1", Title: "Ministry cuts steel quota as tariffs rise", URL: "https://news.example/steel?id=1",
			Publisher: "Example Gazette", Agency: "Example Wire", Language: "en",
			Published: time.Date(2026, 3, 3, 7, 30, 0, 0, time.UTC),
		},
		Subscriptions: []alerts.Subscription{{Number: 1, Query: parsed(t, "steel quota")}, {Number: 4, Query: parsed(t, "tariff")}},
		Matched:       []string{"steel quota", "tariff"},
		Summary:       sentences,
		Highlights:    []alerts.Highlight{{Sentence: 0, Start: at, End: at + len("steel quota")}},
	}
}

func wideAlert(t testing.TB) alerts.Alert {
	s := "会议强调，要因地制宜发展新质生产力，推动传统产业改造升级，培育壮大新兴产业，布局建设未来产业。"
	at := strings.Index(s, "新质生产力")
	return alerts.Alert{
		Article:       alerts.Article{ID: "wide", Title: "因地制宜发展新质生产力", Language: "zh", Publisher: "示例日报", Published: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
		Subscriptions: []alerts.Subscription{{Number: 2, Query: parsed(t, "新质生产力")}},
		Matched:       []string{"新质生产力"},
		Summary:       []string{s},
		Highlights:    []alerts.Highlight{{Start: at, End: at + len("新质生产力")}},
	}
}

func hostileAlert(t testing.TB) alerts.Alert {
	a := steelAlert(t)
	a.Article.Title = "\x1b]0;owned\x07\x1b[2JMinistry\r says \u202eton\u202c"
	a.Article.URL = "https://evil.example/\x1b]8;;x\x07"
	a.Article.Publisher = "Gaz\u009b31mette"
	a.Article.Agency = ""
	a.Summary = []string{"The \x1b[31msteel\x07 quota\x1b[0m was cut."}
	a.Highlights = []alerts.Highlight{{Start: 4, End: 14}}
	return a
}

var goldenAlerts = map[string]func(testing.TB) alerts.Delivery{
	"alert": func(t testing.TB) alerts.Delivery {
		return alerts.Delivery{Alerts: []alerts.Alert{steelAlert(t)}, Settings: alerts.Settings{TimeZone: "Europe/Brussels"}}
	},
	"alert-wide": func(t testing.TB) alerts.Delivery {
		return alerts.Delivery{Alerts: []alerts.Alert{wideAlert(t)}}
	},
	"alert-hostile": func(t testing.TB) alerts.Delivery {
		return alerts.Delivery{Alerts: []alerts.Alert{hostileAlert(t)}}
	},
	"alert-bare": func(testing.TB) alerts.Delivery {
		return alerts.Delivery{Alerts: []alerts.Alert{{Article: alerts.Article{Title: "Nothing but a headline"}}}}
	},
	"alert-limit": func(t testing.TB) alerts.Delivery {
		return alerts.Delivery{
			Alerts: []alerts.Alert{steelAlert(t)}, Settings: alerts.Settings{TimeZone: "Europe/Brussels"},
			Limit: 30, LimitUntil: time.Date(2026, 3, 3, 14, 4, 0, 0, time.UTC),
		}
	},
	"digest-quiet": func(t testing.TB) alerts.Delivery {
		return alerts.Delivery{Alerts: []alerts.Alert{steelAlert(t), wideAlert(t)}, Part: 1, Parts: 1, Gathered: alerts.GatheredQuiet}
	},
	"notice-sources": func(testing.TB) alerts.Delivery {
		return alerts.Delivery{Alerts: []alerts.Alert{{
			Article: alerts.Article{ID: alerts.NoticeReference("d1"), Title: "gov-uk has not been reached since Mon 2 Mar 14:00"}, Notice: alerts.OfSources,
			Summary: []string{"It is tried again all the time; you are told when it is back."},
		}}}
	},
	"digest-proof": func(t testing.TB) alerts.Delivery {
		return alerts.Delivery{
			Alerts: []alerts.Alert{steelAlert(t)}, Part: 1, Parts: 1, Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 480},
			Reading: &alerts.Reading{Sources: 12, Unreached: []alerts.Unreached{{Name: "gov-uk", Since: time.Date(2026, 3, 1, 13, 4, 0, 0, time.UTC)}}}, Settings: alerts.Settings{TimeZone: "Europe/Brussels"},
		}
	},
	"digest": func(t testing.TB) alerts.Delivery {
		return alerts.Delivery{
			Alerts: []alerts.Alert{steelAlert(t), wideAlert(t)}, Part: 1, Parts: 2,
			Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 480},
		}
	},
}

var goldenReplies = map[string]func(testing.TB) chat.Reply{
	"reply-subscribed": func(testing.TB) chat.Reply {
		return chat.Reply{
			Text:  "Following `steel quota` here, as number 1.\nNew articles that it hits are sent at once.",
			Hints: []string{"`unsubscribe 1` takes it back", "`list`"},
		}
	},
	"reply-problem": func(testing.TB) chat.Reply {
		return chat.Reply{
			Problem: &chat.Problem{Text: `unclosed quote at character 8: add " at the end`, Input: `新质 OR "steel`, Position: 7},
			Hints:   []string{"`help queries` shows what a query can say"},
		}
	},
	"reply-list": func(t testing.TB) chat.Reply {
		return chat.Reply{
			Text: "3 subscriptions here.",
			Items: []chat.Item{
				{Subscription: alerts.Subscription{Number: 1, Query: parsed(t, "steel quota")}, State: "active"},
				{Subscription: alerts.Subscription{Number: 2, Query: parsed(t, "新质生产力"), Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 480}}, State: "paused until it is resumed", Where: "channel C1"},
				{Subscription: alerts.Subscription{Number: 12, Query: parsed(t, "(tariff OR quota OR duty OR levy) AND (steel OR aluminium OR copper OR zinc)")}, State: "active"},
			},
		}
	},
	"reply-rows": func(testing.TB) chat.Reply {
		return chat.Reply{
			Text: "What can be said:",
			Rows: []chat.Row{
				{Label: "Commands"},
				{Label: "subscribe QUERY", Value: "be told of new articles that the query hits, in a line that is long enough to be wrapped"},
				{Label: "list", Value: "what is followed here"},
				{Label: "a label that is much longer than all of the others here", Value: "its value"},
			},
		}
	},
	"reply-preview": func(t testing.TB) chat.Reply {
		return chat.Reply{
			Text: "It would have hit 1 of the 7 articles of the last 30 days.", Alerts: []alerts.Alert{steelAlert(t)},
			TimeZone: "Asia/Tokyo", Hints: []string{"`subscribe steel quota` follows it"},
		}
	},
	"reply-attachment": func(testing.TB) chat.Reply {
		return chat.Reply{
			Text:       "2 subscriptions.",
			Attachment: &chat.Attachment{Name: "export.jsonl", Data: []byte("{\"number\":1}\n{\"number\":2,\"query\":\"a\\u001b\u202e\"}\n")},
		}
	},
}

// TestGolden lays out everything plain and unwrapped, as for a pipe, and
// coloured with links in 60 columns. ESC is written ␛.
func TestGolden(t *testing.T) {
	looks := map[string]Options{
		"plain":  {},
		"colour": {Color: true, Hyperlinks: true, Width: 60},
	}
	for look, o := range looks {
		for name, d := range goldenAlerts {
			t.Run(name+"-"+look, func(t *testing.T) {
				var out bytes.Buffer
				o.Out = &out
				d := d(t)
				d.Key = "key"
				r, err := New(o).Send(t.Context(), d)
				if err != nil || len(r.Messages) != 1 {
					t.Fatalf("Send = %v, %v", r, err)
				}
				golden(t, name+"-"+look, out.String())
			})
		}
		for name, r := range goldenReplies {
			t.Run(name+"-"+look, func(t *testing.T) {
				golden(t, name+"-"+look, New(o).page().reply(r(t)))
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	got = strings.ReplaceAll(got, "\x1b", "␛")
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestNoLineIsWiderThanTheWindow(t *testing.T) {
	for _, width := range []int{20, 40, 61, 80} {
		for name, d := range goldenAlerts {
			out := New(Options{Color: true, Hyperlinks: true, Width: width}).page().delivery(d(t))
			for l := range strings.SplitSeq(out, "\n") {
				if w := ansi.StringWidth(l); w > width && !strings.Contains(l, "://") {
					t.Errorf("%s in %d columns: %q takes %d", name, width, l, w)
				}
			}
		}
	}
}

// ourLinks are OSC 8 sequences with nothing in them but a web address, or the
// end of a link.
var ourLinks = regexp.MustCompile(`\x1b\]8;;(?:https?://[!-~]+)?\x07`)

// TestOnlyOurSequences: whatever an article or a reply says, the escape
// sequences in the output are the ones that this package writes.
func TestOnlyOurSequences(t *testing.T) {
	base := steelAlert(t)
	rapid.Check(t, func(t *rapid.T) {
		a := base
		text := func(name string) string { return hostile.Draw(t, name) }
		a.Article.Title, a.Article.URL, a.Article.Publisher = text("title"), text("url"), text("publisher")
		a.Summary = []string{text("sentence")}
		a.Highlights = nil
		if n := len(a.Summary[0]); n > 0 {
			from := rapid.IntRange(0, n-1).Draw(t, "from")
			a.Highlights = []alerts.Highlight{{Start: from, End: rapid.IntRange(from+1, n).Draw(t, "to")}}
		}
		o := Options{Color: rapid.Bool().Draw(t, "color"), Hyperlinks: rapid.Bool().Draw(t, "links"), Width: 40}
		out := New(o).page().delivery(alerts.Delivery{Alerts: []alerts.Alert{a}})
		out += New(o).page().reply(chat.Reply{
			Text: text("text"), Problem: &chat.Problem{Text: text("problem"), Input: text("input"), Position: 3},
			Rows: []chat.Row{{Label: text("label"), Value: text("value")}}, Hints: []string{text("hint")},
			Items: []chat.Item{{State: text("state"), Where: text("where")}},
		})
		for _, ours := range []string{"1", "22", "2", "31", "36", "39"} {
			out = strings.ReplaceAll(out, "\x1b["+ours+"m", "")
		}
		if o.Hyperlinks {
			out = ourLinks.ReplaceAllString(out, "")
		}
		if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && chat.Printable(r) != r }); i >= 0 {
			t.Fatalf("printed %q", out[i:])
		}
	})
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestSendOfABrokenPipeIsPermanent(t *testing.T) {
	term := New(Options{Out: brokenPipe{}})
	_, err := term.Send(t.Context(), alerts.Delivery{Key: "k", Alerts: []alerts.Alert{steelAlert(t)}})
	var send *alerts.SendError
	if !errors.As(err, &send) || !send.Permanent || send.Scope != alerts.ScopePlatform || !errors.Is(err, errPipe) {
		t.Errorf("Send = %v, want a permanent error of the platform around the pipe's", err)
	}
}

func TestPointer(t *testing.T) {
	tests := []struct {
		input           string
		position, width int
		part            string
		column          int
	}{
		{`a "b`, 3, 40, `a "b`, 2},
		{`a "b`, 5, 40, `a "b`, 4},
		{`新质 "b`, 4, 40, `新质 "b`, 5},
		{strings.Repeat("a", 50) + `"` + strings.Repeat("b", 50), 51, 20, `…aaaaaaaa"bbbbbbb…`, 9},
		{`"` + strings.Repeat("b", 50), 1, 20, `"bbbbbbb…`, 0},
		{`a`, 99, 20, `a`, 1},
	}
	for _, tt := range tests {
		part, column := pointer(tt.input, tt.position, tt.width)
		if part != tt.part || column != tt.column {
			t.Errorf("pointer(%q, %d, %d) = %q, %d, want %q, %d", tt.input, tt.position, tt.width, part, column, tt.part, tt.column)
		}
	}
}

func TestCommandsToTypeShareALine(t *testing.T) {
	r := chat.Reply{Hints: []string{"`unsubscribe 1`", "`pause 1 for 3d`", "`help` shows more", "`list`"}}
	want := "`unsubscribe 1` · `pause 1 for 3d`\n`help` shows more\n`list`\n\n"
	if diff := cmp.Diff(want, (&page{}).reply(r)); diff != "" {
		t.Error(diff)
	}
}
