package feed

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	// between are what stands between a publisher's name and that of a section in
	// the title of a feed: "Example News - World".
	between = regexp.MustCompile(`\s+(?:[-–—|»›>·•~]|::|//)\s+|\s*[|»›]\s*|:\s+`)
	// aboutFeed is what a title says of the feed itself.
	aboutFeed = regexp.MustCompile(`(?i)[\s(\[]*\b(?:(?:rss|atom|xml|json|news) ?feeds?|rss(?: 2\.0)?|atom)[)\]]*$`)
)

// sections are titles of parts of a site, and no names of publishers.
var sections = map[string]bool{
	"home": true, "homepage": true, "news": true, "latest": true, "latest news": true, "top stories": true, "all": true, "all news": true,
	"world": true, "world news": true, "politics": true, "business": true, "economy": true, "international": true, "press releases": true,
	"press release": true, "press": true, "media releases": true, "newsroom": true, "feed": true, "headlines": true, "main": true,
	"updates": true, "latest updates": true, "releases": true, "recent": true, "breaking news": true, "publications": true, "rss": true,
	"actualités": true, "à la une": true, "nachrichten": true, "aktuelles": true, "startseite": true, "noticias": true, "portada": true, "inicio": true,
}

// publisherOf makes a publisher's name of the title of its feed and the host of
// its site, either of which may be empty. It takes a section away only where it
// is told apart: a title that it does not understand stays whole.
func publisherOf(title, host string) string {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	if t := strings.TrimSpace(aboutFeed.ReplaceAllString(title, "")); t != "" {
		title = t
	}
	if title == "" || sections[strings.ToLower(title)] {
		return orElse(host, title)
	}
	parts := between.Split(title, -1)
	var names []string
	ours := ""
	for _, p := range parts {
		p = strings.Trim(p, " -–—|»›>·•~:/")
		if p == "" || sections[strings.ToLower(p)] {
			continue
		}
		names = append(names, p)
		if resembles(p, host) && (ours == "" || len(p) < len(ours)) {
			ours = p
		}
	}
	switch {
	case len(parts) == 1:
		return title
	case ours != "":
		return ours
	case len(names) == 1:
		return names[0]
	}
	return title
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// resembles tells whether a name is that of a host: "The Guardian" and
// theguardian.com, "BBC News" and bbc.co.uk, "European Commission" and
// ec.europa.eu.
func resembles(name, host string) bool {
	var letters, initials strings.Builder
	begins := true
	for _, r := range strings.ToLower(name) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			begins = true
			continue
		}
		if begins {
			initials.WriteRune(r)
		}
		begins = false
		letters.WriteRune(r)
	}
	whole := letters.String()
	for label := range strings.SplitSeq(host, ".") {
		label = strings.ReplaceAll(label, "-", "")
		switch {
		case len(label) < 2:
		case len(label) >= 3 && strings.HasPrefix(whole, label), len(whole) >= 4 && strings.HasPrefix(label, whole),
			len(label) >= 4 && strings.Contains(whole, label), initials.Len() >= 2 && initials.String() == label:
			return true
		}
	}
	return false
}
