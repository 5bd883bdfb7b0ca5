// Package sample holds alerts that tests of chat adapters show, all of them made
// up, and what such tests do with them. Only tests import it.
package sample

import (
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// Failer is a test, or one try of a property.
type Failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Parsed is a query.
func Parsed(t Failer, s string) query.Query {
	t.Helper()
	q, err := query.Parse(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return q
}

// Steel is an alert with all that an article has.
func Steel(subs ...alerts.Subscription) alerts.Alert {
	sentences := []string{
		"The ministry of trade said on Tuesday that the steel quota would be cut by a tenth from April.",
		"Importers had asked for a year to prepare for the smaller quota.",
	}
	first, second := strings.Index(sentences[0], "steel quota"), strings.Index(sentences[1], "quota")
	return alerts.Alert{
		Article: alerts.Article{
			ID: "steel-1", Title: "Ministry cuts steel quota as tariffs rise", URL: "https://news.example.org/steel?id=1",
			Publisher: "Example Gazette", Agency: "Example Wire", Language: "en", Published: time.Date(2026, 3, 3, 7, 30, 0, 0, time.UTC),
		},
		Subscriptions: subs, Matched: []string{"steel quota", "tariff"}, Summary: sentences,
		Highlights: []alerts.Highlight{
			{Sentence: 0, Start: first, End: first + len("steel quota")}, {Sentence: 1, Start: second, End: second + len("quota")},
		},
	}
}

// Chinese is one of wide letters without spaces, at an address.
func Chinese(address string, subs ...alerts.Subscription) alerts.Alert {
	s := "会议强调，要因地制宜发展新质生产力，推动传统产业改造升级，培育壮大新兴产业。"
	at := strings.Index(s, "新质生产力")
	return alerts.Alert{
		Article: alerts.Article{
			ID: "wide", Title: "因地制宜发展新质生产力", Language: "zh", Publisher: "示例日报", URL: address,
			Published: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		},
		Subscriptions: subs, Matched: []string{"新质生产力"}, Summary: []string{s},
		Highlights: []alerts.Highlight{{Start: at, End: at + len("新质生产力")}},
	}
}

// Unreached is what a digest tells of sources of which some can't be read.
func Unreached() *alerts.Reading {
	since := time.Date(2026, 3, 3, 13, 4, 0, 0, time.UTC)
	return &alerts.Reading{Sources: 12, Unreached: []alerts.Unreached{
		{Name: "gov-uk", Since: since.Add(-50 * time.Hour)},
		{Name: "European *Commission*", Since: since},
		{Name: "@everyone", Since: since},
		{Name: "federal-register", Since: since},
	}}
}

// DownNotice is what people are told of sources that can't be read.
func DownNotice() alerts.Alert {
	return alerts.Alert{
		Article: alerts.Article{ID: alerts.NoticeReference("d1"), Title: "2 sources have not been reached for a day"}, Notice: alerts.OfSources,
		Summary: []string{
			"gov-uk since Mon 2 Mar 14:00, European *Commission* since Mon 2 Mar 14:04.",
			"They are tried again all the time; you are told when they are back.",
		},
	}
}
