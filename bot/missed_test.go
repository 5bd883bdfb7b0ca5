package bot

import (
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

func TestMissedSaysWhatIsMissing(t *testing.T) {
	a := alerts.Article{
		Title: "Steel quota", Publisher: "CGTN", Language: "en",
		Body: "The tariffs rise. Steel makers object to the tariff.\n\nIron is left out.",
	}
	for text, want := range map[string]string{
		"copper":                      "no hit; missing: “copper” in any form",
		"iron AND copper AND nickel":  "no hit; missing: “copper” in any form, “nickel” in any form; has “Iron”",
		"copper OR (iron AND nickel)": "no hit; missing: “copper” in any form or (“iron” in any form and “nickel” in any form); has “Iron”",
		"iron NEAR/2 tariff":          "no hit; missing: “iron” in any form near “tariff” in any form, at most 2 words on; has “tariffs”, “tariff”, “Iron”",
		"iron NEAR/2 copper":          "no hit; missing: “copper” in any form; has “Iron”",
		"iron SAME tariff":            "no hit; missing: “iron” in any form in one sentence with “tariff” in any form; has “tariffs”, “tariff”, “Iron”",
		"ATLEAST/3 tariff":            "no hit; missing: “tariff” in any form at least 3 times; has “tariffs”, “tariff”",
		"title:tariff":                "no hit; missing: “tariff” in any form in the headline",
		"steel -iron":                 "no hit; kept out by “Iron”; has “Steel”",
		"steel -source:cgtn lang:fr":  "no hit; missing: in French; kept out by `source:cgtn`; has “Steel”",
		"a1 & a2 & a3 & a4 & a5 & a6 & a7 & a8": "no hit; missing: “a1” in any form, “a2” in any form, “a3” in any form, " +
			"“a4” in any form, “a5” in any form, “a6” in any form and 2 more",
	} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(text, err)
		}
		rows := missed(a, []alerts.Subscription{{Number: 3, Query: q}}, true)
		if want = "`" + q.String() + "`: " + want; len(rows) != 1 || rows[0].Label != "number 3" || rows[0].Value != want {
			t.Errorf("%s:\n got %+v\nwant %s", text, rows, want)
		}
	}
}

func TestMissedTakesTheNearest(t *testing.T) {
	a := alerts.Article{Title: "Steel quota", Language: "en"}
	var subs []alerts.Subscription
	for i, text := range []string{"copper", "steel AND nickel AND copper", "quota AND nickel", "steel -quota", "iron"} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(text, err)
		}
		subs = append(subs, alerts.Subscription{Number: i + 1, Query: q})
	}
	for _, all := range []bool{true, false} {
		got := ""
		for _, r := range missed(a, subs, all) {
			got += r.Label + "; "
		}
		if want := "number 3; number 4; number 2; "; got != want {
			t.Errorf("all %v: %s, want %s", all, got, want)
		}
	}
	if rows := missed(a, subs[:1], true); len(rows) != 1 {
		t.Errorf("all, without anything of it: %v", rows)
	}
	if rows := missed(a, subs[:1], false); len(rows) != 0 {
		t.Errorf("without anything of it: %v", rows)
	}
}
