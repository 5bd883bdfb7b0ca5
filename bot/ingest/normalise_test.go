package ingest

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestNormalise(t *testing.T) {
	beijing := time.FixedZone("", 8*3600)
	base := func(change func(a *alerts.Article)) alerts.Article {
		a := alerts.Article{ID: "1", Title: "Tariffs rise", Body: "A body.", Origin: "wire", Received: noon}
		change(&a)
		return a
	}
	for _, c := range []struct {
		name     string
		in, want alerts.Article
	}{
		{"spaces and controls", alerts.Article{ID: " 1 ", Title: " Tariffs\n\trise\x00 ", Body: " A body. "}, base(func(*alerts.Article) {})},
		{
			"paragraphs", base(func(a *alerts.Article) { a.Body = "\r\n One.\r\n\r\n\r\n Two,\r\nthree. \r\n" }),
			base(func(a *alerts.Article) { a.Body = "One.\n\nTwo,\nthree." }),
		},
		{
			"headline from the body",
			alerts.Article{ID: "1", Body: "First line\nSecond line"},
			base(func(a *alerts.Article) { a.Title, a.Body = "First line", "First line\nSecond line" }),
		},
		{
			"from the future", base(func(a *alerts.Article) { a.Published = noon.Add(time.Hour) }),
			base(func(a *alerts.Article) { a.Published = noon }),
		},
		{
			"dated", base(func(a *alerts.Article) { a.Published = noon.Add(-time.Hour) }),
			base(func(a *alerts.Article) { a.Published = noon.Add(-time.Hour) }),
		},
		{"received now, whatever it says", base(func(a *alerts.Article) { a.Received, a.Revision = noon.Add(-time.Hour), 7 }), base(func(*alerts.Article) {})},
		{"language", base(func(a *alerts.Article) { a.Language = " ZH_Hans " }), base(func(a *alerts.Article) { a.Language = "zh-hans" })},
		{"no language", base(func(a *alerts.Article) { a.Language = "English (UK)" }), base(func(*alerts.Article) {})},
		{"address", base(func(a *alerts.Article) { a.URL = " https://example.org/a " }), base(func(a *alerts.Article) { a.URL, a.Publisher = "https://example.org/a", "example.org" })},
		{"no address", base(func(a *alerts.Article) { a.URL = "javascript:alert(1)" }), base(func(*alerts.Article) {})},
		{
			"ID from the address", base(func(a *alerts.Article) { a.ID, a.URL = "", "https://example.org/a" }),
			base(func(a *alerts.Article) {
				a.ID, a.URL, a.Publisher = "https://example.org/a", "https://example.org/a", "example.org"
			}),
		},
		{
			"an agency is a name", base(func(a *alerts.Article) { a.URL, a.Agency = "https://www.example.org/a", "Wire" }),
			base(func(a *alerts.Article) { a.URL, a.Agency = "https://www.example.org/a", "Wire" }),
		},
		{"language of the text", base(func(a *alerts.Article) { a.Title, a.Language = "关税明年将提高", "en" }), base(func(a *alerts.Article) { a.Title, a.Language = "关税明年将提高", "en" })},
		{
			"language of a whole text", base(func(a *alerts.Article) { a.Body, a.Language = strings.Repeat("关税明年将提高。", 5), "en" }),
			base(func(a *alerts.Article) { a.Body, a.Language = strings.Repeat("关税明年将提高。", 5), "zh" }),
		},
		{
			"the publisher's time zone", base(func(a *alerts.Article) { a.Published = noon.Add(-time.Hour).In(beijing) }),
			base(func(a *alerts.Article) { a.Published = noon.Add(-time.Hour).In(beijing) }),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := normalise(c.in, "wire", noon)
			if err != nil {
				t.Fatal(err)
			}
			got = inLanguage(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Published.String() != c.want.Published.String() {
				t.Errorf("published %s, want %s", got.Published, c.want.Published)
			}
		})
	}
}

func TestNormaliseRefusesTheEmpty(t *testing.T) {
	if _, err := normalise(alerts.Article{ID: "1", Title: " \n", Body: "\x00"}, "wire", noon); !errors.Is(err, errEmpty) {
		t.Errorf("error %v", err)
	}
}

func TestIDsFromTheText(t *testing.T) {
	id := func(a alerts.Article) string {
		t.Helper()
		n, err := normalise(a, "wire", noon)
		if err != nil {
			t.Fatal(err)
		}
		return n.ID
	}
	one, same, other := id(alerts.Article{Title: "A", Body: "B"}), id(alerts.Article{Title: "A ", Body: "B"}), id(alerts.Article{Title: "A", Body: "C"})
	if one == "" || one != same || one == other {
		t.Errorf("IDs %q, %q, %q", one, same, other)
	}
	long := strings.Repeat("x", 600)
	if got := id(alerts.Article{ID: long, Title: "A"}); len(got) > 100 || got == id(alerts.Article{ID: long + "y", Title: "A"}) {
		t.Errorf("a long ID became %q", got)
	}
}

func TestLongBodyIsCutAtAParagraph(t *testing.T) {
	paragraph := strings.Repeat("Eine Währung. ", 100)
	body := strings.TrimSpace(strings.Repeat(paragraph+"\n\n", 2000))
	a, err := normalise(alerts.Article{ID: "1", Title: "A", Body: body}, "wire", noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Body) > maxBody || len(a.Body) < maxBody-2*len(paragraph) || !strings.HasSuffix(a.Body, "Währung.") {
		t.Errorf("%d bytes, ending in %q", len(a.Body), a.Body[len(a.Body)-20:])
	}
}

func TestNormaliseProperties(t *testing.T) {
	words := rapid.StringOf(rapid.SampledFrom([]rune("ab \n\té中\u0301\x00\u202e.")))
	rapid.Check(t, func(t *rapid.T) {
		in := alerts.Article{ID: words.Draw(t, "id"), Title: words.Draw(t, "title"), Body: words.Draw(t, "body"), Publisher: words.Draw(t, "publisher")}
		a, err := normalise(in, "wire", noon)
		if err != nil {
			return
		}
		if a.ID == "" || a.Title == "" || strings.ContainsAny(a.Title, "\n\t\x00\u202e") || strings.Contains(a.Body, "\n\n\n") {
			t.Fatalf("%+v", a)
		}
		again, err := normalise(a, "wire", noon)
		if err != nil || again != a {
			t.Fatalf("normalise is not stable: %v\n%+v\n%+v", err, a, again)
		}
	})
}

func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.TrimSpace(rapid.StringOf(rapid.SampledFrom([]rune("ab é中"))).Draw(t, "s"))
		n := rapid.IntRange(8, 40).Draw(t, "n")
		got := cut(s, n)
		kept, shortened := strings.CutSuffix(got, "…")
		if len(got) > n || !utf8.ValidString(got) || !strings.HasPrefix(s, kept) || shortened != (len(s) > n) {
			t.Fatalf("cut(%q, %d) = %q", s, n, got)
		}
	})
}
