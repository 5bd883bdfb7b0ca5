package page

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The examples of RFC 9309 and of Google's documentation, and what stands in
// files that nobody checked.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, file, path string
		allowed          bool
	}{
		{"no file", "", "/a", true},
		{"nothing disallowed", "User-agent: *\nDisallow:\n", "/a", true},
		{"everything disallowed", "User-agent: *\nDisallow: /\n", "/a", false},
		{"everything disallowed to others", "User-agent: otherbot\nDisallow: /\n", "/a", true},
		{"our own group goes before *", "User-agent: *\nDisallow: /\n\nUser-agent: bellwether\nAllow: /\n", "/a", true},
		{"our own group goes before *, wherever it stands", "User-agent: Bellwether/2.0\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n", "/b", true},
		{"an empty group of ours", "User-agent: bellwether\n\nUser-agent: *\nDisallow: /\n", "/a", false}, // the two lines are one group
		{"a name that only begins like ours", "User-agent: bellwetherbot\nDisallow: /\n", "/a", true},
		{"a part of our name", "User-agent: bell\nDisallow: /\n", "/a", true},
		{"two names", "User-agent: otherbot\nUser-agent: bellwether\nDisallow: /a\n", "/a", false},
		{"groups of one name are one", "User-agent: bellwether\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: bellwether\nDisallow: /b\n", "/b", false},
		{"a prefix", "User-agent: *\nDisallow: /fish\n", "/fish/salmon.html", false},
		{"a prefix of a word", "User-agent: *\nDisallow: /fish\n", "/fishheads", false},
		{"case counts", "User-agent: *\nDisallow: /fish\n", "/Fish.asp", true},
		{"no prefix", "User-agent: *\nDisallow: /fish\n", "/catfish", true},
		{"a folder", "User-agent: *\nDisallow: /fish/\n", "/fish.html", true},
		{"a star", "User-agent: *\nDisallow: /*.php\n", "/folder/filename.php?parameters", false},
		{"a star and the end", "User-agent: *\nDisallow: /*.php$\n", "/filename.php?parameters", true},
		{"a star and the end, met", "User-agent: *\nDisallow: /*.php$\n", "/a.php/b.php", false},
		{"a star within", "User-agent: *\nDisallow: /fish*.php\n", "/fishheads/catfish.php?id=1", false},
		{"a pattern begins at the path's begin", "User-agent: *\nDisallow: /b*c\n", "/a/b/c", true},
		{"the longest decides", "User-agent: *\nAllow: /p\nDisallow: /\n", "/page", true},
		{"of the same length the one that allows", "User-agent: *\nDisallow: /folder\nAllow: /folder\n", "/folder/page", true},
		{"the longest, with a star", "User-agent: *\nAllow: /page\nDisallow: /*.htm\n", "/page.htm", false},
		{"the front page only", "User-agent: *\nAllow: /$\nDisallow: /\n", "/", true},
		{"all but the front page", "User-agent: *\nAllow: /$\nDisallow: /\n", "/page.htm", false},
		{"parameters", "User-agent: *\nDisallow: /*?print=\n", "/a?print=1", false},
		{"escapes", "User-agent: *\nDisallow: /caf%c3%a9\n", "/café", false},
		{"plain for escapes", "User-agent: *\nDisallow: /café\n", "/caf%C3%A9/a", false},
		{"escaped letters", "User-agent: *\nDisallow: /%61\n", "/a", false},
		{"an escaped slash is none", "User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true},
		{"comments", "# none\nUser-agent: * # all\nDisallow: /a # this\n", "/a", false},
		{"small letters, no spaces, CRLF", "user-agent:*\r\ndisallow:/a\r\n", "/a", false},
		{"a mark", "\ufeffUser-agent: *\nDisallow: /a\n", "/a", false},
		{"a rule before any group", "Disallow: /\nUser-agent: *\nDisallow: /b\n", "/a", true},
		{"lines of others", "User-agent: *\nSitemap: https://e.org/s.xml\nNoindex: /\nDisallow: /a\n", "/a", false},
		{"a sitemap between names divides nothing", "User-agent: x\nSitemap: https://e.org/s.xml\nUser-agent: bellwether\nDisallow: /a\n", "/a", false},
		{"a bad delay", "User-agent: *\nCrawl-delay: soon\nDisallow: /a\n", "/a", false},
		{"no slash", "User-agent: *\nDisallow: a\n", "/a", false},
		{"HTML", "<!doctype html><html><body>Not found: User-agent: *</body></html>", "/a", true},
		{"bytes", "\x00\xff\xfe:\x80\nUser-agent: *\nDisallow: /a", "/a", false},
		{"robots.txt itself", "User-agent: *\nDisallow: /\n", "/robots.txt", true},
	} {
		u, err := url.Parse("https://example.org" + c.path)
		if err != nil {
			t.Fatal(err)
		}
		r := parseRules([]byte(c.file), "bellwether")
		if got := r.allow(u); got != c.allowed {
			t.Errorf("%s: %s allowed: %v, want %v", c.name, c.path, got, c.allowed)
		}
	}
}

// matches agrees with a regular expression, whatever stands in the pattern.
func TestMatches(t *testing.T) {
	part := rapid.StringOf(rapid.SampledFrom([]rune("ab/*$")))
	rapid.Check(t, func(t *rapid.T) {
		pattern := "/" + part.Draw(t, "pattern")
		p := "/" + rapid.StringOf(rapid.SampledFrom([]rune("ab/$"))).Draw(t, "path")
		body, whole := strings.CutSuffix(pattern, "$")
		model := "^" + strings.ReplaceAll(regexp.QuoteMeta(body), `\*`, ".*")
		if whole {
			model += "$"
		}
		if got, want := matches(pattern, p), regexp.MustCompile(model).MatchString(p); got != want {
			t.Fatalf("matches(%q, %q) = %v, want %v", pattern, p, got, want)
		}
	})
}

func FuzzRules(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: /%61\nCrawl-delay: 1\n", "/a?b")
	f.Fuzz(func(t *testing.T, file, p string) {
		u, err := url.Parse("https://example.org/" + p)
		if err != nil {
			return
		}
		r := parseRules([]byte(file), "bellwether")
		if len(r.rules) > maxRules {
			t.Errorf("%d rules", len(r.rules))
		}
		r.allow(u)
	})
}
