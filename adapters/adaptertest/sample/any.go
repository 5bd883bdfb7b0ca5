package sample

import (
	"time"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

func instant() *rapid.Generator[time.Time] {
	return rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Map(rapid.Int64Range(-1<<40, 1<<40), func(n int64) time.Time { return time.Unix(n, 0) }),
		rapid.Map(rapid.IntRange(0, 20000), func(n int) time.Time { return time.Unix(int64(n)*86400, 0) }),
	)
}

// Alert draws any alert, its texts and highlights as nobody should write them.
func Alert(text, address *rapid.Generator[string], subscriptions *rapid.Generator[[]alerts.Subscription]) *rapid.Generator[alerts.Alert] {
	return rapid.Custom(func(t *rapid.T) alerts.Alert {
		draw := func(name string) string { return text.Draw(t, name) }
		a := alerts.Alert{
			Article: alerts.Article{
				ID: draw("id"), Title: draw("title"), URL: address.Draw(t, "url"), Publisher: draw("publisher"), Agency: draw("agency"),
				Distributor: rapid.SampledFrom([]string{"", "x"}).Draw(t, "distributor"), Language: draw("language"), Published: instant().Draw(t, "published"),
			},
			Subscriptions: subscriptions.Draw(t, "subs"),
			Matched:       rapid.SliceOfN(text, 0, 3).Draw(t, "matched"),
			Summary:       rapid.SliceOfN(text, 0, 3).Draw(t, "summary"),
		}
		for range rapid.IntRange(0, 5).Draw(t, "highlights") {
			a.Highlights = append(a.Highlights, alerts.Highlight{
				Sentence: rapid.IntRange(-1, 3).Draw(t, "sentence"), Start: rapid.IntRange(-5, 100).Draw(t, "start"), End: rapid.IntRange(-5, 200).Draw(t, "end"),
			})
		}
		return a
	})
}

// Reading is what a digest tells of the sources, their names being names.
func Reading(names *rapid.Generator[string]) *rapid.Generator[*alerts.Reading] {
	return rapid.Custom(func(t *rapid.T) *alerts.Reading {
		r := &alerts.Reading{Sources: rapid.IntRange(0, 9).Draw(t, "sources")}
		for range rapid.IntRange(0, r.Sources).Draw(t, "unreached") {
			r.Unreached = append(r.Unreached, alerts.Unreached{Name: names.Draw(t, "name"), Since: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "since"), 0)})
		}
		return r
	})
}
