package feed

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	atomfeed "github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

// Bounds of what a feed says of its hubs.
const (
	mostHubs   = 4
	maxAddress = 2048 // bytes
	maxLinks   = 64   // of the header fields
)

// link is a link with its relations, which are divided by blanks.
type link struct{ rel, href string }

// hubOf finds a feed's hubs and its own name for itself
// (https://www.w3.org/TR/websub/#discovery): what the header fields of its
// answer say goes before what stands in the document. Relative addresses are
// relative to base. Without both there is no hub.
func hubOf(h http.Header, inDocument []link, base string) alerts.Hub {
	inHeader := headerLinks(h.Values("Link"))
	hubs, topics := related("hub", inHeader, base), related("self", inHeader, base)
	if len(hubs) == 0 {
		hubs = related("hub", inDocument, base)
	}
	if len(topics) == 0 {
		topics = related("self", inDocument, base)
	}
	if len(hubs) == 0 || len(topics) == 0 {
		return alerts.Hub{}
	}
	return alerts.Hub{Addresses: hubs[:min(len(hubs), mostHubs)], Topic: topics[0]}
}

// related gives the web addresses of the links with a relation, each once.
func related(rel string, links []link, base string) []string {
	var found []string
	for _, l := range links {
		if !slices.ContainsFunc(strings.Fields(l.rel), func(r string) bool { return strings.EqualFold(r, rel) }) {
			continue
		}
		address := absolute(l.href, base)
		if address != "" && !slices.Contains(found, address) {
			found = append(found, address)
		}
	}
	return found
}

// absolute is the web address that href means at base, empty if it is none. The
// user and password of base stay there.
func absolute(href, base string) string {
	to, err := url.Parse(strings.TrimSpace(href))
	if err != nil || href == "" {
		return ""
	}
	if from := webAddress(base); from != nil && !to.IsAbs() {
		from.User = nil
		to = from.ResolveReference(to)
	}
	s := to.String()
	if webAddress(s) == nil || len(s) > maxAddress {
		return ""
	}
	return s
}

// headerLinks reads the links of header fields
// (https://www.rfc-editor.org/rfc/rfc8288#section-3). What follows a mistake in
// a field is left out. Links of another document (anchor) are not the feed's.
func headerLinks(fields []string) []link {
	var links []link
	for _, s := range fields {
		for len(links) < maxLinks {
			s = strings.TrimLeft(s, " \t,")
			if !strings.HasPrefix(s, "<") {
				break
			}
			href, rest, ok := strings.Cut(s[1:], ">")
			if !ok {
				break
			}
			l, other := link{href: href}, false
			for s = strings.TrimLeft(rest, " \t"); strings.HasPrefix(s, ";"); {
				var name, value string
				name, value, s = parameter(s[1:])
				switch {
				case name == "rel" && l.rel == "": // the first counts
					l.rel = value
				case name == "anchor":
					other = true
				}
			}
			if !other {
				links = append(links, l)
			}
		}
	}
	return links
}

// parameter cuts name, = and value off the beginning of s.
func parameter(s string) (name, value, rest string) {
	const blank = " \t"
	end := strings.IndexAny(s, "=;,")
	if end < 0 {
		end = len(s)
	}
	name, rest = strings.ToLower(strings.Trim(s[:end], blank)), s[end:]
	if !strings.HasPrefix(rest, "=") {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest[1:], blank)
	if strings.HasPrefix(rest, `"`) {
		value, rest = quoted(rest[1:])
		return name, value, strings.TrimLeft(rest, blank)
	}
	end = strings.IndexAny(rest, ";,")
	if end < 0 {
		end = len(rest)
	}
	return name, strings.Trim(rest[:end], blank), rest[end:]
}

// quoted reads the string that s begins in, up to its quotation mark.
func quoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// rssLinks gives the links of Atom in a channel.
func rssLinks(x ext.Extensions) []link {
	var links []link
	for _, e := range x["atom"]["link"] {
		links = append(links, link{rel: e.Attrs["rel"], href: e.Attrs["href"]})
	}
	return links
}

func atomLinks(of []*atomfeed.Link) []link {
	var links []link
	for _, l := range of {
		links = append(links, link{rel: l.Rel, href: l.Href})
	}
	return links
}

// jsonLinks reads a JSON Feed's hubs and feed_url. Hubs of other types than
// WebSub's, such as rssCloud, speak another protocol.
func jsonLinks(doc fields) []link {
	links := []link{{rel: "self", href: doc.text("feed_url")}}
	hubs, _ := firstOf(doc["hubs"])
	for _, raw := range hubs {
		var f fields
		if json.Unmarshal(raw, &f) != nil {
			continue
		}
		if t := f.text("type"); strings.EqualFold(t, "WebSub") || strings.EqualFold(t, "PubSubHubbub") {
			links = append(links, link{rel: "hub", href: f.text("url")})
		}
	}
	return links
}

// hub is what the answer to a poll says of hubs. One that tells only that nothing
// changed may leave it out.
func (s state) hub(res *httpx.Response, inDocument []link) alerts.Hub {
	h := hubOf(res.Header, inDocument, res.URL)
	if res.Status == http.StatusNotModified && len(h.Addresses) == 0 {
		return s.Hub
	}
	return h
}
