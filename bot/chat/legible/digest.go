package legible

import (
	"cmp"
	"strconv"

	"github.com/bellwether/bellwether/alerts"
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
