package summary

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

var update = flag.Bool("update", false, "write the summaries of testdata anew")

// spansOf gives every occurrence of words in the body of an article.
func spansOf(body string, words ...string) []alerts.Span {
	var out []alerts.Span
	for _, w := range words {
		for at := 0; ; {
			i := strings.Index(body[at:], w)
			if i < 0 || w == "" {
				break
			}
			out = append(out, alerts.Span{Field: alerts.Body, Start: at + i, End: at + i + len(w)})
			at += i + len(w)
		}
	}
	return out
}

// lines writes a summary with its highlights in brackets, a sentence a line.
func lines(r Result) string {
	var b strings.Builder
	for i, s := range r.Sentences {
		var own []alerts.Highlight
		for _, h := range r.Highlights {
			if h.Sentence == i {
				own = append(own, h)
			}
		}
		b.WriteString(brackets(s, own) + "\n")
	}
	return b.String()
}

// TestGolden reads files of a comment and the parts title, body, hits (the
// texts of the spans, one a line) and summary, each below a line "-- name --".
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no texts", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			rest, want, _ := strings.Cut(string(data), "-- summary --\n")
			head, hits, _ := strings.Cut(rest, "-- hits --\n")
			head, body, _ := strings.Cut(head, "-- body --\n")
			_, title, found := strings.Cut(head, "-- title --\n")
			if !found {
				t.Fatal("a part is missing")
			}
			a := alerts.Article{Title: strings.TrimSpace(title), Body: body}
			got := lines(Summarize(a, spansOf(body, strings.Split(strings.TrimSpace(hits), "\n")...), 0))
			if *update {
				if err := os.WriteFile(name, []byte(rest+"-- summary --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestNumberOfSentences(t *testing.T) {
	a := alerts.Article{Body: "The council met on Monday morning. It raised the tariffs on steel. Exporters will go to court. Prices rose by a tenth. All of the ministers were pleased."}
	for n, want := range map[int]int{-1: 3, 0: 3, 1: 1, 2: 2, 4: 4, 5: 5, 9: 5} {
		if got := len(Summarize(a, nil, n).Sentences); got != want {
			t.Errorf("%d sentences asked for: got %d, want %d", n, got, want)
		}
	}
	if got := Summarize(alerts.Article{Title: "Council meets"}, nil, 3); len(got.Sentences)+len(got.Highlights) != 0 {
		t.Errorf("of an empty body: %v", got)
	}
}

// TestEveryHitIsCovered: as long as there is room, each word that was hit has
// a sentence in the summary, wherever it stands.
func TestEveryHitIsCovered(t *testing.T) {
	var b strings.Builder
	for range 20 {
		b.WriteString("The council of the river provinces debated the budget for many hours. ")
		b.WriteString("Members spoke about schools, roads and hospitals of the provinces. ")
	}
	b.WriteString("A levy on sugar was rejected. Nothing was said about fishing.")
	a := alerts.Article{Title: "Council debates the budget", Body: b.String()}
	got := lines(Summarize(a, spansOf(a.Body, "sugar", "fishing"), 3))
	for _, want := range []string{"[sugar]", "[fishing]", "council"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestSpansOverlapAndCrossSentences(t *testing.T) {
	a := alerts.Article{Body: "The council raised the tariffs. Steel became dearer in every province."}
	spans := []alerts.Span{
		{Field: alerts.Title, Start: 0, End: 3},
		{Field: alerts.Body, Start: strings.Index(a.Body, "tariffs"), End: strings.Index(a.Body, " became")},
		{Field: alerts.Body, Start: strings.Index(a.Body, "raised"), End: strings.Index(a.Body, "s. Steel")},
	}
	want := "The council [raised the tariffs.]\n[Steel] became dearer in every province.\n"
	if got := lines(Summarize(a, spans, 3)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// squeeze takes all white space out.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// faithful checks what must hold for every summary.
func faithful(t rapid.TB, a alerts.Article, spans []alerts.Span, n int) Result {
	t.Helper()
	r := Summarize(a, spans, n)
	if n > 0 && len(r.Sentences) > n || len(r.Sentences) > max(n, 3) {
		t.Fatalf("%d sentences, want at most %d", len(r.Sentences), n)
	}
	body := squeeze(a.Body)
	for _, s := range r.Sentences {
		i := strings.Index(body, squeeze(s))
		if i < 0 || squeeze(s) == "" {
			t.Fatalf("%q does not follow in the body", s)
		}
		body = body[i+len(squeeze(s)):]
		if isBoilerplate(s) {
			t.Fatalf("%q is boilerplate", s)
		}
	}
	for _, h := range r.Highlights {
		text := squeeze(r.Sentences[h.Sentence][h.Start:h.End])
		if !slices.ContainsFunc(spans, func(s alerts.Span) bool {
			hit := squeeze(a.Body[s.Start:s.End])
			return s.Field == alerts.Body && (strings.Contains(text, hit) || strings.Contains(hit, text))
		}) {
			t.Fatalf("highlight %q is no span", text)
		}
	}
	if again := Summarize(a, spans, n); !reflect.DeepEqual(again, r) {
		t.Fatalf("a second summary differs: %v and %v", r, again)
	}
	return r
}

func TestSummariesAreFaithful(t *testing.T) {
	story := []string{
		"The council raised the tariffs on steel.", "Exporters said they would go to court!", "Prices rose by 0.5 percent\nin March.",
		"“We are not against it,” said Ann Lee of the Federation of Metal Traders.", "各县因地制宜发展新质生产力。", "Dr. Lee met Mr. Bo in the U.S. on Jan. 3.",
		"Что делать?", "Yes.", "الحكومة ترفع الرسوم الجمركية.", "Was it late?", "Prices rose", "A  very\tlong   sentence of which nobody knows where it will end.",
	}
	noise := []string{
		"SOURCE CGTN", "https://example.org/a", "PRNewswire March 20, 2024", "Click here to read on.", "###", "About Acme Ltd", "By Ann Lee",
		"Photo: Acme", "Contact: Ann Lee, 555 0100", "© 2026 Acme. All rights reserved.", "责任编辑：李安", "Cross-head without an end", "(Reporting by Bo Li)",
	}
	front := []string{"", "", "\n\nBEIJING, March 20, 2024 /PRNewswire/ — ", "\n\nWASHINGTON (AP) - ", "\n\n临州2月20日电　", "\n\n- "}
	join := []string{" ", "\n", "\n\n", "\n\n", "\r\n\r\n"}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(0, 15).Draw(t, "parts") {
			if rapid.IntRange(0, 2).Draw(t, "noise") == 0 {
				b.WriteString("\n\n" + rapid.SampledFrom(noise).Draw(t, "boilerplate") + "\n\n")
				continue
			}
			b.WriteString(rapid.SampledFrom(front).Draw(t, "front") + rapid.SampledFrom(story).Draw(t, "sentence") + rapid.SampledFrom(join).Draw(t, "join"))
		}
		a := alerts.Article{Title: rapid.SampledFrom(append(story, "")).Draw(t, "title"), Body: b.String()}
		spans := spansOf(a.Body, rapid.SampledFrom([]string{"the tariffs", "March", "生产力", "in\nMarch", "xyzzy"}).Draw(t, "hit"), "CGTN")
		r := faithful(t, a, spans, rapid.IntRange(-1, 6).Draw(t, "n"))
		for _, s := range r.Sentences {
			for _, bad := range []string{"BEIJING", "WASHINGTON", "2月20日电", "CGTN", "example.org", "Newswire", "©", "Reporting", "Contact"} {
				if strings.Contains(s, bad) {
					t.Fatalf("%q has %q", s, bad)
				}
			}
		}
	})
}

func FuzzSummarize(f *testing.F) {
	f.Add("Council meets", "BEIJING, March 20, 2024 /PRNewswire/ — The council met. It raised tariffs.\n\nSOURCE CGTN", 10, 20)
	f.Add("", "各县发展新质\n生产力。避免上马项目。", 3, 9)
	f.Add("x", "\u00a0•\u00a0-\n—\xff\xfe (a) /b/. c", 0, 4)
	f.Fuzz(func(t *testing.T, title, body string, start, end int) {
		var spans []alerts.Span
		if 0 <= start && start < end && end <= len(body) {
			spans = append(spans, alerts.Span{Field: alerts.Body, Start: start, End: end})
		}
		a := alerts.Article{Title: title, Body: body}
		r := Summarize(a, spans, 0)
		if again := Summarize(a, spans, 0); !reflect.DeepEqual(again, r) {
			t.Fatalf("a second summary differs: %v and %v", r, again)
		}
		rest := squeeze(body)
		for _, s := range r.Sentences {
			i := strings.Index(rest, squeeze(s))
			if i < 0 {
				t.Fatalf("%q does not follow in the body", s)
			}
			rest = rest[i+len(squeeze(s)):]
		}
	})
}

func BenchmarkSummarize(b *testing.B) {
	var body strings.Builder
	for i := range 25 { // 500 words
		body.WriteString("The council of the ")
		for j := range 15 {
			body.WriteString([]string{"river ", "steel ", "province ", "tariffs ", "budget ", "school ", "minister "}[(i*j+i+j)%7])
		}
		body.WriteString("on Monday.\n\n"[:11+i%2])
	}
	a := alerts.Article{Title: "Council raises steel tariffs", Body: body.String()}
	spans := spansOf(a.Body, "steel")
	b.ReportAllocs()
	for b.Loop() {
		Summarize(a, spans, 0)
	}
}

func TestAnnouncementsOfListsComeLast(t *testing.T) {
	a := alerts.Article{Body: "The council raised the tariffs on steel and on copper.\n\n" +
		"These are the five goods on which the new tariffs fall this year:\n\n" +
		"> The harbour keeps its old tariffs until the end of next year."}
	got := Summarize(a, nil, 2).Sentences
	want := []string{"The council raised the tariffs on steel and on copper.", "The harbour keeps its old tariffs until the end of next year."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
