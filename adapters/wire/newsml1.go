package wire

import (
	"errors"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// newsML1 reads NewsML 1.x, in which AFP, Business Wire and others still file.
func newsML1(root *node) []found {
	var out []found
	for _, n := range root.children("newsitem") {
		out = append(out, found{article: newsML1Item(root, n)})
	}
	if len(out) == 0 {
		return []found{{err: errors.New("the message has no items")}}
	}
	return out
}

func newsML1Item(root, n *node) alerts.Article {
	id, management := n.child("identification", "newsidentifier"), n.child("newsmanagement")
	a := alerts.Article{
		ID:          newsML1ID(id),
		Version:     versionOf(id.child("revisionid").line()),
		Title:       firstText(lineOf(n.find("headline")), lineOf(n.child("identification", "namelabel"))),
		Body:        newsML1Body(n),
		Agency:      newsML1Party(n.find("provider")),
		Language:    languageTag(n.find("language").attr("formalname"), n.attr("lang")),
		Standing:    standingOf(management.child("status").attr("formalname")),
		Note:        firstText(management.child("instruction").line(), lineOf(n.find("editorialnote"))),
		EvolvedFrom: management.child("derivedfrom").attr("newsitem"),
	}
	if management.child("status").attr("formalname") == "Embargoed" {
		a.Embargo = parseTime(management.child("statuswillchange", "dateandtime").line())
	}
	switch strings.ToLower(management.child("instruction").attr("formalname")) {
	case "delete", "kill":
		a.Standing = alerts.Withdrawn
	case "rectify", "correct", "correction":
		a.Standing = alerts.Corrected
	}
	a.Publisher = firstText(lineOf(n.find("creditline")), newsML1Party(n.find("source")), a.Agency, id.child("providerid").line())
	for _, t := range []*node{management.child("thisrevisioncreated"), management.child("firstcreated"), root.child("newsenvelope", "dateandtime")} {
		if a.Published.IsZero() {
			a.Published = parseTime(t.line())
		}
	}
	return a
}

// newsML1ID is the public identifier without its revision.
func newsML1ID(id *node) string {
	parts := []string{id.child("providerid").line(), id.child("dateid").line(), id.child("newsitemid").line()}
	if parts[0] == "" || parts[2] == "" {
		return id.child("publicidentifier").line()
	}
	return "urn:newsml:" + strings.Join(parts, ":")
}

func newsML1Body(n *node) string {
	var forms []string
	for _, c := range n.all("datacontent") {
		forms = append(forms, contentOf(c))
	}
	return firstText(fullest(forms), lineOf(n.find("subheadline")))
}

func newsML1Party(n *node) string { return n.find("party").attr("formalname") }
