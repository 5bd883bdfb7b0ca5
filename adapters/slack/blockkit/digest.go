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
)

// look is how spacious a digest is.
type look struct {
	bounds
	dividers, headings bool
}

// looks are tried from the first to the last until a part of a digest fits.
// Ten articles, as there are in a part, always do.
func looks() []look {
	return []look{
		{bounds: bounds{title: longTitle, summary: 700, name: longName, url: maxURL}, dividers: true, headings: true},
		{bounds: bounds{title: longTitle, summary: 700, name: longName, url: maxURL}, headings: true},
		{bounds: bounds{title: 200, summary: 300, name: longName, url: 1000}, headings: true},
		{bounds: bounds{title: 120, summary: 100, name: longLabel, url: 250}},
	}
}

// roomForNotes are the blocks that are left for what is done in a digest.
const roomForNotes = 5

// digest is a part of a digest, its articles together by keyword.
func digest(d alerts.Delivery) Message {
	title := digestTitle(d)
	groups := grouped(d.Alerts)
	m := Message{Text: escape(cut(title+keywords(groups), longFallback))}
	for _, l := range looks() {
		m.Blocks = l.digest(d, title, groups)
		if len(m.Blocks) <= maxMessageBlocks-roomForNotes && size(m.Blocks) <= maxMessageText {
			break
		}
	}
	return m
}

func digestTitle(d alerts.Delivery) string {
	cadence := map[alerts.Cadence]string{alerts.Hourly: "Hourly", alerts.Daily: "Daily", alerts.Weekly: "Weekly"}[d.Schedule.Cadence]
	part := ""
	if d.Parts > 1 {
		part = fmt.Sprintf(", part %d of %d", d.Part, d.Parts)
	}
	return fmt.Sprintf("%s digest%s: %s", cadence, part, count(len(d.Alerts), "article"))
}

func (l look) digest(d alerts.Delivery, title string, groups []group) []slack.Block {
	loc := chat.Location(d.Settings.TimeZone)
	var blocks []slack.Block
	if d.Thread == "" {
		blocks = append(blocks, slack.NewHeaderBlock(plain(cut(title, maxHeader))))
	} else {
		blocks = append(blocks, small(title))
	}
	for n, g := range groups {
		if n > 0 && l.dividers {
			blocks = append(blocks, slack.NewDividerBlock())
		}
		if l.headings {
			blocks = append(blocks, rich(line(bold(g.keyword))))
		}
		for _, i := range g.members {
			blocks = append(blocks, l.item(i, d.Alerts[i], loc)...)
		}
	}
	return append(blocks, small("/policy digest changes when this comes · /policy list shows what is followed here"))
}

// item is an article in a digest: three blocks at most.
func (l look) item(n int, a alerts.Alert, loc *time.Location) []slack.Block {
	sections := []slack.RichTextElement{line(headline(a.Article, l.bounds))}
	if sentences := summary(a, l.summary); len(sentences) > 0 {
		sections = append(sections, line(sentences...))
	}
	blocks := []slack.Block{rich(sections...)}
	if about := about(a.Article, loc, l.bounds); about != nil {
		blocks = append(blocks, about)
	}
	return append(blocks, itemActions("item"+strconv.Itoa(n), a))
}

// group is the alerts of one keyword, by their place in the delivery.
type group struct {
	keyword string
	members []int
}

// grouped puts together what hit the same subscription, the oldest of each
// alert, in the order in which they first come.
func grouped(all []alerts.Alert) []group {
	var groups []group
	at := map[alerts.SubscriptionID]int{}
	for i, a := range all {
		first, keyword := oldest(a)
		n, known := at[first]
		if !known {
			n = len(groups)
			at[first] = n
			groups = append(groups, group{keyword: keyword})
		}
		groups[n].members = append(groups[n].members, i)
	}
	return groups
}

// unnamed is the heading of what no subscription is known for any more.
const unnamed = "Other articles"

// oldest is the subscription that an alert stands below in a digest, with its
// heading.
func oldest(a alerts.Alert) (alerts.SubscriptionID, string) {
	if len(a.Subscriptions) == 0 {
		return 0, unnamed
	}
	first := a.Subscriptions[0]
	for _, s := range a.Subscriptions {
		if s.ID < first.ID {
			first = s
		}
	}
	return first.ID, cut(cmp.Or(clean(first.Query.String()), unnamed), longName)
}

// keywords names the groups in a line.
func keywords(groups []group) string {
	var out []string
	for _, g := range groups {
		if g.keyword != unnamed {
			out = append(out, g.keyword)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " on " + strings.Join(out, ", ")
}
