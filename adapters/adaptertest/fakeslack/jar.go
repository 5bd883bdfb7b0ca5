package fakeslack

import (
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
)

// Jar keeps cookies as browsers do, which take loopback for as safe as TLS:
// Secure ones go there over plain HTTP too.
func Jar(t testing.TB) http.CookieJar {
	t.Helper()
	j, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar{j}
}

type jar struct{ http.CookieJar }

func (j jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
		loose := make([]*http.Cookie, len(cookies))
		for i, c := range cookies {
			copied := *c
			copied.Secure = false
			loose[i] = &copied
		}
		cookies = loose
	}
	j.CookieJar.SetCookies(u, cookies)
}
