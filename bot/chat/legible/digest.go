package legible

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Group is the alerts of one keyword in a digest, by their place in it.
type Group struct {
	Keyword string // a line, or Unnamed
	Members []int
}

// Unnamed is the keyword of what no subscription is known for any more.
const Unnamed = "Other articles"

// Grouped puts together what hit the same subscription, the oldest of each
// alert, in the order in which they first come.
func Grouped(all []alerts.Alert) []Group {
	var groups []Group
	at := map[alerts.SubscriptionID]int{}
	for i, a := range all {
		first, keyword := oldest(a)
		n, known := at[first]
		if !known {
			n = len(groups)
			at[first] = n
			groups = append(groups, Group{Keyword: keyword})
		}
		groups[n].Members = append(groups[n].Members, i)
	}
	return groups
}

// oldest is the subscription that an alert stands below in a digest.
func oldest(a alerts.Alert) (alerts.SubscriptionID, string) {
	if len(a.Subscriptions) == 0 {
		return 0, Unnamed
	}
	first := a.Subscriptions[0]
	for _, s := range a.Subscriptions {
		if s.ID < first.ID {
			first = s
		}
	}
	return first.ID, cmp.Or(Line(first.Query.String()), Unnamed)
}

// Count writes a number of things: "1 article", "2 articles".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// DigestTitle heads a digest, or a part of one.
func DigestTitle(d alerts.Delivery) string {
	title := map[alerts.Cadence]string{alerts.Hourly: "Hourly digest", alerts.Daily: "Daily digest", alerts.Weekly: "Weekly digest"}[d.Schedule.Cadence]
	switch {
	case title != "":
	case d.Gathered == alerts.GatheredQuiet:
		title = "From the quiet hours"
	case d.Gathered == alerts.GatheredLimit:
		title = "What else came within the hour"
	default:
		title = "Alerts"
	}
	if d.Parts > 1 {
		title += fmt.Sprintf(", part %d of %d", d.Part, d.Parts)
	}
	return title + ": " + Count(len(d.Alerts), "article")
}

// LimitNote tells, below the last alert before a limit is reached, what comes
// next; empty below others. command is how people there change it.
func LimitNote(d alerts.Delivery, command string) string {
	if d.Limit == 0 {
		return ""
	}
	return fmt.Sprintf("%s within an hour: what else hits comes together at %s. %s changes that.",
		Count(d.Limit, "alert"), d.LimitUntil.In(chat.Location(d.Settings.TimeZone)).Format("15:04"), command)
}
