// Package page reads the pages that articles link to: where a feed gives no
// more than a teaser, the text stands there. It asks robots.txt, and takes a
// page's main text.
package page

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
	"golang.org/x/net/publicsuffix"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// The defaults of [Options], and what a client for pages is best made with.
const (
	DefaultRequests = 8
	MaxPage         = 3 << 20 // bytes of a page
	Timeout         = 10 * time.Second
)

// Options configure a [Reader]. Zero values mean the defaults.
type Options struct {
	// Agent is the name that robots.txt may call us by; "bellwether".
	Agent string
	// Requests bounds how many pages are under way at the same time. How many of
	// one host is for the client's Hosts to say.
	Requests int
	Now      func() time.Time
}

// Reader reads pages. Its methods may be called at the same time.
type Reader struct {
	client  *httpx.Client
	robots  *robots
	slots   chan struct{}
	extract chan struct{} // one page is taken apart at a time: it takes many times its size
}

// New makes a reader that asks by means of client, which guards what addresses
// may be reached and how much is read.
func New(client *httpx.Client, o Options) *Reader {
	if o.Agent == "" {
		o.Agent = "bellwether"
	}
	if o.Requests <= 0 {
		o.Requests = DefaultRequests
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Reader{
		client: client, robots: newRobots(client, o.Agent, o.Now),
		slots: make(chan struct{}, o.Requests), extract: make(chan struct{}, 1),
	}
}

// Errors of a page that no later try mends; they come as [alerts.Permanent].
var (
	errRobots = errors.New("the site's robots.txt does not allow it")
	errKind   = errors.New("it is no HTML page")
)

// Page implements ingest.Pages.
func (r *Reader) Page(ctx context.Context, address string) (alerts.Page, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return alerts.Page{}, never(errors.New("reading a page: the address can't be parsed"))
	}
	if files[strings.ToLower(path.Ext(u.Path))] {
		return alerts.Page{}, never(fmt.Errorf("reading a page: %w", errKind))
	}
	res, err := r.get(ctx, u)
	if err != nil {
		return alerts.Page{}, fmt.Errorf("reading the page %s: %w", httpx.Redact(address), err)
	}
	page, err := r.read(ctx, res)
	if err != nil {
		return alerts.Page{}, fmt.Errorf("taking the text of the page %s: %w", httpx.Redact(address), err)
	}
	return page, nil
}

// files are what is not worth to be asked for.
var files = map[string]bool{
	".pdf": true, ".doc": true, ".docx": true, ".xls": true, ".xlsx": true, ".ppt": true, ".pptx": true, ".zip": true, ".csv": true,
	".mp3": true, ".mp4": true, ".m4a": true, ".ogg": true, ".wav": true, ".avi": true, ".mov": true,
	".jpg": true, ".jpeg": true, ".png": true, ".gif": true, ".webp": true, ".svg": true, ".xml": true, ".json": true, ".rss": true,
}

// never marks an error that no later try mends.
func never(err error) error { return alerts.Permanent(err, alerts.ScopeMessage) }

// get requests a page, if it may be. Who waits for a host takes no room of those
// who ask others.
func (r *Reader) get(ctx context.Context, u *url.URL) (*httpx.Response, error) {
	rules, err := r.robots.of(ctx, u)
	if err != nil {
		return nil, err
	}
	if !rules.allow(u) {
		return nil, never(errRobots)
	}
	permit, err := r.client.Enter(ctx, u.String())
	if err != nil {
		return nil, err
	}
	defer permit.Leave()
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	header := http.Header{}
	header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1")
	res, err := permit.Get(ctx, u.String(), header)
	if get, ok := errors.AsType[*httpx.GetError](err); ok {
		err = get.Err
	}
	switch {
	case errors.Is(err, httpx.ErrTooLarge), errors.Is(err, httpx.ErrRefused), errors.Is(err, httpx.ErrRedirect):
		return nil, never(err)
	case err != nil:
		return nil, err
	case res.Status >= 400 && res.Status < 500 && res.Status != http.StatusTooManyRequests && res.Status != http.StatusRequestTimeout:
		return nil, never(res.Err())
	}
	return res, res.Err()
}

// read takes what is wanted out of an answer.
func (r *Reader) read(ctx context.Context, res *httpx.Response) (alerts.Page, error) {
	at, err := url.Parse(res.URL)
	if err != nil {
		return alerts.Page{}, never(errors.New("the address that it was sent on to can't be parsed"))
	}
	// Where a redirect leads is known only when it has been followed. What that
	// site does not want to be read is not kept.
	if rules, err := r.robots.of(ctx, at); err != nil || !rules.allow(at) {
		return alerts.Page{}, never(errRobots)
	}
	kind := res.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(kind); err == nil && media != "text/html" && media != "application/xhtml+xml" {
		return alerts.Page{}, never(fmt.Errorf("%w but %s", errKind, media))
	}
	_, label, _ := charset.DetermineEncoding(res.Body[:min(len(res.Body), 1024)], kind)
	if label == "windows-1252" {
		label = "" // also what it says when it knows nothing; plain finds it too
	}
	text := plain.UTF8(res.Body, label)
	res.Body = nil // it may be large
	select {
	case r.extract <- struct{}{}:
		defer func() { <-r.extract }()
	case <-ctx.Done():
		return alerts.Page{}, ctx.Err()
	}
	page, err := extract(text, at)
	if err != nil {
		return alerts.Page{}, never(err)
	}
	return page, nil
}

// ownAddress gives the address that a page names as its own, or where it was
// found if that is not to be believed: one of another site, or the front page
// named by every page.
func ownAddress(named string, at *url.URL) string {
	ref, err := url.Parse(strings.TrimSpace(named))
	if err != nil || named == "" {
		return at.String()
	}
	own := at.ResolveReference(ref)
	front := strings.Trim(own.Path, "/") == "" && own.RawQuery == ""
	if own.Scheme != "http" && own.Scheme != "https" || own.User != nil || front || registered(own) == "" || registered(own) != registered(at) {
		return at.String()
	}
	return own.String()
}

// registered is the name that a host is registered under.
func registered(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if name, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return name
	}
	return host
}
