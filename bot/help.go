package bot

import (
	"strings"

	"github.com/bellwether/bellwether/bot/chat"
)

func help(q *request) chat.Reply {
	topic := strings.ToLower(strings.Trim(q.args, "`/"))
	if q.verb.word != "help" || topic == "" {
		return overview()
	}
	if topic == "queries" || topic == "query" {
		return queries()
	}
	v := verbNamed(topic)
	if v == nil {
		r := problem("There is no help on " + code(q.args) + ".")
		if v := nearest(topic); v != nil {
			r.Hints = []string{code("help " + v.word)}
		}
		r.Hints = append(r.Hints, "`help` shows what can be said", "`help queries`")
		return r
	}
	text := code(v.form) + ": " + v.about + "."
	if v.more != "" {
		text += "\n" + v.more
	}
	r := chat.Reply{Text: text}
	if len(v.other) > 0 {
		r.Hints = []string{"the same: " + strings.Join(v.other, ", ")}
	}
	return r
}

func overview() chat.Reply {
	r := chat.Reply{Text: "Say what you follow, and new articles that it hits come as alerts."}
	for _, v := range verbs {
		r.Rows = append(r.Rows, chat.Row{Label: v.form, Value: v.about})
	}
	r.Hints = []string{"`help subscribe` tells more about one command", "`help queries` shows what a query can say"}
	return r
}

// queries is the query language at a glance; docs/query-language.md has all.
func queries() chat.Reply {
	return chat.Reply{
		Text: "Plain words are enough: `carbon border tax`. The rest is there when it is needed.",
		Rows: []chat.Row{
			{Label: "tariff", Value: "the word in any inflection: tariffs too"},
			{Label: "carbon border tax", Value: "these words side by side, inflected or not"},
			{Label: `"carbon border tax"`, Value: "exactly these words"},
			{Label: "tariff, steel quota", Value: "any of them"},
			{Label: "tariff AND steel", Value: "both; also OR, NOT and ( )"},
			{Label: "sanction*", Value: "every word that begins so"},
			{Label: "US, WHO", Value: "two or three capitals match only capitals"},
			{Label: "tariff NEAR/5 steel", Value: "at most five words apart; BEFORE/5 in this order"},
			{Label: "tariff SAME steel", Value: "in the same sentence"},
			{Label: "ATLEAST/3 tariff", Value: "at least three times"},
			{Label: "title:tariff", Value: "in the headline; lead: also in the first paragraph"},
			{Label: "site:gov.uk", Value: "from that site; also source: agency: and lang:"},
		},
		Hints: []string{"`preview tariff AND steel` tries a query without following it"},
	}
}
