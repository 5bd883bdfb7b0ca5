package legible_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		" a\t b\r\n c\u2028d\u00a0e ":   "a b c d e",
		"a\u202eb\u2066c\u200fd\u061ce": "abcde",
		"a\x00b\x1bc\u0085d\x7f":        "abc d",
		"zero\u200bwidth\ufeff":         "zerowidth",
		"می\u200cخواهم 👩\u200d👩\u200d👧": "می\u200cخواهم 👩\u200d👩\u200d👧",
		"\u0600١٢":                         "\u0600١٢",
		"\xff\xfea":                        "\ufffda",
		"\u200d\u200c \u0301 \ufe0f":       "",
		strings.Repeat("字", 6000):          strings.Repeat("字", 16<<10/3),
		"<!channel> `x` *y* &amp; :tada: ": "<!channel> `x` *y* &amp; :tada:",
	} {
		if got := legible.Line(in); got != want {
			t.Errorf("Line(%.60q) = %.60q, want %.60q", in, got, want)
		}
	}
}

func TestPiece(t *testing.T) {
	for in, want := range map[string]string{"": "", "\u200b": "", " ": " ", "\u200d ": " ", " a ": " a ", "\na": " a", "a\u200b ": "a "} {
		if got := legible.Piece(in); got != want {
			t.Errorf("Piece(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		most int
		want string
	}{
		{"short", 5, "short"},
		{"one two three", 9, "one two…"},
		{"one two three", 8, "one two…"},
		{"one, two three", 6, "one…"},
		{"a bcdefghijk", 8, "a bcdef…"}, // a word is worth less than half of the room
		{"新质生产力", 4, "新质生…"},
		{"👩‍👩‍👧👩‍👩‍👧", 10, "👩‍👩‍👧…"},
		{"👩‍👩‍👧👩‍👩‍👧", 6, "…"},
		{"😀😀😀", 6, "😀😀😀"},
		{"😀😀😀", 5, "😀😀…"},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…"},
		{"ab", 1, "…"},
		{"a" + strings.Repeat("\u0301", 100), 10, "…"},
	} {
		if got := legible.Cut(c.in, c.most); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.most, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s, most := legible.Line(rapid.String().Draw(t, "s")), rapid.IntRange(1, 50).Draw(t, "most")
		got := legible.Cut(s, most)
		if legible.Length(got) > most {
			t.Fatalf("%q has %d units", got, legible.Length(got))
		}
		if got != s && (!strings.HasSuffix(got, "…") || !strings.HasPrefix(s, strings.TrimSuffix(got, "…"))) {
			t.Fatalf("%q is no beginning of %q", got, s)
		}
	})
}

func TestWebLink(t *testing.T) {
	for in, want := range map[string]bool{
		"https://news.example.org/a?b=c&d=e#f|g":                true,
		"http://例子.example/新闻":                                  true,
		"HTTPS://news.example.org":                              true,
		"https://gov.example@bad.example/":                      false,
		"https://a:b@bad.example/":                              false,
		"javascript:alert(1)":                                   false,
		"ftp://news.example.org":                                false,
		"//news.example.org":                                    false,
		"https:news.example.org":                                false,
		"https://:443/":                                         false,
		"https://news.example.org/a b":                          false,
		"https://news.example.org/\u202e":                       false,
		"https://news.example.org/\xff":                         false,
		"https://news.example.org/\u200b":                       false,
		"":                                                      false,
		"https://news.example.org/" + strings.Repeat("x", 2975): true,
		"https://news.example.org/" + strings.Repeat("x", 2976): false,
	} {
		if got := legible.WebLink(in, 3000); got != want {
			t.Errorf("WebLink(%.60q, 3000) = %v, want %v", in, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	sub := func(id alerts.SubscriptionID, words string) alerts.Subscription {
		q, err := query.Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		return alerts.Subscription{ID: id, Query: q}
	}
	steel, tariff := sub(2, "steel"), sub(1, "tariff")
	of := func(subs ...alerts.Subscription) alerts.Alert { return alerts.Alert{Subscriptions: subs} }
	got := legible.Grouped([]alerts.Alert{of(steel), of(tariff), of(), of(steel, tariff), of(steel)})
	want := []legible.Group{{Keyword: "steel", Members: []int{0, 4}}, {Keyword: "tariff", Members: []int{1, 3}}, {Keyword: legible.Unnamed, Members: []int{2}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestPointer(t *testing.T) {
	long := strings.Repeat("字", 50)
	for _, c := range []struct {
		in   string
		at   int
		want string
	}{
		{`a "b`, 3, `a 👉"b`},
		{"ab", 1, "👉ab"},
		{"ab", 3, "ab👉"},
		{"ab", 99, "ab👉"},
		{"a\nb\u202e\xffc", 6, "a b\ufffd\ufffd👉c"},
		{long + "x" + long, 51, "…" + long[:90] + "👉x" + long[:87] + "…"},
	} {
		if got := legible.Pointer(c.in, c.at); got != c.want {
			t.Errorf("Pointer(%q, %d) = %q, want %q", c.in, c.at, got, c.want)
		}
	}
}
