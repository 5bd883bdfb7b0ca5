package feed

import (
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
