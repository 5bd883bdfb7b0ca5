package wire

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// newsMLG2 reads an item of NewsML-G2, or a message that holds several
// (https://iptc.org/standards/newsml-g2/).
func newsMLG2(root *node) []found {
	items := root.all("newsitem", "packageitem", "conceptitem", "knowledgeitem", "planningitem", "catalogitem")
	switch root.name { // a piece of an item
	case "contentset":
		items = []*node{root}
	case "contentmeta", "groupset":
		return []found{{err: fmt.Errorf("%w: it is a piece of an item", alerts.ErrNoNews)}}
	}
	var out []found
	for _, n := range items {
		out = append(out, g2Item(n))
	}
	if len(out) == 0 {
		return []found{{err: errors.New("the message has no items")}}
	}
	return out
}

func g2Item(n *node) found {
	item, content := n.child("itemmeta"), n.child("contentmeta")
	a := alerts.Article{
		ID:          firstText(n.attr("guid"), item.child("title").attr("guid")),
		Version:     versionOf(n.attr("version")),
		Title:       g2Headline(n),
		Body:        g2Body(n),
		Agency:      g2Name(item.child("provider")),
		Language:    languageTag(content.child("language").attr("tag"), n.attr("lang")),
		Standing:    standingOf(firstText(item.child("pubstatus").attr("qcode"), item.child("pubstatus").attr("uri"))),
		Note:        item.child("ednote").line(),
		Embargo:     parseTime(item.child("embargoed").line()),
		EvolvedFrom: g2EvolvedFrom(n, item),
	}
	a.Publisher = firstText(g2Source(content), a.Agency, g2Name(n.child("rightsinfo", "copyrightholder")))
	a.URL = g2Link(n, item)
	for _, t := range []*node{item.child("versioncreated"), content.child("contentmodified"), content.child("contentcreated"), item.child("firstcreated")} {
		if a.Published.IsZero() {
			a.Published = parseTime(t.line())
		}
	}
	if a.Standing == alerts.Usable && g2Signalled(item) {
		a.Standing = alerts.Corrected
	}
	if n.name != "newsitem" && n.name != "contentset" {
		return found{err: fmt.Errorf("%w: it is a %s", alerts.ErrNoNews, g2Kind(n.name))}
	}
	return found{article: a}
}

// g2Kind is the name of an item that is no news item, for people.
func g2Kind(name string) string {
	return strings.TrimSuffix(name, "item") + " item"
}

// g2Headline is the main one, in the item's own language where there are
// several, or what stands for one in the text.
func g2Headline(n *node) string {
	content := n.child("contentmeta")
	var list []string
	for _, h := range content.children("headline") {
		if role := suffix(h.attr("role")); !strings.Contains(role, "sub") && !strings.Contains(role, "short") {
			list = append(list, lineOf(h))
		}
	}
	for _, h := range content.children("headline") {
		list = append(list, lineOf(h))
	}
	set := n.child("contentset")
	if n.name == "contentset" {
		set = n
	}
	list = append(list, lineOf(set.find("hl1", "hedline")), lineOf(set.find("h1")), lineOf(set.find("title")),
		lineOf(n.child("itemmeta", "title")))
	return firstText(list...)
}

// g2Body is the text of the form that has most of it, else the description.
func g2Body(n *node) string {
	var forms, about []string
	for _, c := range n.all("inlinexml", "inlinedata") {
		if kind := c.attr("contenttype"); c.attr("encoding") == "" && !strings.HasPrefix(kind, "image/") {
			forms = append(forms, contentOf(c))
		}
	}
	for _, d := range n.child("contentmeta").children("description") {
		about = append(about, contentOf(d))
	}
	return firstText(fullest(forms), fullest(about))
}

// g2Name is the name of a party: spelt out, else literal.
func g2Name(n *node) string {
	for _, name := range n.children("name") {
		if role := suffix(name.attr("role")); role != "mnemonic" {
			if s := lineOf(name); s != "" {
				return s
			}
		}
	}
	return n.attr("literal")
}

// g2Source is who the text comes from: the credit line, or the information's
// source.
func g2Source(content *node) string {
	if s := strings.Trim(lineOf(content.child("creditline")), " –-"); s != "" {
		return s
	}
	for _, s := range content.children("infosource") {
		if name := g2Name(s); name != "" {
			return name
		}
	}
	return ""
}

// g2Link is the address of the item's page.
func g2Link(n, item *node) string {
	for _, l := range append(append(n.children("link"), item.children("link")...), n.child("contentset").children("remotecontent")...) {
		if strings.HasPrefix(l.attr("contenttype"), "text/html") && suffix(l.attr("rel")) != "seealso" && webLink(l.attr("href")) != "" {
			return l.attr("href")
		}
	}
	if webLink(n.attr("guid")) != "" {
		return n.attr("guid")
	}
	return ""
}

// g2EvolvedFrom is the item that this one goes on from
// (https://cv.iptc.org/newscodes/itemrelation/).
func g2EvolvedFrom(n, item *node) string {
	for _, l := range append(n.children("link"), item.children("link")...) {
		if rel := suffix(l.attr("rel")); rel == "evolvedfrom" || rel == "correctionof" || rel == "updateof" {
			if id := firstText(l.attr("residref"), l.attr("href")); id != n.attr("guid") {
				return id
			}
		}
	}
	return ""
}

// g2Signalled tells whether a signal says that this version corrects one before
// (https://cv.iptc.org/newscodes/signal/).
func g2Signalled(item *node) bool {
	for _, s := range item.children("signal") {
		if code := suffix(firstText(s.attr("qcode"), s.attr("uri"))); code == "correction" || code == "corrected" {
			return true
		}
	}
	return false
}
