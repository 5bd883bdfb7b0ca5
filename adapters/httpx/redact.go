package httpx

import (
	"net/url"
	"strings"
)

// hidden stands where a secret stood, as in [url.URL.Redacted].
const hidden = "xxxxx"

// Redact gives address for errors and logs: without user and password, with
// the names but not the values of its query, and without its fragment. Which
// value is a secret can't be told from outside, so none is shown.
func Redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that can't be parsed"
	}
	if u.User != nil {
		u.User = url.User(hidden)
	}
	if u.Opaque != "" {
		u.Opaque = hidden
	}
	u.Fragment, u.RawFragment = "", ""
	if u.RawQuery != "" {
		parts := strings.Split(u.RawQuery, "&")
		for i, p := range parts {
			if name, _, ok := strings.Cut(p, "="); ok {
				parts[i] = name + "=" + hidden
			} else {
				parts[i] = hidden // a bare word may be the secret itself
			}
		}
		u.RawQuery = strings.Join(parts, "&")
	}
	return u.String()
}
