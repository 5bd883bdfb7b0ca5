package summary

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

// marked takes the brackets out of s and gives what they enclosed.
func marked(s string) (string, []alerts.Highlight) {
	var out []alerts.Highlight
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '[':
			out = append(out, alerts.Highlight{Sentence: 1, Start: b.Len()})
		case ']':
			out[len(out)-1].End = b.Len()
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), out
}

// brackets puts them back.
func brackets(s string, marks []alerts.Highlight) string {
	for _, m := range slices.Backward(marks) {
		s = s[:m.Start] + "[" + s[m.Start:m.End] + "]" + s[m.End:]
	}
	return s
}

func TestExcerpt(t *testing.T) {
	const tariffs = "The council raised steel [tariffs] on Monday. Exporters said that they would appeal against the [tariffs] in court."
	for _, tt := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"fits", tariffs, 200, tariffs},
		{"sentence", tariffs, 60, "The council raised steel [tariffs] on Monday. …"},
		{"word", tariffs, 80, "The council raised steel [tariffs] on Monday. Exporters said that they would…"},
		{"word, no comma", "Ministers met in Oslo, Bergen and Tromsø", 23, "Ministers met in Oslo…"},
		{"no open bracket", "Ministers met (in Oslo) on Monday", 16, "Ministers met…"},
		{"around the highlight", "Exporters said on Monday that they would appeal against the steel [tariffs] in court, and ask for damages later.", 50, "…the steel [tariffs] in court, and ask for damages…"},
		{"highlight at the end", "Exporters said on Monday that they would appeal against the steel [tariffs].", 30, "…against the steel [tariffs]."},
		{"highlight is not cut", "Xi spoke of [new quality productive forces] again", 31, "…[new quality productive forces]…"},
		{"highlight is too long", "Xi spoke of [new quality productive forces] again", 20, "…[new quality]…"},
		{"the next highlight is not cut", "A [tax] on steel and [carbon border goods] begins", 30, "A [tax] on steel and…"},
		{"one long word", "Donaudampfschifffahrtsgesellschaft", 10, "Donaudamp…"},
		{"Chinese", "各县因地制宜发展[新质生产力]，避免盲目上马同类项目。", 12, "…展[新质生产力]，避免盲…"},
		{"families stay together", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦 came", 9, "👨‍👩‍👧‍👦…"},
		{"no room", "👨‍👩‍👧‍👦 came", 3, "…"},
		{"nothing", "word and word", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, marks := marked(tt.in)
			got, kept := Excerpt(s, marks, tt.limit)
			if b := brackets(got, kept); b != tt.want {
				t.Errorf("limit %d\n got %s (%d)\nwant %s", tt.limit, b, utf8.RuneCountInString(got), tt.want)
			}
		})
	}
}

func TestExcerptProperties(t *testing.T) {
	pieces := []string{"tariff", "é", "Zoë", "新质", "生产力", "👩‍🚀", ". ", ", ", " ", " ", " ", "(", ")", "a", "—", "“", "”", "e\u0301", "\n", "! The"}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		var marks []alerts.Highlight
		for range rapid.IntRange(0, 40).Draw(t, "pieces") {
			p := rapid.SampledFrom(pieces).Draw(t, "piece")
			if strings.ContainsAny(p, "taZ新") && rapid.IntRange(0, 3).Draw(t, "mark") == 0 {
				marks = append(marks, alerts.Highlight{Start: b.Len(), End: b.Len() + len(p)})
			}
			b.WriteString(p)
		}
		s, limit := b.String(), rapid.IntRange(1, 60).Draw(t, "limit")
		got, kept := Excerpt(s, marks, limit)
		if n := utf8.RuneCountInString(got); n > limit {
			t.Fatalf("%q has %d characters, limit %d", got, n, limit)
		}
		core := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(got, ellipsis), ellipsis), " ")
		if !strings.Contains(s, core) {
			t.Fatalf("%q is not in %q", core, s)
		}
		for _, k := range kept {
			if !slices.ContainsFunc(marks, func(m alerts.Highlight) bool { return strings.Contains(s[m.Start:m.End], got[k.Start:k.End]) }) {
				t.Fatalf("highlight %q is none of %v in %q", got[k.Start:k.End], marks, s)
			}
		}
		if len(marks) > 0 && utf8.RuneCountInString(s[marks[0].Start:marks[0].End]) <= limit-2 {
			if len(kept) == 0 || !slices.ContainsFunc(kept, func(k alerts.Highlight) bool { return got[k.Start:k.End] == s[marks[0].Start:marks[0].End] }) {
				t.Fatalf("the first highlight is gone from %q", got)
			}
		}
		if !wholeCharacters(s, core) {
			t.Fatalf("%q cuts a character of %q", core, s)
		}
	})
}

// wholeCharacters reports whether part occurs in s from one boundary of
// characters to another.
func wholeCharacters(s, part string) bool {
	bounds := map[int]bool{0: true}
	for g := graphemes.FromString(s); g.Next(); {
		bounds[g.End()] = true
	}
	for i := range len(s) + 1 {
		if strings.HasPrefix(s[i:], part) && bounds[i] && bounds[i+len(part)] {
			return true
		}
	}
	return false
}

func TestFitCutsLongSentencesOnly(t *testing.T) {
	long := strings.Repeat("quota and ", 100) + "steel"
	at := len(long) - len("steel")
	r := Result{
		Sentences:  []string{"Short steel.", long},
		Highlights: []alerts.Highlight{{Sentence: 0, Start: 6, End: 11}, {Sentence: 1, Start: at, End: at + 5}},
	}
	got := r.Fit(100)
	if got.Sentences[0] != r.Sentences[0] || utf8.RuneCountInString(got.Sentences[1]) > 100 {
		t.Errorf("got %q", got.Sentences)
	}
	for i, h := range got.Highlights {
		if word := got.Sentences[h.Sentence][h.Start:h.End]; h.Sentence != i || word != "steel" {
			t.Errorf("highlight %d is %q in sentence %d", i, word, h.Sentence)
		}
	}
	if len(got.Highlights) != 2 {
		t.Errorf("%d highlights, want 2", len(got.Highlights))
	}
}
