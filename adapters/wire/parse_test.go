package wire

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
)

// golden is what a golden file holds.
type golden struct {
	Stories  []Story
	Problems []string `json:",omitempty"`
}

func parseAll(name string, data []byte) golden {
	var g golden
	stories, problems := Parse(name, data)
	g.Stories = stories
	for _, p := range problems {
		g.Problems = append(g.Problems, p.Place+": "+p.Err.Error())
	}
	return g
}

func storyFiles(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	files := make(map[string]string)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(data)
	}
	return files
}

func TestParse(t *testing.T) {
	for name, text := range storyFiles(t) {
		t.Run(name, func(t *testing.T) {
			got := parseAll(name, []byte(text))
			sample.Golden(t, "testdata/stories", strings.TrimSuffix(name, ".txt"), got)
		})
	}
}

// A text is the same story in every encoding, with every line ending.
func TestParseEncodings(t *testing.T) {
	encode := func(s string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, text := range storyFiles(t) {
		forms := map[string]string{
			"with a mark": "\uFEFF" + text,
			"cr lf":       strings.ReplaceAll(text, "\n", "\r\n"),
			"cr":          strings.ReplaceAll(text, "\n", "\r"),
			"utf-16":      encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)),
			"gb18030":     encode(simplifiedchinese.GB18030.NewEncoder().String(text)),
		}
		if name != "chinese.txt" {
			forms["windows-1252"] = encode(charmap.Windows1252.NewEncoder().String(text))
		}
		want := parseAll(name, []byte(text))
		for form, data := range forms {
			if diff := cmp.Diff(want, parseAll(name, []byte(data))); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", name, form, diff)
			}
		}
	}
}

func TestArticle(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2024, 3, d, 0, 0, 0, 0, time.UTC) }
	full := Story{
		Date: day(20), DistributorDate: day(19), Dateline: Dateline{Date: day(18)}, Headline: "H", Body: "B", Agency: "A",
		Distributor: "D", Link: "https://www.Example.org/a/?utm_source=x", Credit: "C",
	}
	a := full.Article()
	if a.ID != "https://example.org/a" || a.Title != "H" || a.Body != "B" || a.URL != full.Link ||
		a.Publisher != "C" || a.Distributor != "D" || a.Agency != "A" || !a.Published.Equal(day(20)) {
		t.Errorf("got %+v", a)
	}
	bare := full
	bare.Link, bare.Date = "", time.Time{}
	b := bare.Article()
	corrected := bare
	corrected.Body = "B, corrected"
	other := bare
	other.Headline = "I"
	if !b.Published.Equal(day(19)) || b.ID == "" || corrected.Article().ID != b.ID || other.Article().ID == b.ID {
		t.Errorf("without link and date: %+v", b)
	}
	bare.DistributorDate = time.Time{}
	if got := bare.Article().Published; !got.Equal(day(18)) {
		t.Errorf("published %s", got)
	}
}

func TestSpellName(t *testing.T) {
	tests := []struct{ in, want string }{
		{"AUSTRALIAN ASSOCIATED PRESS", "Australian Associated Press"},
		{"AGENCE FRANCE-PRESSE", "Agence France-Presse"},
		{"PRESS TRUST OF INDIA", "Press Trust of India"},
		{"THE CANADIAN PRESS", "The Canadian Press"},
		{"AFP", "AFP"},
		{"XYZ", "XYZ"},
		{"AAP NEWSWIRE", "AAP Newswire"},
		{"ITAR-TASS", "ITAR-TASS"},
		{"U.S. NEWS WIRE", "U.S. News Wire"},
		{"REUTERS", "Reuters"},
		{"PRNEWSWIRE", "PRNewswire"},
		{"PRNewswire-AsiaNet", "PRNewswire-AsiaNet"},
		{"Agence  France-Presse", "Agence France-Presse"},
		{"新华社", "新华社"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := spellName(tt.in); got != tt.want {
			t.Errorf("spellName(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParseDateline(t *testing.T) {
	near := time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)
	tests := []struct{ in, place, date, distributor string }{
		{"BEIJING, March 20, 2024 /PRNewswire/ — Text", "BEIJING", "2024-03-20", "PRNewswire"},
		{"AUSTIN, Texas, Feb. 1, 2017 /PRNewswire-AsiaNet/ --", "AUSTIN, Texas", "2017-02-01", "PRNewswire-AsiaNet"},
		{"WASHINGTON (Reuters) - The", "WASHINGTON", "", ""},
		{"GENEVA, Dec. 30 (Xinhua) -- The", "GENEVA", "2023-12-30", ""},
		{"Brussels, 20 March 2024 – The", "Brussels", "2024-03-20", ""},
		{"MURMANSK, February 29. /TASS/. A treaty", "MURMANSK", "2024-02-29", "TASS"},
		{"VALMER, 19 février 2026 — Le conseil", "VALMER", "2026-02-19", ""},
		{"Linz, 3. März 2024 (xyz) - Der Rat", "Linz", "2024-03-03", ""},
		{"MADRID, 1 de mayo de 2024 – El", "MADRID", "2024-05-01", ""},
		{"RIO DE JANEIRO — The", "RIO DE JANEIRO", "", ""},
		{"ST. LOUIS, Mo. (AP) — The", "ST. LOUIS, Mo.", "", ""},
		{"Reykjavík, Feb. 30 — The", "Reykjavík", "", ""},
		{"新华社北京1月3日电 国务院", "北京", "2024-01-03", ""},
		{"北京2023年12月3日讯", "北京", "2023-12-03", ""},
	}
	for _, tt := range tests {
		d, ok := parseDateline(tt.in, near)
		var date string
		if !d.date.IsZero() {
			date = d.date.Format(time.DateOnly)
		}
		if !ok || d.place != tt.place || date != tt.date || d.distributor != tt.distributor {
			t.Errorf("%s: got %q %q %q %v", tt.in, d.place, date, d.distributor, ok)
		}
	}
	for _, s := range []string{
		"Tariffs — the new ones — rise.", "A - B", "The minister said - again - no.", "", "—", "No dash at all",
		"ROOM 12 — The", "Rents / prices / fees rose.", "Prices rose 3.4 percent in March 2024 – more than thought", "well-known, March 20 — x",
	} {
		if d, ok := parseDateline(s, near); ok {
			t.Errorf("%q is taken for a dateline: %+v", s, d)
		}
	}
}

func TestDistributorLine(t *testing.T) {
	for in, want := range map[string]string{
		"PRNewswire March 20, 2024":         "PRNewswire 2024-03-20",
		"/PRNewswire/ -- March 20, 2024 /":  "PRNewswire 2024-03-20",
		"BUSINESS WIRE, 20 March 2024":      "Business Wire 2024-03-20",
		"GLOBE NEWSWIRE - 2024-03-20":       "Globe Newswire 2024-03-20",
		"Beijing, March 20, 2024":           "",
		"The press release of May 14, 2024": "",
		"PRNewswire":                        "",
		"News":                              "",
	} {
		name, date, ok := distributorLine(in, time.Time{})
		got := ""
		if ok {
			got = name + " " + date.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		" date 2024-03-20 AAP\nHeadline\n\nPRNewswire March 20, 2024\n\nOSLO, March 20 — Text.\n\nhttps://x.example/a\nSOURCE X\n",
		"H\nA.\nB\nC.\n", "date 2024-02-31\r\rX -\r-Y", "\xb9\xfa\xce\xf1\xd4\xba", "新华社北京99月99日电",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		stories, problems := Parse("f", data)
		for _, s := range stories {
			if strings.TrimSpace(s.Headline) == "" || strings.ContainsAny(s.Headline, "\r\n") {
				t.Errorf("headline %q", s.Headline)
			}
			if strings.Contains(s.Body, "\n\n\n") || strings.Contains(s.Body, "\r") || !utf8.ValidString(s.Body) {
				t.Errorf("body %q", s.Body)
			}
			a := s.Article()
			if a.ID == "" {
				t.Error("an article without ID")
			}
			// What was taken apart is all there: nothing is said twice.
			if n := len(s.Headline) + len(s.Body) + len(s.Link) + len(s.Credit); n > 4*len(data)+16 {
				t.Errorf("%d bytes came out of %d", n, len(data))
			}
		}
		for _, p := range problems {
			if !strings.HasPrefix(p.Place, "f:") || p.Err == nil {
				t.Errorf("problem %+v", p)
			}
		}
	})
}
