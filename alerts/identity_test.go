package alerts_test

import (
	"testing"

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
		"tag:example.org,2024:1":               "tag:example.org,2024:1",
		"ftp://Example.org/A":                  "ftp://Example.org/A",
		"https://e.org/%zz":                    "https://e.org/%zz",
	} {
		got := alerts.CanonicalURL(in)
		if got != want {
			t.Errorf("CanonicalURL(%q) = %q, want %q", in, got, want)
		}
		if again := alerts.CanonicalURL(got); again != got {
			t.Errorf("CanonicalURL(%q) = %q: not the same twice", got, again)
		}
	}
}

func FuzzCanonicalURL(f *testing.F) {
	f.Add("HTTP://u@Example.org:80/a/?b=1&utm_x=2&a=#f")
	f.Add("https://[::1%25en0]/a//?=&a")
	f.Fuzz(func(t *testing.T, s string) {
		once := alerts.CanonicalURL(s)
		if twice := alerts.CanonicalURL(once); twice != once {
			t.Errorf("%q gives %q, which gives %q", s, once, twice)
		}
	})
}

func TestTextHash(t *testing.T) {
	want := alerts.TextHash("one two three")
	if len(want) != 32 {
		t.Errorf("TextHash = %q, want 32 digits", want)
	}
	for _, same := range []string{" one\ttwo\n\nthree ", "one two\u00a0three"} {
		if got := alerts.TextHash(same); got != want {
			t.Errorf("TextHash(%q) = %s, want %s", same, got, want)
		}
	}
	for _, other := range []string{"onetwo three", "One two three", "one two three four", ""} {
		if alerts.TextHash(other) == want {
			t.Errorf("TextHash(%q) is that of another text", other)
		}
	}
}
