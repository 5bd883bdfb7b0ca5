package alerts

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"
)

// CanonicalURL gives one form for all addresses of the same page, as far as can
// be told without asking the server: it is compared, not opened.
//
// Links through a redirector that carries its target, and Google's and the AMP
// cache's copies, become the address behind them. Then: https, host in lower
// case without a default port, user, www., m., mobile. or amp.; path without
// AMP's and index files' names, session ids, dot segments and a slash at the
// end; parameters sorted by name (those of one name in their order), without
// those that track; no fragment but one that names a page (#!… or #/…). Other
// schemes than http and https, and what can't be parsed, come back trimmed and
// otherwise as they are.
func CanonicalURL(s string) string {
	s = strings.TrimSpace(s)
	first := ""
	for range maxUnwraps {
		u := pageAddress(s)
		if u == nil {
			return cmp.Or(first, s)
		}
		if inner := unwrap(u); pageAddress(inner) != nil {
			first = cmp.Or(first, canonical(u))
			s = inner
			continue
		}
		out := canonical(u)
		if out == s {
			return out
		}
		s = out // without AMP's names it may be a redirector's
	}
	return cmp.Or(first, s)
}

// maxUnwraps is how many redirectors may stand one in another, and more than
// any address needs; beyond it an address stays what it is.
const maxUnwraps = 16

// pageAddress parses the address of a web page; nil if s is none.
func pageAddress(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if host == "" || strings.ContainsAny(host, "% ") {
		return nil
	}
	return u
}

func canonical(u *url.URL) string {
	host := canonicalHost(u.Hostname())
	where := host
	if strings.Contains(where, ":") {
		where = "[" + where + "]"
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		where += ":" + port
	}
	out := "https://" + where + canonicalPath(u.EscapedPath())
	if q := canonicalQuery(host, u.RawQuery); q != "" {
		out += "?" + q
	}
	// Pages that are drawn in the browser are named by the fragment alone.
	if f := plainEscapes(u.EscapedFragment()); len(f) > 1 && (f[0] == '!' || f[0] == '/') {
		out += "#" + f
	}
	return strings.TrimSpace(out)
}

// canonicalHost takes off the labels that say on what a page is read.
func canonicalHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.Contains(host, ":") {
		return host
	}
	for {
		label, rest, _ := strings.Cut(host, ".")
		if !readingLabels[label] || !named(rest) || registry(rest) && label[:1] != "w" {
			break
		}
		host = rest
	}
	if lang, rest, ok := strings.Cut(host, ".m."); ok && wikis[rest] {
		host = lang + "." + rest
	}
	return host
}

var (
	readingLabels = map[string]bool{"www": true, "www2": true, "m": true, "mobile": true, "amp": true}
	wikis         = map[string]bool{"wikipedia.org": true, "wikinews.org": true, "wikisource.org": true}
	// secondLevel are the names under which registries of countries register
	// others: m.gov.uk is no form of gov.uk.
	secondLevel = map[string]bool{
		"ac": true, "co": true, "com": true, "edu": true, "go": true, "gob": true, "gouv": true, "gov": true,
		"govt": true, "gv": true, "gub": true, "mil": true, "ne": true, "net": true, "nic": true, "or": true, "org": true,
	}
)

// named tells whether a host is a name of two labels or more, not an address in
// numbers.
func named(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return len(last) < len(host) && last != "" && (last[0] < '0' || last[0] > '9')
}

// registry tells whether a host is one that others are registered under.
func registry(host string) bool {
	second, top, _ := strings.Cut(host, ".")
	return second == "" || len(top) == 2 && secondLevel[second]
}

// canonicalPath is without the names of indexes and AMP's forms, as long as
// anything else names the page.
func canonicalPath(p string) string {
	p = path.Clean("/" + plainEscapes(withoutSession(p)))
	for {
		dir, last := path.Split(p)
		switch lower := strings.ToLower(last); {
		case indexes[lower], ampNames[lower] && dir != "/":
			p = dir
		case strings.HasSuffix(lower, ".amp.html"):
			p = dir + last[:len(last)-len(".amp.html")] + last[len(last)-len(".html"):]
		case strings.HasSuffix(lower, ".amp"):
			p = dir + last[:len(last)-len(".amp")]
		case strings.HasPrefix(p, "/amp/"):
			p = p[len("/amp"):]
		case p == "/":
			return ""
		default:
			return p
		}
		p = path.Clean(p)
	}
}

var (
	indexes = map[string]bool{
		"index.html": true, "index.htm": true, "index.shtml": true, "index.php": true, "index.jsp": true,
		"index.asp": true, "index.aspx": true, "default.htm": true, "default.html": true, "default.asp": true, "default.aspx": true,
	}
	ampNames = map[string]bool{"amp": true, "amp.html": true, "amphtml": true}
)

// withoutSession takes session ids off that stand in the path.
func withoutSession(p string) string {
	at := strings.Index(strings.ToLower(p), ";jsessionid=")
	if at < 0 {
		return p
	}
	end := strings.IndexByte(p[at:], '/')
	if end < 0 {
		return p[:at]
	}
	return withoutSession(p[:at] + p[at+end:])
}

// plainEscapes writes each escape in one way: letters, digits and -._~ as
// themselves, others with capitals (RFC 3986, 6.2.2).
func plainEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			b.WriteByte(s[i])
			continue
		}
		if c := unhex(s[i+1])<<4 | unhex(s[i+2]); unreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(s[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

func unreserved(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-._~", c) >= 0
}

// canonicalQuery sorts the parameters and leaves out those that track. The
// text of the others stays as it is but for its escapes, for servers read odd
// queries oddly.
func canonicalQuery(host, raw string) string {
	parameters := strings.Split(strings.ReplaceAll(raw, "&amp;", "&"), "&")
	for i, p := range parameters {
		parameters[i] = strings.TrimSpace(plainEscapes(p)) // a space at the end would not survive a second reading
	}
	parameters = slices.DeleteFunc(parameters, func(p string) bool {
		name, value, _ := strings.Cut(p, "=")
		return parameterName(name) == "" || tracks(host, strings.ToLower(parameterName(name)), strings.ToLower(value))
	})
	slices.SortStableFunc(parameters, func(a, b string) int {
		nameA, _, _ := strings.Cut(a, "=")
		nameB, _, _ := strings.Cut(b, "=")
		return strings.Compare(parameterName(nameA), parameterName(nameB))
	})
	return strings.Join(parameters, "&")
}

func parameterName(escaped string) string {
	if plain, err := url.QueryUnescape(escaped); err == nil {
		return plain
	}
	return escaped
}
