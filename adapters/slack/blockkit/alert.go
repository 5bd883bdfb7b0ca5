package blockkit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
)

// Delivery lays out an alert, or a part of a digest.
func Delivery(d alerts.Delivery) Message {
	if d.Schedule.IsDigest() {
		return digest(d)
	}
	loc := location(d.Settings.TimeZone)
	var m Message
	for i, a := range d.Alerts {
		m.Text = cmp.Or(m.Text, fallback(a))
		m.Blocks = append(m.Blocks, alert(i, a, loc)...)
	}
	return m
}

// alert is an article with its buttons.
func alert(n int, a alerts.Alert, loc *time.Location) []slack.Block {
	blocks := article(a, loc)
	if len(a.Matched) > 0 {
		blocks = append(blocks, small("Matched: "+clean(strings.Join(a.Matched, ", "))))
	}
	return append(blocks, alertActions("alert"+strconv.Itoa(n), a))
}

// article is headline, source and summary.
func article(a alerts.Alert, loc *time.Location) []slack.Block {
	blocks := []slack.Block{rich(line(headline(a.Article)))}
	if about := about(a.Article, loc); about != nil {
		blocks = append(blocks, about)
	}
	if sentences := summary(a); len(sentences) > 0 {
		blocks = append(blocks, rich(line(sentences...)))
	}
	return blocks
}

// headline is the title as a link to the source.
func headline(a alerts.Article) slack.RichTextSectionElement {
	title := cut(cmp.Or(clean(a.Title), "(no headline)"), longTitle)
	if !webLink(a.URL) {
		return bold(title)
	}
	return slack.NewRichTextSectionLinkElement(a.URL, title, &slack.RichTextSectionTextStyle{Bold: true})
}

// about is the line with source, agency, time and language; nil if nothing is
// known.
func about(a alerts.Article, loc *time.Location) slack.Block {
	var before []string
	for _, s := range []string{a.Publisher, a.Agency} {
		if s = cut(clean(s), longName); s != "" {
			before = append(before, s)
		}
	}
	var elements []slack.MixedElement
	language := cut(clean(a.Language), longName)
	t := a.Time()
	if t.IsZero() || isDate(t) {
		if !t.IsZero() {
			before = append(before, t.UTC().Format("2 January 2006"))
		}
		if language != "" {
			before = append(before, language)
		}
		language = ""
	}
	if len(before) > 0 {
		elements = append(elements, plain(strings.Join(before, " · ")))
	}
	if !t.IsZero() && !isDate(t) {
		// In the reader's own zone.
		// Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
		text := fmt.Sprintf("<!date^%d^{date_long_pretty}, {time}|%s>", t.Unix(), t.In(loc).Format("2 January 2006, 15:04 MST"))
		elements = append(elements, slack.NewTextBlockObject(slack.MarkdownType, text, false, false))
	}
	if language != "" {
		elements = append(elements, plain(language))
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewContextBlock("", elements...)
}

// isDate: midnight in UTC is what a date without a time of day is read as; it
// is shown as that date, whatever the zone.
func isDate(t time.Time) bool { return t.UTC().Equal(t.UTC().Truncate(24 * time.Hour)) }

// summary gives the sentences with the matched words in bold.
func summary(a alerts.Alert) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	left := maxSection
	for i, sentence := range a.Summary {
		if left < 2 || clean(sentence) == "" {
			continue
		}
		if len(out) > 0 {
			out = append(out, words(" "))
			left--
		}
		last := 0
		add := func(text string, make func(string) slack.RichTextSectionElement) {
			if text = cut(cleanEdges(text), left); text != "" && left > 1 {
				out = append(out, make(text))
				left -= length(text)
			}
		}
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
	text := cmp.Or(clean(a.Article.Title), "(no headline)")
	if source := cmp.Or(clean(a.Article.Publisher), clean(a.Article.Agency)); source != "" {
		text += " — " + source
	}
	if len(a.Summary) > 0 {
		text += ": " + clean(a.Summary[0])
	}
	return escape(cut(text, longFallback))
}

// digest is a part of a digest, its articles together by keyword.
func digest(d alerts.Delivery) Message {
	loc := location(d.Settings.TimeZone)
	cadence := map[alerts.Cadence]string{alerts.Hourly: "Hourly", alerts.Daily: "Daily", alerts.Weekly: "Weekly"}[d.Schedule.Cadence]
	title := fmt.Sprintf("%s digest: %s", cadence, count(len(d.Alerts), "article"))
	if d.Parts > 1 {
		title = fmt.Sprintf("%s digest, part %d of %d: %s", cadence, d.Part, d.Parts, count(len(d.Alerts), "article"))
	}
	m := Message{Text: escape(cut(title+" on "+strings.Join(keywords(d.Alerts), ", "), longFallback))}
	if d.Thread == "" {
		m.Blocks = append(m.Blocks, slack.NewHeaderBlock(plain(cut(title, maxHeader))))
	} else {
		m.Blocks = append(m.Blocks, small(title))
	}
	for n, g := range grouped(d.Alerts) {
		if n > 0 {
			m.Blocks = append(m.Blocks, slack.NewDividerBlock())
		}
		m.Blocks = append(m.Blocks, rich(line(bold(g.keyword))))
		for _, i := range g.members {
			m.Blocks = append(m.Blocks, item(i, d.Alerts[i], loc)...)
		}
	}
	m.Blocks = append(m.Blocks, small("/policy digest changes when this comes · /policy list shows what is followed here"))
	m.Blocks = fit(m.Blocks, maxMessageBlocks)
	return m
}

// fit leaves out dividers, the last first, until there are at most that many
// blocks. Ten articles fit without them, each under a keyword of its own.
func fit(blocks []slack.Block, most int) []slack.Block {
	for i := len(blocks) - 1; i >= 0 && len(blocks) > most; i-- {
		if blocks[i].BlockType() == slack.MBTDivider {
			blocks = append(blocks[:i], blocks[i+1:]...)
		}
	}
	return blocks
}

// item is an article in a digest.
func item(n int, a alerts.Alert, loc *time.Location) []slack.Block {
	sections := []slack.RichTextElement{line(headline(a.Article))}
	if sentences := summary(a); len(sentences) > 0 {
		sections = append(sections, line(sentences...))
	}
	blocks := []slack.Block{rich(sections...)}
	if about := about(a.Article, loc); about != nil {
		blocks = append(blocks, about)
	}
	return append(blocks, itemActions("item"+strconv.Itoa(n), a))
}

// group is the alerts of one keyword, by their place in the delivery.
type group struct {
	keyword string
	members []int
}

// grouped puts together what the same subscription hit first.
func grouped(all []alerts.Alert) []group {
	var groups []group
	at := map[string]int{}
	for i, a := range all {
		keyword := keyword(a)
		n, known := at[keyword]
		if !known {
			n = len(groups)
			at[keyword] = n
			groups = append(groups, group{keyword: keyword})
		}
		groups[n].members = append(groups[n].members, i)
	}
	return groups
}

// keyword is the heading of an alert: the query of its oldest subscription.
func keyword(a alerts.Alert) string {
	if len(a.Subscriptions) == 0 {
		return "Other articles"
	}
	first := a.Subscriptions[0]
	for _, s := range a.Subscriptions {
		if s.ID < first.ID {
			first = s
		}
	}
	return cut(cmp.Or(clean(first.Query.String()), "Other articles"), longQuery)
}

func keywords(all []alerts.Alert) []string {
	var out []string
	for _, g := range grouped(all) {
		out = append(out, g.keyword)
	}
	return out
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// location is the first zone that is known, else UTC.
func location(zones ...string) *time.Location {
	for _, z := range zones {
		if z == "" {
			continue
		}
		if loc, err := time.LoadLocation(z); err == nil {
			return loc
		}
	}
	return time.UTC
}
