package feed

import (
	"strings"
	"testing"
	"time"
)

func TestPublisherOf(t *testing.T) {
	for _, c := range []struct{ title, host, want string }{
		{"BBC News - World", "www.bbc.co.uk", "BBC News"},
		{"BBC News", "feeds.bbci.co.uk", "BBC News"},
		{"World news | The Guardian", "www.theguardian.com", "The Guardian"},
		{"The Guardian", "www.theguardian.com", "The Guardian"},
		{"NYT > World News", "www.nytimes.com", "NYT"},
		{"Al Jazeera – Breaking News, World News and Video from Al Jazeera", "www.aljazeera.com", "Al Jazeera"},
		{"Example Gazette", "example.org", "Example Gazette"},
		{"Example Gazette RSS Feed", "example.org", "Example Gazette"},
		{"Example Gazette (RSS)", "example.org", "Example Gazette"},
		{"Latest news", "www.example.org", "example.org"},
		{"RSS", "www.example.org", "example.org"},
		{"", "www.example.org", "example.org"},
		{"", "", ""},
		{"News", "", "News"},
		{"Press releases - Ministry of Trade", "trade.example.gov", "Ministry of Trade"},
		{"Home | Department of Examples | Updates", "", "Department of Examples"},
		{"IMF: Press releases", "www.imf.org", "IMF"},
		{"World Trade Organization: Latest", "www.wto.org", "World Trade Organization"},
		// Nothing tells which is the name.
		{"Tariffs - A blog", "example.org", "Tariffs - A blog"},
		{"Law & Order: the blog", "example.org", "Law & Order: the blog"},
		{"X-Press", "example.org", "X-Press"},
		{" - ", "example.org", "-"},
	} {
		title := c.title
		if title == " - " {
			title = "-"
		}
		if got := publisherOf(title, c.host); got != c.want {
			t.Errorf("publisherOf(%q, %q) = %q, want %q", c.title, c.host, got, c.want)
		}
	}
}

func TestZoneOf(t *testing.T) {
	for date, want := range map[string]string{
		"Wed, 20 Mar 2024 10:00:00 +0800":       "+08:00",
		"Wed, 20 Mar 2024 10:00:00 -0500":       "-05:00",
		"2024-03-20T10:00:00+05:30":             "+05:30",
		"2024-03-20T10:00:00.5-03:30":           "-03:30",
		"2024-03-20T10:00:00Z":                  "Z",
		"Wed, 20 Mar 2024 10:00:00 GMT":         "Z",
		"Wed, 20 Mar 2024 10:00:00 EST":         "-05:00",
		"Wed, 20 Mar 2024 10:00:00 CEST":        "+02:00",
		"Wed, 20 Mar 2024 10:00:00 +0100 (CET)": "+01:00",
		"2024-03-20":                            "Z",
		"2024-03-2024":                          "Z",
		"20-03-2024":                            "Z",
		"Wed, 20 Mar 2024 10:00:00 +9900":       "Z",
		"Wed, 20 Mar 2024 10:00:00 XYZ":         "Z",
		"":                                      "Z",
	} {
		if got := time.Unix(0, 0).In(zoneOf(date)).Format("Z07:00"); got != want {
			t.Errorf("zoneOf(%q) is %s, want %s", date, got, want)
		}
	}
}

// An identifier that is no address is one of its feed.
func TestIDsOfTwoFeeds(t *testing.T) {
	id := func(address, guid string) string {
		t.Helper()
		b, err := Decode(strings.NewReader(rssOf(item("<title>A</title><guid isPermaLink=\"false\">%s</guid>", guid))), address)
		if err != nil {
			t.Fatal(err)
		}
		return b.Articles[0].ID
	}
	feeds := []string{
		"https://example.org/trade/feed", "https://example.org/health/feed", "https://example.com/trade/feed",
		"https://example.org/feed?topic=1", "https://example.org/feed?topic=2", "https://example.org:8080/trade/feed",
	}
	seen := map[string]string{}
	for _, f := range feeds {
		got := id(f, "123")
		if first, ok := seen[got]; ok {
			t.Errorf("123 of %s and of %s is %q", first, f, got)
		}
		seen[got] = f
		if strings.Contains(got, "topic") {
			t.Errorf("%q shows the query", got)
		}
	}
	if a, b := id("http://Example.org/trade/feed/", "123"), id(feeds[0], "123"); a != b {
		t.Errorf("the same feed: %q and %q", a, b)
	}
	for _, guid := range []string{"https://example.org/?p=1", "tag:example.org,2024:1", "urn:uuid:1"} {
		if a, b := id(feeds[0], guid), id(feeds[2], guid); a != b || a != guid {
			t.Errorf("%s is %q and %q", guid, a, b)
		}
	}
}

func TestOriginalLink(t *testing.T) {
	for _, doc := range []string{
		`<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel>` +
			`<item><title>A</title><link>http://feedproxy.google.com/~r/x/~3/1/</link><feedburner:origLink>https://example.org/a</feedburner:origLink></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><entry><title>A</title>` +
			`<link href="http://feedproxy.google.com/~r/x/~3/1/"/><feedburner:origLink>https://example.org/a</feedburner:origLink></entry></feed>`,
	} {
		if got := decodeString(t, doc).Articles[0].URL; got != "https://example.org/a" {
			t.Errorf("the link is %s", got)
		}
	}
	bad := `<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel>` +
		`<item><title>A</title><link>https://example.org/b</link><feedburner:origLink>javascript:1</feedburner:origLink></item></channel></rss>`
	if got := decodeString(t, bad).Articles[0].URL; got != "https://example.org/b" {
		t.Errorf("the link is %s", got)
	}
}
