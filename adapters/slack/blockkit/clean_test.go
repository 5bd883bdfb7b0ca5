package blockkit

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
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
		"<!channel> `x` *y* &amp; :tada: ": "<!channel> `x` *y* &amp; :tada:",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanEdges(t *testing.T) {
	for in, want := range map[string]string{"": "", "\u200b": "", " ": " ", "\u200d ": " ", " a ": " a ", "\na": " a", "a\u200b ": "a "} {
		if got := cleanEdges(in); got != want {
			t.Errorf("cleanEdges(%q) = %q, want %q", in, got, want)
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
		if got := cut(c.in, c.most); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.most, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s, most := clean(rapid.String().Draw(t, "s")), rapid.IntRange(1, 50).Draw(t, "most")
		got := cut(s, most)
		if length(got) > most {
			t.Fatalf("%q has %d units", got, length(got))
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
		if got := webLink(in); got != want {
			t.Errorf("webLink(%.60q) = %v, want %v", in, got, want)
		}
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
		if got := pointer(c.in, c.at); got != c.want {
			t.Errorf("pointer(%q, %d) = %q, want %q", c.in, c.at, got, c.want)
		}
	}
}
