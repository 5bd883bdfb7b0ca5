package embed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// Delivery lays out an alert, or a part of a digest. One of its buttons carries
// the fingerprint, by which the message is known again.
func Delivery(d alerts.Delivery, fingerprint string) Message {
	if d.IsDigest() || len(d.Alerts) != 1 {
		return digest(d, fingerprint)
	}
	a := d.Alerts[0]
	m := Message{
		Embeds:     []*discordgo.MessageEmbed{article(a, wide())},
		Components: alertActions(a, fingerprint),
		Title:      legible.Cut(title(a.Article), maxPostTitle),
	}
	m.Content, m.Mentions = pings(d)
	if note := legible.LimitNote(d, "/policy limit"); note != "" {
		m.Content = strings.TrimSpace(m.Content + "\n-# " + note) // small print in Discord's Markdown
	}
	return m
}

// pings are the roles that subscriptions of a delivery mention, and the text
// that does.
func pings(d alerts.Delivery) (content string, roles []string) {
	var mentions []string
	for _, a := range d.Alerts {
		for _, s := range a.Subscriptions {
			if isSnowflake(s.Mention) && !slices.Contains(roles, s.Mention) && len(roles) < maxPings {
				roles, mentions = append(roles, s.Mention), append(mentions, "<@&"+s.Mention+">")
			}
		}
	}
	return strings.Join(mentions, " "), roles
}

// bounds are how much of an article is shown.
type bounds struct {
	title, summary, matched, name int
}

// wide is an article that stands alone.
func wide() bounds {
	return bounds{title: maxTitle, summary: longSummary, matched: longParts, name: longName}
}

// article is headline, summary, what hit, source and time.
func article(a alerts.Alert, b bounds) *discordgo.MessageEmbed {
	e := &discordgo.MessageEmbed{
		Title:       escaped(title(a.Article), b.title),
		Description: strings.TrimSpace(notice(a) + "\n\n" + strings.TrimSpace(summary(a, b.summary)+"\n\n"+matched(a, b))),
		Color:       color(a.Article),
	}
	if legible.WebLink(a.Article.URL, maxURL) {
		e.URL = a.Article.URL
	}
	about := about(a.Article, b)
	if t := a.Article.Time(); stamped(t) {
		e.Timestamp = t.UTC().Format(time.RFC3339)
	} else if !t.IsZero() {
		about = append(about, t.UTC().Format("2 January 2006"))
	}
	if len(about) > 0 {
		e.Footer = &discordgo.MessageEmbedFooter{Text: strings.Join(about, " · ")}
	}
	return e
}

// notice says what has become of an alert since.
func notice(a alerts.Alert) string {
	text := legible.Notice(a)
	if text == "" {
		return ""
	}
	return "**" + escaped(text, longNote) + "**"
}

// distinct leaves an address out where an embed before has it: Discord shows
// embeds of one address as one.
func distinct(embeds []*discordgo.MessageEmbed) []*discordgo.MessageEmbed {
	known := map[string]bool{"": true}
	for _, e := range embeds {
		if known[e.URL] {
			e.URL = ""
		}
		known[e.URL] = true
	}
	return embeds
}

func title(a alerts.Article) string { return cmp.Or(legible.Line(a.Title), "(no headline)") }

// about is source, agency and language.
func about(a alerts.Article, b bounds) []string {
	var out []string
	for _, s := range append(a.Credits(), a.Language) {
		if s = legible.Cut(legible.Line(s), b.name); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// stamped reports whether t can be Discord's own timestamp, which every reader
// sees in their zone. A date is none: midnight in UTC is what a date without a
// time of day is read as, and moved into another zone it may be the day before.
func stamped(t time.Time) bool {
	const latest = 253402300799 // the end of the year 9999
	return t.Unix() > 0 && t.Unix() <= latest && !chat.IsDate(t)
}

// summary gives the sentences with the matched words in bold, in at most that
// many units.
func summary(a alerts.Alert, most int) string {
	var s styled
	for i, sentence := range a.Summary {
		if legible.Line(sentence) == "" {
			continue
		}
		s.add(" ", false)
		last := 0
		for _, h := range a.Highlights {
			if h.Sentence != i || h.Start < last || h.End > len(sentence) || h.Start >= h.End {
				continue
			}
			s.add(sentence[last:h.Start], false)
			s.add(sentence[h.Start:h.End], true)
			last = h.End
		}
		s.add(sentence[last:], false)
	}
	return s.upTo(most)
}

// matched is the line with the keywords that hit.
func matched(a alerts.Alert, b bounds) string {
	text := legible.Line(strings.Join(a.Matched, ", "))
	if text == "" || b.matched == 0 {
		return ""
	}
	return "Matched: " + escaped(text, b.matched)
}
