package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// patience is how long a redirect may ask to wait before it is followed.
const patience = 10 * time.Second

// way is a request on its way over redirects.
type way struct {
	url    *url.URL
	header http.Header
	permit *Permit // may be nil
	seen   map[string]bool
	left   time.Duration // of the exchange's time
	public bool          // a server on it has a public address
	moved  string        // see [Response.Moved]
	forNow bool          // there was a redirect that is not permanent
}

func (c *Client) newWay(u *url.URL, header http.Header) *way {
	w := &way{url: u, header: http.Header{}, seen: map[string]bool{u.String(): true}, left: c.opts.Timeout}
	for name, values := range header {
		w.header[http.CanonicalHeaderKey(name)] = values
	}
	if w.header.Get("User-Agent") == "" {
		w.header.Set("User-Agent", c.opts.UserAgent)
	}
	w.header.Set("Accept-Encoding", accepted)
	return w
}

// step asks one server. Neither answer nor error: it was a redirect, and w has
// the next address.
func (c *Client) step(ctx context.Context, w *way) (*Response, error) {
	leave, err := c.enter(ctx, w.permit, w.url)
	if err != nil {
		return nil, err
	}
	defer leave()
	begun := time.Now()
	defer func() { w.left -= time.Since(begun) }()
	timed, cancel := context.WithTimeout(ctx, w.left)
	defer cancel()
	res, err := c.send(timed, w)
	if err != nil {
		return nil, clean(err)
	}
	defer res.Body.Close()
	c.opts.Hosts.learn(w.url, res, c.opts.Now())
	if to := location(res); to != "" {
		_, _ = io.CopyN(io.Discard, res.Body, 4<<10) // so that the connection can be used again
		return nil, c.follow(timed, w, res, to)
	}
	body, err := readBody(res, c.opts.MaxBody)
	if err != nil {
		return nil, err
	}
	return &Response{
		Status: res.StatusCode, Header: res.Header, Body: body,
		URL: w.url.String(), Moved: w.moved, now: c.opts.Now(),
	}, nil
}

// send makes one request. Once a public server had a say in where it goes, it
// reaches no private one: whose names and addresses those are is not for
// others to use.
func (c *Client) send(ctx context.Context, w *way) (*http.Response, error) {
	client := c.open
	if w.public {
		client = c.strict
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		a, err := netip.ParseAddrPort(info.Conn.RemoteAddr().String())
		w.public = w.public || err != nil || refusal(a.Addr(), false) == ""
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header = maps.Clone(w.header)
	return client.Do(req)
}

// location is where an answer redirects to, empty if it does not.
func location(res *http.Response) string {
	switch res.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return res.Header.Get("Location")
	}
	return ""
}

// follow turns w to where a redirect leads.
func (c *Client) follow(ctx context.Context, w *way, res *http.Response, to string) error {
	next, err := w.url.Parse(to)
	if err != nil {
		return fmt.Errorf("%w: its address can't be parsed", ErrRedirect)
	}
	if err := checkURL(next); err != nil {
		return fmt.Errorf("%w: %w", ErrRedirect, err)
	}
	next.Fragment, next.RawFragment = "", ""
	switch {
	case len(w.seen) > c.opts.MaxRedirects:
		return tooMany(c.opts.MaxRedirects)
	case w.seen[next.String()]:
		return fmt.Errorf("%w: it leads round in a circle", ErrRedirect)
	}
	if d, ok := RetryAfter(res.Header, c.opts.Now()); ok && d > 0 {
		if err := endure(ctx, d); err != nil {
			return err
		}
	}
	w.seen[next.String()] = true
	w.turn(c.dialer, next, res.StatusCode)
	return nil
}

// endure waits as long as a redirect asks.
func endure(ctx context.Context, d time.Duration) error {
	if d > patience {
		return alerts.RetryAfter(fmt.Errorf("%w: it asks to wait first", ErrRedirect), d, alerts.ScopePlatform)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// turn takes the next address. A redirect to a host that only the operator's
// word opens is not for good, else it would be asked without asking who said so.
func (w *way) turn(d *dialer, next *url.URL, status int) {
	if status != http.StatusMovedPermanently && status != http.StatusPermanentRedirect {
		w.forNow = true
	}
	if sameOrigin(w.url, next) {
		if next.User == nil {
			next.User = w.url.User
		}
	} else {
		w.header = harmless(w.header)
	}
	w.url = next
	if !w.forNow && (!w.public || !d.hosts[plainHost(next.Hostname())]) {
		bare := *next
		bare.User = nil
		w.moved = bare.String()
	}
}

// harmless gives the headers that any server may see: others may hold a key.
func harmless(h http.Header) http.Header {
	out := http.Header{}
	for _, name := range []string{"Accept", "Accept-Encoding", "If-Modified-Since", "If-None-Match", "User-Agent"} {
		if v := h.Values(name); len(v) > 0 {
			out[name] = v
		}
	}
	return out
}

// SameOrigin reports whether two addresses are of one scheme, host and port, so
// that a secret for one may go to the other.
func SameOrigin(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return errors.Join(err, err2) == nil && sameOrigin(u, v)
}

func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && authority(a) == authority(b) }

// authority is the host of an address as it is compared, with its port unless
// that is the scheme's own.
func authority(u *url.URL) string {
	host, port := plainHost(u.Hostname()), u.Port()
	if port == "" || strings.EqualFold(u.Scheme, "http") && port == "80" || strings.EqualFold(u.Scheme, "https") && port == "443" {
		return host
	}
	return host + ":" + port
}
