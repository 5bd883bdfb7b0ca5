package wire

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// markup reads the news formats that are XML, by the names of their root
// elements.
var markup = map[string]func(root *node) []found{
	"newsmessage":   newsMLG2,
	"newsitem":      newsMLG2,
	"packageitem":   newsMLG2,
	"conceptitem":   newsMLG2,
	"knowledgeitem": newsMLG2,
	"planningitem":  newsMLG2,
	"catalogitem":   newsMLG2,
	"contentset":    newsMLG2,
	"contentmeta":   newsMLG2,
	"groupset":      newsMLG2,
	"newsml":        newsML1,
	"nitf":          nitf,
}

// found is an item of a document: an article, or why it is none.
type found struct {
	article alerts.Article
	err     error
}

// isMarkup tells whether text is an XML document in one of the news formats.
func isMarkup(text string) bool { return markup[rootName(text)] != nil }

// decodeMarkup reads such a document.
func decodeMarkup(name, text string) (alerts.Batch, error) {
	root, err := parseTree(text)
	if root == nil {
		return alerts.Batch{}, err
	}
	var items []found
	for _, k := range root.kids {
		if read := markup[k.name]; read != nil {
			items = read(k)
			break
		}
	}
	var b alerts.Batch
	for i, item := range items {
		a, problem := item.article, item.err
		if problem == nil {
			a, problem = finish(a)
		}
		if problem == nil {
			b.Articles = append(b.Articles, a)
			continue
		}
		place := name
		if len(items) > 1 {
			place = fmt.Sprintf("%s: item %d", name, i+1)
		}
		b.Problems = append(b.Problems, alerts.ItemProblem{Place: place, Err: problem})
	}
	if err != nil { // what came before the damage was read
		b.Problems = append(b.Problems, alerts.ItemProblem{Place: name, Err: err})
	}
	return b, nil
}

// finish brings the article of any news format into the form that all have.
func finish(a alerts.Article) (alerts.Article, error) {
	a.Title = strings.Join(strings.Fields(a.Title), " ")
	a.Note = strings.Join(strings.Fields(a.Note), " ")
	if first, rest, ok := strings.Cut(a.Body, "\n\n"); ok && strings.Join(strings.Fields(first), " ") == a.Title {
		a.Body = rest // the headline once more
	}
	if a.Title == "" && a.Body == "" && a.Standing != alerts.Withdrawn {
		return a, fmt.Errorf("%w: it has neither a headline nor a text", alerts.ErrNoNews)
	}
	if a.ID == "" && a.Standing == alerts.Withdrawn {
		return a, errors.New("the item is withdrawn, and has no id that tells which it is")
	}
	if a.ID == "" {
		a.ID = digestID(a.Title, a.Body)
	}
	if a.Standing == alerts.Usable && saysCorrected(a.Title, a.Note) {
		a.Standing = alerts.Corrected
	}
	return a, nil
}

// contentOf is the text of an element that carries an article in one of the
// forms that wires use: NITF, HTML, or text, with or without escaped markup.
func contentOf(n *node) string {
	if text, whole := n.raw(); whole {
		return plain.Text(text)
	}
	if c := n.find("body.content"); c != nil {
		return plain.Clean(c.flow())
	}
	if h := n.find("html"); h != nil {
		n = h
		if b := h.child("body"); b != nil {
			n = b
		}
	}
	return plain.Clean(n.flow())
}

// lineOf is the text of an element as one line of plain text.
func lineOf(n *node) string {
	if text, whole := n.raw(); whole {
		return plain.Line(text)
	}
	return n.line()
}

// suffix is what stands behind the prefix of a qcode ("stat:usable"), or of an
// address, in lower case.
func suffix(code string) string {
	return strings.ToLower(code[strings.LastIndexAny(code, ":/#")+1:])
}

// standingOf reads the publishing status of any of the formats
// (https://cv.iptc.org/newscodes/pubstatusg2/).
func standingOf(status string) alerts.Standing {
	switch suffix(status) {
	case "withheld", "canceled", "cancelled", "killed", "delete", "deleted":
		return alerts.Withdrawn
	}
	return alerts.Usable
}

// versionOf is a version that is a whole number; 0 for others.
func versionOf(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// firstText is the first of the texts that is not blank, trimmed.
func firstText(list ...string) string {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}
