package query_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts/query"
)

func TestDescribe(t *testing.T) {
	for in, want := range map[string]string{
		`tariff`:                               "“tariff” in any form",
		`"tariff"`:                             "exactly “tariff”",
		`carbon border tax`:                    "“carbon border tax”",
		`"carbon border tax"`:                  "exactly “carbon border tax”",
		`US`:                                   "“US” in capitals",
		`US tariff`:                            "“US tariff”",
		`sanction*`:                            "words that begin with “sanction”",
		`tariff, steel quota, CBAM`:            "“tariff” in any form, “steel quota” or “cbam” in any form",
		`tariff AND steel`:                     "“tariff” in any form and “steel” in any form",
		`tariff NOT steel`:                     "“tariff” in any form, and not “steel” in any form",
		`tariff -steel -"raw iron"`:            "“tariff” in any form, and not “steel” in any form nor exactly “raw iron”",
		`(tariff OR duty) AND (steel OR iron)`: "(“tariff” in any form or “duty” in any form) and (“steel” in any form or “iron” in any form)",
		`tariff NEAR/5 steel`:                  "“tariff” in any form near “steel” in any form, at most 5 words on",
		`tariff BEFORE/1 steel`:                "“tariff” in any form before “steel” in any form, next to it",
		`tariff SAME (steel OR iron)`:          "“tariff” in any form in one sentence with (“steel” in any form or “iron” in any form)",
		`ATLEAST/3 tariff`:                     "“tariff” in any form at least 3 times",
		`title:tariff`:                         "“tariff” in any form in the headline",
		`lead:(a1 OR b2)`:                      "(“a1” in any form or “b2” in any form) in the headline or the first paragraph",
		`source:cgtn`:                          "published by “cgtn”",
		`agency:"Australian Associated Press"`: "carried by “australian associated press”",
		`site:gov.uk AND tariff`:               "from gov.uk and “tariff” in any form",
		`lang:zh tariff`:                       "",
		`lang:zh AND tariff`:                   "in Chinese and “tariff” in any form",
		`新质生产力`:                                "“新质生产力”",
		`caps:AIDS`:                            "“AIDS” in capitals",
		`NOT (steel AND iron) AND tariff`:      "“tariff” in any form, and not (“steel” in any form and “iron” in any form)",
	} {
		q, err := query.Parse(in)
		if want == "" {
			continue
		}
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
			continue
		}
		if got := query.Describe(q); got != want {
			t.Errorf("Describe(%s)\n got %s\nwant %s", in, got, want)
		}
	}
	if got := query.Describe(query.Query{}); got != "nothing" {
		t.Errorf("Describe of the zero Query: %q", got)
	}
}

// TestDescribeAnything: short, printable, and it names the words unless it was
// cut.
func TestDescribeAnything(t *testing.T) {
	words := rapid.SampledFrom([]string{"tariff", "steel", "US", "sanction*", `"raw iron"`, "co-operation", "新质", "title:duty", "site:gov.uk"})
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(words, 1, 60).Draw(t, "words")
		op := rapid.SampledFrom([]string{" AND ", " OR ", ", "}).Draw(t, "operator")
		q, err := query.Parse(strings.Join(parts, op))
		if err != nil {
			t.Fatal(err)
		}
		got := query.Describe(q)
		if n := len([]rune(got)); n == 0 || n > 300 {
			t.Errorf("%d characters: %s", n, got)
		}
		if strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("control characters in %q", got)
		}
		if strings.HasSuffix(got, "…") {
			return
		}
		for _, label := range q.Labels() {
			if !strings.Contains(got, strings.TrimSuffix(label, "*")) {
				t.Errorf("%q is not in %s", label, got)
			}
		}
	})
}
