package embed

import (
	"net/url"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// The colours of embeds.
const (
	colorAgency     = 0x3B82F6 // a wire agency carried it
	colorRelease    = 0xD97706 // a press release that a distributor passed on
	colorGovernment = 0x0F766E // from a site of a government
	colorOther      = 0x64748B
	colorOurs       = 0x6366F1 // what the bot says itself
	colorProblem    = 0xDC2626 // why it did not
)

// color tells what kind of source an article has.
func color(a alerts.Article) int {
	switch {
	case a.Distributor != "":
		return colorRelease
	case a.Agency != "":
		return colorAgency
	case governmental(a.URL):
		return colorGovernment
	}
	return colorOther
}

// governmental reports whether address is below a name that only governments
// are given.
func governmental(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), ".")
	last := len(labels) - 1
	switch {
	case last < 1:
		return false
	case governmentLabel(labels[last]): // trade.gov
		return true
	case len(labels[last]) == 2 && governmentLabel(labels[last-1]): // gov.uk, www.gov.cn
		return true
	}
	name := labels[last-1] + "." + labels[last]
	return name == "europa.eu" || name == "admin.ch" || name == "bund.de"
}

// governmentLabel reports whether registries keep a name for governments.
func governmentLabel(label string) bool {
	switch label {
	case "gov", "mil", "gouv", "gob", "govt", "go", "gc", "gv", "gub":
		return true
	}
	return false
}
