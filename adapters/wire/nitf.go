package wire

import (
	"strings"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// nitf reads a document of the News Industry Text Format
// (https://iptc.org/standards/nitf/).
func nitf(n *node) []found {
	data, head := n.child("head", "docdata"), n.child("body", "body.head")
	a := alerts.Article{
		ID:       nitfID(data),
		Version:  versionOf(data.child("du-key").attr("version")),
		Title:    nitfHeadline(n, head),
		Body:     contentOf(n.child("body")),
		Agency:   firstText(lineOf(head.child("distributor")), data.child("doc-id").attr("regsrc")),
		Language: languageTag(n.attr("baselang"), n.attr("lang"), n.child("body").attr("lang")),
		Standing: standingOf(data.attr("management-status")),
		Note:     data.child("ed-msg").attr("info"),
		Embargo:  parseTime(data.child("date.release").attr("norm")),
	}
	if n.find("body.content") == nil || strings.TrimSpace(a.Body) == "" {
		a.Body = plain.Clean(head.child("abstract").flow())
	}
	if c := data.child("correction"); c != nil && a.Standing == alerts.Usable {
		a.Standing = alerts.Corrected
		a.Note = firstText(c.attr("info"), a.Note)
		if of := c.attr("id-string"); of != a.ID {
			a.EvolvedFrom = of
		}
	}
	a.Publisher = firstText(lineOf(head.child("rights", "rights.owner")), data.child("doc.copyright").attr("holder"), a.Agency)
	for _, d := range []string{
		data.child("date.issue").attr("norm"), head.child("dateline", "story.date").attr("norm"),
		n.child("head", "pubdata").attr("date.publication"), data.child("date.release").attr("norm"),
	} {
		if a.Published.IsZero() {
			a.Published = parseTime(d)
		}
	}
	if link := n.child("head", "pubdata").attr("ex-ref"); webLink(link) != "" {
		a.URL = link
	}
	return []found{{article: a}}
}

// nitfID is the key that all versions of a story share where the provider keeps
// one with versions, and else the document's own id.
func nitfID(data *node) string {
	key, id := data.child("du-key"), data.child("doc-id")
	if key.attr("key") != "" && key.attr("version") != "" {
		return key.attr("key")
	}
	return id.attr("id-string")
}

func nitfHeadline(n, head *node) string {
	return firstText(lineOf(head.child("hedline", "hl1")), lineOf(head.child("hedline")),
		lineOf(n.child("head", "title")), lineOf(n.find("hl1", "h1")))
}
