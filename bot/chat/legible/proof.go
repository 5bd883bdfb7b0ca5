package legible

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

const (
	mostUnreached = 3
	longSource    = 60
)

// Proof is the last line of a digest: whether all sources were reached, so that
// readers can tell no news from no connection. Empty where that is not known.
// command is how people there see more.
func Proof(d alerts.Delivery, command string) string {
	r := d.Reading
	if r == nil || r.Sources == 0 {
		return ""
	}
	if len(r.Unreached) == 0 {
		if r.Sources == 1 {
			return "1 source read, and reached."
		}
		return strconv.Itoa(r.Sources) + " sources read, all reached."
	}
	loc := chat.Location(d.Settings.TimeZone)
	var names []string
	for _, u := range r.Unreached[:min(len(r.Unreached), mostUnreached)] {
		names = append(names, Cut(Line(u.Name), longSource)+" since "+u.Since.In(loc).Format("2 Jan 15:04"))
	}
	text := fmt.Sprintf("%d of %s reached; not reached: %s",
		r.Sources-len(r.Unreached), Count(r.Sources, "source"), strings.Join(names, ", "))
	if more := len(r.Unreached) - mostUnreached; more > 0 {
		return fmt.Sprintf("%s and %d more: %s tells.", text, more, command)
	}
	return text + "."
}
