package alerts_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

func TestCanonicalURL(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "",
		" https://Example.ORG/a ":              "https://example.org/a",
		"http://example.org:80/a/":             "https://example.org/a",
		"https://example.org:443/a#top":        "https://example.org/a",
		"https://example.org:8443/a":           "https://example.org:8443/a",
		"http://example.org:443/a":             "https://example.org/a",
		"https://user:pw@example.org/a":        "https://example.org/a",
		"https://example.org./a":               "https://example.org/a",
		"https://example.org":                  "https://example.org",
		"https://example.org/":                 "https://example.org",
		"https://[2001:DB8::1]:443/a":          "https://[2001:db8::1]/a",
		"https://e.org/Case/%C3%A9?Q=A":        "https://e.org/Case/%C3%A9?Q=A",
		"https://e.org/?utm_source=x&UTM_id=y": "https://e.org",
		"https://e.org/a?b=2&a=1&fbclid=z&b=1": "https://e.org/a?a=1&b=2&b=1",
		"https://e.org/a?gclid=1&mc_cid=2&id=": "https://e.org/a?id=",
		"https://e.org/a?&&x":                  "https://e.org/a?x",
		"https://e.org/a?a%2Bb=1&%zz=2":        "https://e.org/a?%zz=2&a%2Bb=1",
		"https://www.example.org/amp":          "https://example.org/amp",
		"tag:example.org,2024:1":               "tag:example.org,2024:1",
		"ftp://Example.org/A":                  "ftp://Example.org/A",
		"https://e.org/%zz":                    "https://e.org/%zz",
	} {
		if got := alerts.CanonicalURL(in); got != want {
			t.Errorf("CanonicalURL(%q) = %q, want %q", in, got, want)
		}
	}
}

// testdata/addresses.txt holds a pair a line: "=" where both lead to the same
// page, "!" where they don't.
func TestSamePage(t *testing.T) {
	f, err := os.Open("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pairs, lines := 0, bufio.NewScanner(f)
	for lines.Scan() {
		l := strings.TrimSpace(lines.Text())
		if l == "" || l[0] == '#' {
			continue
		}
		words := strings.Fields(l)
		if len(words) != 3 || words[0] != "=" && words[0] != "!" {
			t.Fatalf("%q is no pair", l)
		}
		pairs++
		a, b := alerts.CanonicalURL(words[1]), alerts.CanonicalURL(words[2])
		if same := words[0] == "="; (a == b) != same {
			t.Errorf("%s\n%s\n\t%s\n\t%s", words[0], l, a, b)
		}
	}
	if err := lines.Err(); err != nil || pairs < 150 {
		t.Errorf("%d pairs were read, want 150 at least: %v", pairs, err)
	}
}

// Whatever dresses an address up, its canonical form is the same, and its own.
func TestCanonicalURLUndresses(t *testing.T) {
	part := rapid.StringMatching(`[a-z0-9-]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		host := part.Draw(t, "host") + "x.example.org"
		plain := "https://" + host
		for _, p := range rapid.SliceOfN(part, 1, 4).Draw(t, "path") {
			plain += "/" + p + "y"
		}
		var query []string
		for i, v := range rapid.SliceOfN(part, 0, 3).Draw(t, "values") {
			query = append(query, string(rune('a'+i))+"id="+v)
		}
		want := alerts.CanonicalURL(plain + "?" + strings.Join(query, "&"))

		dressed := strings.Replace(plain, "https://", rapid.SampledFrom([]string{
			"https://", "http://", "HTTPS://www.", "http://m.", "https://amp.", "https://user@", "https://mobile.",
		}).Draw(t, "front"), 1)
		dressed += rapid.SampledFrom([]string{"", "/", "/amp", "/amp/", "/index.html", "//", "/./", "/x/..", ";jsessionid=1A"}).Draw(t, "end")
		more := rapid.Permutation(append(query, "utm_source=rss", "fbclid=1", "at_medium=RSS", "CMP=x", "amp=1")).Draw(t, "query")
		dressed += "?" + strings.Join(more, "&") + rapid.SampledFrom([]string{"", "#top", "#"}).Draw(t, "fragment")
		if got := alerts.CanonicalURL(dressed); got != want {
			t.Fatalf("CanonicalURL(%q) = %q, want %q", dressed, got, want)
		}
	})
}

func FuzzCanonicalURL(f *testing.F) {
	f.Add("HTTP://u@Example.org:80/a/?b=1&utm_x=2&a=#f")
	f.Add("https://[::1%25en0]/a//?=&a")
	f.Add("https://www.google.com/amp/s/amp.e.org/a.amp.html?amp=1#!/x")
	f.Add("https://e-org.cdn.ampproject.org/c/s/e.org/%2e%2e/amp/amp;jsessionid=1")
	f.Add("https://www.google.com/url?q=https%3A%2F%2Fm.m.e.org%2F&url=x")
	f.Fuzz(func(t *testing.T, s string) {
		once := alerts.CanonicalURL(s)
		if twice := alerts.CanonicalURL(once); twice != once {
			t.Errorf("%q gives %q, which gives %q", s, once, twice)
		}
	})
}
