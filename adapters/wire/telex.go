package wire

import (
	"regexp"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

var (
	telexAgency = regexp.MustCompile(`^(?i:ZCZC) +(\p{Lu}{2,8})\s*$`)
	// telexField is a line before the text that begins with the sign of what it
	// holds: $ headline, # slug, : title or place. Other signs are for machines.
	telexField = regexp.MustCompile(`^ *([%#$:&*@~+=^])(.*)$`)
	telexCodes = regexp.MustCompile(`^\p{Lu}{2} \p{Lu}{2,4}(?: [\p{Lu}\d() ]*)?$`)
	telexEnd   = regexp.MustCompile(`(?m)^ *NNNN`)
	telexSlug  = regexp.MustCompile(`_BC\d*$`)
)

// telex reads a text in the envelope ZCZC … NNNN of telex, with fields before
// the text as AAP files them.
func telex(part string) (alerts.Article, error) {
	if at := telexEnd.FindStringIndex(part); at != nil {
		part = part[:at[0]]
	}
	list := lines(part)
	agency := ""
	if m := telexAgency.FindStringSubmatch(list[0]); m != nil {
		agency = m[1]
	}
	list = list[1:]
	headline, slug, about := "", "", ""
	for len(list) > 0 {
		m := telexField.FindStringSubmatch(list[0])
		if m == nil && list[0] != "" && !telexCodes.MatchString(list[0]) {
			break
		}
		list = list[1:]
		if m == nil {
			continue
		}
		value := strings.TrimSpace(m[2])
		switch {
		case len(value) < 4:
		case m[1] == "$", m[1] == "^":
			headline = value
		case m[1] == "#":
			slug = telexSlug.ReplaceAllString(value, "")
		case m[1] == ":" && !strings.HasPrefix(value, "("):
			about = firstText(about, strings.TrimPrefix(value, ":"))
		}
	}
	headline = firstText(headline, telexHeadline(list), slug, about)
	a := wireArticle(headline, list, agency, time.Time{})
	a.Standing = standingIn(headline, standingIn(slug, alerts.Usable))
	return a, nil
}

// telexHeadline is the first line of a text where the story carries its own
// headline: it is no sentence, and divided from the rest, by a blank line or
// because no line is wrapped.
func telexHeadline(list []string) string {
	if len(list) < 2 || endsSentence(list[0]) || len(list[0]) > maxHeadline {
		return ""
	}
	if list[1] == "" || len(list[1]) > wrapWidth && len(list[0]) < len(list[1]) {
		return strings.TrimSpace(list[0])
	}
	return ""
}
