package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// tracking are query parameters that tell who passed a link on, not what it
// leads to. Those that begin with "utm_" are left out without being listed.
var tracking = map[string]bool{
	"_ga": true, "_gl": true, "cmpid": true, "dclid": true, "fbclid": true, "gbraid": true, "gclid": true,
	"gclsrc": true, "icid": true, "igshid": true, "mc_cid": true, "mc_eid": true, "mkt_tok": true,
	"msclkid": true, "ncid": true, "oly_anon_id": true, "oly_enc_id": true, "rss": true, "s_cid": true,
	"spm": true, "twclid": true, "vero_id": true, "wbraid": true, "yclid": true, "_hsenc": true, "_hsmi": true,
}

// CanonicalURL gives one form for all addresses of the same page: scheme and
// host in lower case, http as https, no default port, no fragment, no user, no
// tracking parameters, the other parameters sorted by name (those of one name
// in their order), and no slash at the end of a path. Other schemes than http
// and https, and what can't be parsed, come back trimmed and otherwise as they
// are.
func CanonicalURL(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return s
	}
	host, port := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	if host == "" || strings.Contains(host, "%") {
		return s
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	out := "https://" + host + strings.TrimRight(u.EscapedPath(), "/")
	if q := canonicalQuery(u.RawQuery); q != "" {
		out += "?" + q
	}
	return strings.TrimSpace(out)
}

// canonicalQuery sorts the parameters and leaves out those that track. The
// text of the others stays as it is, for servers read odd queries oddly.
func canonicalQuery(raw string) string {
	name := func(parameter string) string {
		n, _, _ := strings.Cut(parameter, "=")
		if plain, err := url.QueryUnescape(n); err == nil {
			return plain
		}
		return n
	}
	parameters := strings.Split(raw, "&")
	for i, p := range parameters {
		parameters[i] = strings.TrimSpace(p) // a space at the end would not survive a second reading
	}
	parameters = slices.DeleteFunc(parameters, func(p string) bool {
		n := strings.ToLower(name(p))
		return n == "" || tracking[n] || strings.HasPrefix(n, "utm_")
	})
	slices.SortStableFunc(parameters, func(a, b string) int { return strings.Compare(name(a), name(b)) })
	return strings.Join(parameters, "&")
}

// longestID is the longest article id that is its own short name.
const longestID = 64

// ShortID names an article in at most 64 bytes without spaces, for buttons and
// lists: its id where that is short enough, else "#" with 128 bits of its
// SHA-256 in hexadecimal. It is the short name of itself.
func ShortID(id string) string {
	if len(id) <= longestID && !strings.ContainsFunc(id, unicode.IsSpace) {
		return id
	}
	h := sha256.Sum256([]byte(id))
	return "#" + hex.EncodeToString(h[:16])
}

// TextHash names a text, whatever white space divides its words: 128 bits of
// its SHA-256 in hexadecimal, after runs of white space became one space and
// those at both ends nothing.
func TextHash(text string) string {
	h := sha256.New()
	first := true
	for word := range strings.FieldsSeq(text) {
		if !first {
			h.Write([]byte{' '})
		}
		first = false
		h.Write([]byte(word))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
