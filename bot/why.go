package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/schedule"
	"github.com/bellwether/bellwether/alerts/text"
	"github.com/bellwether/bellwether/bot/chat"
)

// why tells what of an article hit here, and what became of it. Which alerts
// were sent is known only to the platforms; what it says of that is a
// conclusion from what waits and what is set, and reads as one.
func (b *Bot) why(ctx context.Context, q *request) (chat.Reply, error) {
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(subs) == 0 {
		return q.nothing(), nil
	}
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	article, whole, err := b.wanted(ctx, q, subs, true)
	if err != nil {
		return chat.Reply{}, err
	}
	if article == nil {
		return q.notFound(whole), nil
	}
	hits := explain(text.NewAnalyzer(), *article, subs)
	r := chat.Reply{TimeZone: set.TimeZone, Rows: hits.rows(*article)}
	if q.args != "" {
		r.Rows = append(r.Rows, missed(*article, hits.others, len(hits.subs) == 0)...)
	}
	switch {
	case len(hits.subs) == 0:
		r.Text = "Nothing that is followed " + q.here() + " hits it."
	case q.args == "":
		r.Text = "The newest article that hits something " + q.here() + ":"
	case len(subs) == 1:
		r.Text = "Hit by the only subscription " + q.here() + "."
	default:
		r.Text = fmt.Sprintf("Hit by %d of the %s %s.", len(hits.subs), count(len(subs), "subscription"), q.here())
	}
	h := hit{*article, hits.spans}
	r.Alerts = []alerts.Alert{h.alert(hits.subs...)}
	if len(hits.subs) > 0 {
		fate := b.fate(ctx, q, *article, hits.subs, set)
		r.Rows = append(r.Rows, chat.Row{Label: "what became of it", Value: fate})
		r.Hints = []string{q.undo("unsubscribe", fmt.Sprint(hits.subs[0].Number)), q.undo("edit", fmt.Sprint(hits.subs[0].Number)+" QUERY")}
	}
	return r, nil
}

// wanted finds the article that the person means: by id, short name or address,
// else, with inWords, by words of its headline, else the newest that hits
// anything. whole: nothing of the last 30 days was left out.
func (b *Bot) wanted(ctx context.Context, q *request, subs []alerts.Subscription, inWords bool) (found *alerts.Article, whole bool, err error) {
	address := alerts.CanonicalURL(strings.Trim(q.args, "<>"))
	words := strings.Trim(spelled(q.args), `"`) // replies show headlines in quotes
	inWords = inWords && words != ""
	analyzer := text.NewAnalyzer() // articles share most of their words
	whole, err = b.recent(ctx, q.now, func(a alerts.Article) bool {
		switch {
		case q.args == "":
			if hits := explain(analyzer, a, subs); len(hits.subs) > 0 {
				found = &a
			}
			return found == nil
		case a.ID == q.args || alerts.ShortID(a.ID) == q.args || (a.URL != "" && alerts.CanonicalURL(a.URL) == address):
			found = &a
			return false
		case inWords && found == nil && strings.Contains(spelled(a.Title), words):
			found = &a // unless an older one has this very id
		}
		return true
	})
	return found, whole, err
}

// alike writes quotes and apostrophes as keyboards without others do.
var alike = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'")

// spelled gives what ways to write a headline have in common.
func spelled(s string) string { return strings.ToLower(alike.Replace(plain(s))) }

func (q *request) notFound(whole bool) chat.Reply {
	past := "in the last 30 days"
	if !whole {
		past = "among the newest articles"
	}
	if q.args == "" {
		return chat.Reply{Text: fmt.Sprintf("No article %s hits what is followed %s.", past, q.here()), Hints: []string{q.undo("list", ""), "`sources`"}}
	}
	r := problem(fmt.Sprintf("There is no article %s %s.", code(q.args), past))
	r.Hints = []string{q.undo("why", "") + " takes the newest that hits", "say its address, its id, or words of its headline"}
	return r
}

// hitBy are the subscriptions that an article hits, with the places of each and
// of all, and those that it does not hit.
type hitBy struct {
	subs   []alerts.Subscription
	each   [][]alerts.Span
	spans  []alerts.Span
	others []alerts.Subscription
}

// explain tries every subscription on an article.
func explain(an *text.Analyzer, a alerts.Article, subs []alerts.Subscription) hitBy {
	var all hitBy
	doc := match.Analyze(an, a)
	for _, s := range subs {
		spans, ok := doc.Spans(s.Query)
		if !ok {
			all.others = append(all.others, s)
			continue
		}
		all.subs, all.each = append(all.subs, s), append(all.each, spans)
		all.spans = append(all.spans, spans...)
	}
	all.spans = merged(all.spans)
	return all
}

// rows says what of each subscription hit.
func (h hitBy) rows(a alerts.Article) []chat.Row {
	var rows []chat.Row
	for i, s := range h.subs {
		what := ""
		if len(h.each[i]) > 0 {
			what = matched(a, h.each[i])
		} else {
			what = origins(match.Explain(a, s.Query)[0])
		}
		rows = append(rows, row(s, what))
	}
	return rows
}

func row(s alerts.Subscription, what string) chat.Row {
	return chat.Row{Label: fmt.Sprintf("number %d", s.Number), Value: fmt.Sprintf("%s: %s", code(s.Query.String()), what)}
}

// matched lists the words of spans, and says how many there are and where.
func matched(a alerts.Article, spans []alerts.Span) string {
	where := ""
	switch title := spans[0].Field == alerts.Title; {
	case title && len(spans) == 1:
		where = ", in the headline"
	case title:
		where = ", also in the headline"
	}
	times := "once"
	if len(spans) > 1 {
		times = count(len(spans), "time")
	}
	return some(quoted(a, spans)) + "; " + times + where
}

// origins lists what of a query hit that has no words: where the article comes
// from, or, if that is not it either, all of it, for what is not there hits too.
func origins(p match.Part) string {
	var out []string
	var look func(p match.Part)
	look = func(p match.Part) {
		if !p.Hit {
			return
		}
		switch p.Query.Root().(type) {
		case query.Not:
			return
		case query.Filter:
			out = append(out, plain(query.Describe(p.Query)))
		}
		for _, kid := range p.Parts {
			look(kid)
		}
	}
	look(p)
	if len(out) == 0 {
		return plain(query.Describe(p.Query))
	}
	return some(out)
}

// mostWords is how many words, or parts of a query, a row shows.
const mostWords = 6

// some writes out the first of all, and how many more there are.
func some(all []string) string {
	if n := len(all) - mostWords; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:mostWords], ", "), n)
	}
	return strings.Join(all, ", ")
}

// quoted lists the words of spans, each once, as the article writes them.
func quoted(a alerts.Article, spans []alerts.Span) []string {
	var words []string
	seen := map[string]bool{}
	for _, s := range spans {
		text := a.Body
		if s.Field == alerts.Title {
			text = a.Title
		}
		word := plain(text[s.Start:s.End])
		if key := strings.ToLower(word); !seen[key] {
			seen[key] = true
			words = append(words, "“"+word+"”")
		}
	}
	return words
}

// merged sorts spans and joins those that touch or overlap.
func merged(spans []alerts.Span) []alerts.Span {
	slices.SortFunc(spans, func(a, b alerts.Span) int {
		if a.Field != b.Field {
			return int(a.Field) - int(b.Field)
		}
		return a.Start - b.Start
	})
	var out []alerts.Span
	for _, s := range spans {
		if n := len(out) - 1; n >= 0 && out[n].Field == s.Field && s.Start <= out[n].End {
			out[n].End = max(out[n].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// soon is what an alert waits for every day: its turn, or another try.
const soon = time.Minute

// fate concludes what became of an article here.
func (b *Bot) fate(ctx context.Context, q *request, a alerts.Article, subs []alerts.Subscription, set alerts.Settings) string {
	loc := location(set)
	newer := !slices.ContainsFunc(subs, func(s alerts.Subscription) bool { return !s.Created.After(a.Received) })
	var times []string
	instant := slices.ContainsFunc(subs, func(s alerts.Subscription) bool { return !s.Schedule.IsDigest() })
	for _, s := range subs {
		if when := schedule.Describe(s.Schedule, set.Quiet, loc, q.now); !slices.Contains(times, when) {
			times = append(times, when)
		}
	}
	paused := !slices.ContainsFunc(subs, func(s alerts.Subscription) bool {
		p, _ := schedule.Paused(set, s, q.now)
		return !p
	})
	waits := b.waits(ctx, q, a.ID)
	switch {
	case set.Mutes(a.ID):
		return "it is muted here, and not shown again"
	case paused:
		return "what hits it is paused now; it was sent if it came in before the pause"
	case waits != nil && instant && waits.Due.After(q.now.Add(soon)):
		return fmt.Sprintf("it waits until %s: %s shows what may hold it back", clock(waits.Due, loc, q.now), q.undo("limit", ""))
	case waits != nil:
		return "it waits to be sent " + strings.Join(times, ", or ")
	case newer:
		return fmt.Sprintf("it came in on %s, before it was followed here; the newest of such articles was sent then, the others were not", clock(received(a), loc, q.now))
	}
	return "nothing of it waits: it has been sent, unless it was old when its source was first read, or came in during a pause"
}

func received(a alerts.Article) time.Time {
	if a.Received.IsZero() {
		return a.Time()
	}
	return a.Received
}
