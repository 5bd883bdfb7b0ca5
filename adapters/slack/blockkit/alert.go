package blockkit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// Delivery lays out an alert, or a part of a digest.
func Delivery(d alerts.Delivery) Message {
	if d.IsDigest() {
		return digest(d)
	}
	loc := chat.Location(d.Settings.TimeZone)
	var m Message
	for i, a := range d.Alerts {
		m.Text = cmp.Or(m.Text, fallback(a))
		m.Blocks = append(m.Blocks, article(a, loc)...)
		if !a.Plain() {
			m.Blocks = append(m.Blocks, alertActions("alert"+strconv.Itoa(i), a))
		}
	}
	if note := legible.LimitNote(d, "/policy limit"); note != "" {
		m.Blocks = append(m.Blocks, small(note))
	}
	return m
}

// bounds are how much of an article is shown.
type bounds struct {
	title, summary, name, url int
}

// wide is an article that stands alone.
func wide() bounds {
	return bounds{title: longTitle, summary: longSummary, name: longName, url: maxURL}
}

// article is headline, source, summary and what hit.
func article(a alerts.Alert, loc *time.Location) []slack.Block {
	b := wide()
	var blocks []slack.Block
	if notice := legible.Notice(a); notice != "" {
		blocks = append(blocks, rich(line(bold(notice))))
	}
	blocks = append(blocks, rich(line(headline(a.Article, b))))
	if about := about(a.Article, loc, b); about != nil {
		blocks = append(blocks, about)
	}
	if sentences := summary(a, b.summary); len(sentences) > 0 {
		blocks = append(blocks, rich(line(sentences...)))
	}
	if matched := legible.Line(strings.Join(a.Matched, ", ")); matched != "" {
		blocks = append(blocks, small("Matched: "+matched))
	}
	return blocks
}

// headline is the title as a link to the source.
func headline(a alerts.Article, b bounds) slack.RichTextSectionElement {
	title := legible.Cut(title(a), b.title)
	if !legible.WebLink(a.URL, maxURL) || legible.Length(a.URL) > b.url {
		return bold(title)
	}
	return slack.NewRichTextSectionLinkElement(a.URL, title, &slack.RichTextSectionTextStyle{Bold: true})
}

func title(a alerts.Article) string { return cmp.Or(legible.Line(a.Title), "(no headline)") }

// about is the line with source, agency, time and language; nil if nothing is
// known.
func about(a alerts.Article, loc *time.Location, b bounds) slack.Block {
	var before []string
	for _, s := range a.Credits() {
		if s = legible.Cut(legible.Line(s), b.name); s != "" {
			before = append(before, s)
		}
	}
	language := legible.Cut(legible.Line(a.Language), b.name)
	t := a.Time()
	date := dated(t, loc)
	if date == nil {
		if !t.IsZero() {
			before = append(before, t.UTC().Format("2 January 2006"))
		}
		if language != "" {
			before = append(before, language)
		}
		if len(before) == 0 {
			return nil
		}
		return small(strings.Join(before, " · "))
	}
	var elements []slack.MixedElement
	if len(before) > 0 {
		elements = append(elements, plain(strings.Join(before, " · ")+" ·"))
	}
	elements = append(elements, date)
	if language != "" {
		elements = append(elements, plain("· "+language))
	}
	return slack.NewContextBlock("", elements...)
}

// dated is a time in the reader's own zone, and in loc for programs that can't
// show that. It is nil for a date: midnight in UTC is what a date without a
// time of day is read as, and moved into another zone it may be the day before.
// Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func dated(t time.Time, loc *time.Location) slack.MixedElement {
	const latest = 253402300799 // the end of the year 9999
	if t.Unix() <= 0 || t.Unix() > latest || chat.IsDate(t) {
		return nil
	}
	return ours(fmt.Sprintf("<!date^%d^{date_long_pretty} at {time}|%s>", t.Unix(), t.In(loc).Format("2 January 2006, 15:04 MST")))
}

// summary gives the sentences with the matched words in bold, in at most that
// many characters.
func summary(a alerts.Alert, most int) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	add := func(text string, style func(string) slack.RichTextSectionElement) {
		if text = legible.Piece(text); text == "" || most < 2 {
			return
		}
		if legible.Length(text) > most {
			text, most = legible.Cut(text, most), 0
		}
		out = append(out, style(text))
		most -= legible.Length(text)
	}
	for i, sentence := range a.Summary {
		if legible.Line(sentence) == "" {
			continue
		}
		if len(out) > 0 {
			add(" ", words)
		}
		last := 0
		for _, h := range a.Highlights {
			if h.Sentence != i || h.Start < last || h.End > len(sentence) || h.Start >= h.End {
				continue
			}
			add(sentence[last:h.Start], words)
			add(sentence[h.Start:h.End], bold)
			last = h.End
		}
		add(sentence[last:], words)
	}
	return out
}

// fallback is an alert in one line.
func fallback(a alerts.Alert) string {
	text := legible.Cut(title(a.Article), longFallback/2)
	if notice := legible.Notice(a); notice != "" {
		text = legible.Cut(notice, longFallback/2) + ": " + text
	}
	if source := cmp.Or(legible.Line(a.Article.Publisher), legible.Line(a.Article.Agency)); source != "" {
		text += " — " + legible.Cut(source, longName)
	}
	if len(a.Summary) > 0 && legible.Line(a.Summary[0]) != "" {
		text += ": " + legible.Line(a.Summary[0])
	}
	return escape(legible.Cut(text, longFallback))
}
