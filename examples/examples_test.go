package examples

import (
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWires(t *testing.T) {
	names, err := fs.Glob(Wires(), "*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 4 || len(names) > 6 {
		t.Errorf("%d wire texts, want four to six", len(names))
	}
	var (
		head   = regexp.MustCompile(`\A date \d{4}-\d\d-\d\d [A-Z ]+\n[^\n]+\n\n`)
		tail   = regexp.MustCompile(`\n\nhttps://[a-z.]*example\.(org|com)/\S+\n\nSOURCE [^\n]+\n\z`)
		mine   = "new quality productive forces" // the keyword of the README's first five minutes
		titles = map[string]bool{}
		hits   int
	)
	for _, name := range names {
		data, err := fs.ReadFile(Wires(), name)
		if err != nil {
			t.Fatal(err)
		}
		s := string(data)
		if !utf8.ValidString(s) || strings.Contains(s, "\r") {
			t.Errorf("%s: want UTF-8 with line feeds", name)
		}
		if !head.MatchString(s) {
			t.Errorf("%s: does not begin with date, agency, headline and a blank line", name)
		}
		if !tail.MatchString(s) {
			t.Errorf("%s: does not end with a link to an example domain and the credit", name)
		}
		title := strings.SplitN(s, "\n", 3)[1]
		if titles[title] {
			t.Errorf("%s: the headline comes twice", name)
		}
		titles[title] = true
		if strings.Contains(title, mine) {
			hits++
		}
	}
	if hits == 0 {
		t.Errorf("no headline has %q", mine)
	}
}

func TestSources(t *testing.T) {
	var (
		kinds     = []string{"official", "intergovernmental", "press", "state media", "press releases"}
		status    = regexp.MustCompile(`^(checked( 20\d\d-(0[1-9]|1[0-2]))?|widely used|in use|unconfirmed)$`)
		country   = regexp.MustCompile(`^([A-Z]{2}|INT)$`)
		names     = map[string]bool{}
		addresses = map[string]bool{}
		places    = map[string]bool{}
		defaults  int
	)
	for _, s := range Sources() {
		if s.Name == "" || strings.TrimSpace(s.Name) != s.Name || names[s.Name] {
			t.Errorf("name %q is empty or comes twice", s.Name)
		}
		names[s.Name] = true

		u, err := url.Parse(s.Address)
		if err != nil || u.Host == "" || !slices.Contains([]string{"https", "http"}, u.Scheme) ||
			strings.ContainsAny(s.Address, "[]… {}") || addresses[s.Address] {
			t.Errorf("%s: address %q is no fixed and encoded URL, or comes twice (%v)", s.Name, s.Address, err)
		}
		addresses[s.Address] = true

		if !slices.Contains([]string{"RSS", "Atom"}, s.Format) || !slices.Contains(kinds, s.Kind) ||
			!country.MatchString(s.Country) || s.Language == "" || !status.MatchString(s.Status) {
			t.Errorf("%s: %+v has a value that sources.yaml does not explain", s.Name, s)
		}
		if s.Default {
			defaults++
			places[s.Country] = true
			if s.Status == "unconfirmed" {
				t.Errorf("%s: unconfirmed, and a default", s.Name)
			}
		}
	}
	if defaults < 4 || len(places) < 4 {
		t.Errorf("%d defaults from %d places, want at least four from four", defaults, len(places))
	}
}
