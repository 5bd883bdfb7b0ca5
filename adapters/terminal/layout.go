package terminal

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// reply lays out what the bot answered.
func (p *page) reply(r chat.Reply) string {
	if r.Text != "" {
		p.text("", "", p.marked(cleanLines(r.Text)))
	}
	if r.Problem != nil {
		p.problem(*r.Problem)
	}
	p.items(r.Items)
	for i, a := range r.Alerts {
		if i > 0 || r.Text != "" {
			p.line("")
		}
		p.alert(a, chat.Location(r.TimeZone, p.zone), false)
	}
	if len(r.Alerts) > 0 && (len(r.Rows) > 0 || len(r.Hints) > 0) {
		p.line("")
	}
	p.rows(r.Rows)
	p.hints(r.Hints)
	if a := r.Attachment; a != nil {
		p.line(p.dim(clean(a.Name) + ":"))
		p.line(strings.TrimRight(cleanLines(string(a.Data)), "\n"))
	}
	return p.done()
}

// hints are a line each; those in a row that are nothing but a command to type
// share one.
func (p *page) hints(hints []string) {
	for len(hints) > 0 {
		n := 0
		for n < len(hints) && isCommand(hints[n]) {
			n++
		}
		n = max(n, 1)
		line := make([]string, n)
		for i, h := range hints[:n] {
			line[i] = p.dimmed(cleanLines(h))
		}
		p.text("", "", strings.Join(line, p.dim(" · ")))
		hints = hints[n:]
	}
}

// isCommand tells whether a hint is a command between backquotes and no more.
func isCommand(h string) bool {
	return len(h) > 2 && strings.Count(h, "`") == 2 && h[0] == '`' && h[len(h)-1] == '`'
}

// dimmed is marked in dim letters. A hint that is nothing but a command to
// type reads as one without its quotes.
func (p *page) dimmed(s string) string {
	if !p.color {
		return s
	}
	if strings.Count(s, "`")%2 == 1 {
		return p.dim(s)
	}
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			b.WriteString(p.code(part))
		} else {
			b.WriteString(p.dim(part))
		}
	}
	return b.String()
}

func (p *page) problem(pr chat.Problem) {
	text := cleanLines(pr.Text)
	if p.color {
		text = p.red("✗ ") + p.marked(text)
	}
	p.text("", "", text)
	if pr.Position > 0 && pr.Input != "" {
		part, column := pointer(cleanRunes(pr.Input), pr.Position, p.width-2)
		p.line("  " + part)
		p.line("  " + strings.Repeat(" ", column) + p.red("^"))
	}
}

func (p *page) items(items []chat.Item) {
	wide := 0
	for _, it := range items {
		wide = max(wide, len(strconv.Itoa(it.Subscription.Number)))
	}
	for _, it := range items {
		about := []string{it.Subscription.Schedule.String()}
		for _, s := range []string{it.State, it.Where} {
			if s = clean(s); s != "" {
				about = append(about, s)
			}
		}
		number := fmt.Sprintf("%*d  ", wide+2, it.Subscription.Number)
		p.text(p.bold(number), strings.Repeat(" ", len(number)),
			clean(it.Subscription.Query.String())+p.dim(" · "+strings.Join(about, " · ")))
	}
}

// widestLabel is the number of columns for labels that are lined up.
const widestLabel = 34

func (p *page) rows(rows []chat.Row) {
	wide := 0
	for _, r := range rows {
		if w := ansi.StringWidth(clean(r.Label)); r.Value != "" && w <= widestLabel {
			wide = max(wide, w)
		}
	}
	for i, r := range rows {
		label := clean(r.Label)
		if r.Value == "" {
			if i > 0 {
				p.line("")
			}
			p.text("", "", p.bold(label))
			continue
		}
		first, rest := "  "+p.code(pad(label, wide))+"  ", strings.Repeat(" ", wide+4)
		if ansi.StringWidth(label) > wide {
			p.line("  " + p.code(label))
			first = rest
		}
		p.text(first, rest, p.marked(cleanLines(r.Value)))
	}
}

// delivery lays out an alert, or a part of a digest.
func (p *page) delivery(d alerts.Delivery) string {
	loc := chat.Location(d.Settings.TimeZone, "")
	if !d.IsDigest() {
		for _, a := range d.Alerts {
			p.alert(a, loc, true)
		}
		if note := legible.LimitNote(d, "limit"); note != "" {
			p.text("  ", "  ", p.dim(note))
		}
		return p.done()
	}
	p.text("", "", p.bold(legible.DigestTitle(d)))
	for _, a := range d.Alerts {
		p.line("")
		p.alert(a, loc, false)
	}
	p.line("")
	change := map[alerts.Gathering]string{alerts.GatheredNot: "digest instant", alerts.GatheredQuiet: "quiet", alerts.GatheredLimit: "limit"}
	p.text("", "", p.dim("list · why · "+change[d.Gathered]))
	if proof := legible.Proof(d, "sources"); proof != "" {
		p.text("", "", p.dim(clean(proof)))
	}
	return p.done()
}

// alert lays out one article: its headline, and what belongs to it set in.
func (p *page) alert(a alerts.Alert, loc *time.Location, actions bool) {
	const in = "  "
	if notice := legible.Notice(a); notice != "" {
		p.text("", "", p.bold(clean(notice)))
	}
	title := p.link(p.bold(cmp.Or(clean(a.Article.Title), "(no headline)")), a.Article.URL)
	p.text("", "", title)
	if about := about(a.Article, loc); about != "" {
		p.text(in, in, p.dim(about))
	}
	if s := p.summary(a); s != "" {
		p.text(in, in, s)
	}
	if address := clean(a.Article.URL); address != "" {
		// Also where the headline is a link, for no terminal tells whether it
		// shows one. Never wrapped: it is there to be copied.
		p.line(in + address)
	}
	if len(a.Matched) > 0 {
		p.text(in, in, "Matched: "+clean(strings.Join(a.Matched, ", ")))
	}
	if actions && len(a.Subscriptions) > 0 {
		p.text(in, in, p.dim(todo(a.Subscriptions)))
	}
}

// todo is what stands in the place of buttons.
func todo(subs []alerts.Subscription) string {
	const most = 3
	var words []string
	for _, s := range subs[:min(len(subs), most)] {
		words = append(words, fmt.Sprintf("unsubscribe %d", s.Number))
	}
	words = append(words, fmt.Sprintf("pause %d for 1d", subs[0].Number), "list")
	return strings.Join(words, " · ")
}

// about is the line below the headline: source, agency, time, language.
func about(a alerts.Article, loc *time.Location) string {
	var parts []string
	for _, s := range a.Credits() {
		if s = clean(s); s != "" {
			parts = append(parts, s)
		}
	}
	if t := a.Time(); !t.IsZero() {
		parts = append(parts, when(t, loc))
	}
	if l := clean(a.Language); l != "" {
		parts = append(parts, l)
	}
	return strings.Join(parts, " · ")
}

// when gives a time in words; a date without a time of day is shown as that.
func when(t time.Time, loc *time.Location) string {
	if chat.IsDate(t) {
		return t.UTC().Format("2 January 2006")
	}
	return t.In(loc).Format("2 January 2006, 15:04 MST")
}

// summary gives the sentences as one paragraph, the matched words in bold.
func (p *page) summary(a alerts.Alert) string {
	out := make([]string, 0, len(a.Summary))
	for i, sentence := range a.Summary {
		var b strings.Builder
		last := 0
		for _, h := range a.Highlights {
			if h.Sentence != i || h.Start < last || h.End > len(sentence) || h.Start >= h.End {
				continue
			}
			b.WriteString(edges(sentence[last:h.Start]))
			b.WriteString(p.bold(edges(sentence[h.Start:h.End])))
			last = h.End
		}
		b.WriteString(edges(sentence[last:]))
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// edges is clean that keeps one space at either end, for a piece of a sentence.
func edges(s string) string {
	s = strings.Map(chat.Printable, sequences.ReplaceAllString(s, ""))
	inner := strings.Join(strings.Fields(s), " ")
	if inner == "" {
		return s[:min(len(s), 1)] // nothing but spaces
	}
	if strings.HasPrefix(s, " ") {
		inner = " " + inner
	}
	if strings.HasSuffix(s, " ") {
		inner += " "
	}
	return inner
}
