// Package feed reads RSS, Atom and JSON Feed documents, news sitemaps and the
// answers of the Federal Register's API: from a server that is polled, and from
// files.
package feed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

// MaxInterval bounds the wish of a feed to be left alone: one that asks for
// more is taken to have a mistake in its ttl.
const MaxInterval = 24 * time.Hour

// recheck is for how long a permanent redirect is believed before the old
// address is asked again.
const recheck = 7 * 24 * time.Hour

// MaxFile is how many bytes [Decode] reads.
const MaxFile = 64 << 20

// Config says which feed to read.
type Config struct {
	Name string
	URL  string
	// Header is sent with each request, for feeds that want a key; may be nil.
	Header http.Header
	// Pages: where items are partial, the pages that they link to may be read.
	Pages bool
}

// Feed is a feed that is polled. Its methods may be called at the same time.
type Feed struct {
	client *httpx.Client
	config Config
	key    string // of the address, in the state
}

// New makes a source of the feed at c.URL.
func New(client *httpx.Client, c Config) *Feed {
	sum := sha256.Sum256([]byte(c.URL))
	return &Feed{client: client, config: c, key: hex.EncodeToString(sum[:8])}
}

// Name is the feed's name in the configuration.
func (f *Feed) Name() string { return f.config.Name }

// Address is where the feed is read from, without secrets.
func (f *Feed) Address() string { return httpx.Redact(f.config.URL) }

// state is what a good poll leaves for the next one.
type state struct {
	// For tells that the rest is of this address, and not of another one that
	// the configuration gave the same name before. It is a digest, for the
	// address may hold a key.
	For      string        `json:"for"`
	ETag     string        `json:"etag,omitempty"`
	Modified string        `json:"modified,omitempty"`
	Interval time.Duration `json:"interval,omitempty"` // what the document asks for
	Skip     alerts.Skip   `json:"skip,omitzero"`
	// Last is the newest document of an answer in pages.
	Last mark `json:"last,omitzero"`
	// Moved is where the feed lies since a permanent redirect, which was seen
	// at Since. It may hold a key and is for requests only.
	Moved string    `json:"moved,omitempty"`
	Since time.Time `json:"since,omitzero"`
	// Hub is as the last document had it.
	Hub alerts.Hub `json:"hub,omitzero"`
}

func (f *Feed) state(saved []byte) state {
	var s state
	if json.Unmarshal(saved, &s) != nil || s.For != f.key {
		return state{} // the first poll, or what an older release left
	}
	if d := f.client.Now().Sub(s.Since); s.Moved != "" && (d < 0 || d >= recheck) {
		return s.back()
	}
	return s
}

// back is s for the old address. What was read at the new one tells nothing of
// what lies there, so its validators are left out.
func (s state) back() state {
	s.Moved, s.Since = "", time.Time{}
	s.ETag, s.Modified = "", ""
	return s
}

// address is where s says that the feed lies.
func (f *Feed) address(s state) string {
	if s.Moved == "" {
		return f.config.URL
	}
	if u, err := url.Parse(f.config.URL); err == nil && u.User != nil && httpx.SameOrigin(f.config.URL, s.Moved) {
		if moved, err := url.Parse(s.Moved); err == nil {
			moved.User = u.User
			return moved.String()
		}
	}
	return s.Moved
}

// Queue waits until the feed's server may be asked, for the client may keep
// requests to a host apart. What it returns is Fetch, by the right to ask; leave
// is for after it. While the server wants no requests the error asks for a pause.
func (f *Feed) Queue(ctx context.Context, saved []byte) (fetch func(context.Context) (alerts.Batch, error), leave func(), err error) {
	permit, err := f.client.Enter(ctx, f.address(f.state(saved)))
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context) (alerts.Batch, error) { return f.poll(ctx, permit, saved) }, permit.Leave, nil
}

// getter is a client, or the right to use it once without waiting.
type getter interface {
	Get(ctx context.Context, address string, header http.Header) (*httpx.Response, error)
}

// Fetch polls the feed once, telling the server what was read before so that
// it may answer that nothing changed (RFC 9110, 13). A feed that moved for good
// is asked where it is; when it isn't there, where it was. Errors say what is
// wrong with the feed, not which one it is: the caller has its name.
func (f *Feed) Fetch(ctx context.Context, last []byte) (alerts.Batch, error) {
	return f.poll(ctx, f.client, last)
}

func (f *Feed) poll(ctx context.Context, by getter, last []byte) (alerts.Batch, error) {
	before := f.state(last)
	b, err := f.fetch(ctx, by, before)
	if err == nil || before.Moved == "" || ctx.Err() != nil || !lost(err) {
		return b, err
	}
	if again, oldErr := f.fetch(ctx, by, before.back()); oldErr == nil {
		return again, nil
	}
	return b, err
}

// lost tells whether an error may mean that there is no longer a feed at the
// address. A server that asks for a pause, is out of order or takes too long is
// not helped by being asked in a roundabout way too.
func lost(err error) bool {
	if asked, ok := errors.AsType[*alerts.SendError](err); ok {
		return asked.Permanent
	}
	_, down := errors.AsType[*downError](err)
	return !down && !errors.Is(err, context.DeadlineExceeded)
}

// downError is what a server answers that is out of order or has too much to do.
type downError struct{ err error }

func (e *downError) Error() string { return e.err.Error() }
func (e *downError) Unwrap() error { return e.err }

func (f *Feed) fetch(ctx context.Context, by getter, before state) (alerts.Batch, error) {
	res, err := by.Get(ctx, f.address(before), f.header(before))
	if get, ok := errors.AsType[*httpx.GetError](err); ok {
		return alerts.Batch{}, get.Err
	}
	if err != nil {
		return alerts.Batch{}, err
	}
	if err := res.Err(); err != nil {
		switch {
		case res.Status >= http.StatusInternalServerError, res.Status == http.StatusTooManyRequests, res.Status == http.StatusRequestTimeout:
			err = &downError{err}
		}
		return alerts.Batch{}, err
	}
	after := before
	if res.Moved != "" {
		after.Moved, after.Since = res.Moved, f.client.Now()
	}
	if res.Status == http.StatusNotModified {
		if before.ETag == "" && before.Modified == "" {
			return alerts.Batch{}, errors.New("server answered 304 Not Modified though it was not asked for changes")
		}
		after.Hub = before.hub(res, nil)
		// The validators stay: a new one would be of a document that was not read.
		return f.batch(after, res, alerts.Batch{NotModified: true})
	}
	body := res.Body
	res.Body = nil // it may be large, and is decoded into copies of it
	doc, err := decode(body, res.Header.Get("Content-Type"), res.URL, f.config.URL)
	if err != nil {
		return alerts.Batch{}, err
	}
	if n := len(doc.articles); doc.next != "" && n > 0 {
		after.Last = mark{ID: doc.articles[n-1].ID, Date: doc.articles[n-1].Published}
		if err := f.follow(ctx, &doc, res.URL, f.header(before), before.Last); err != nil {
			return alerts.Batch{}, err
		}
	}
	after.For, after.Interval, after.Skip = f.key, doc.ttl, doc.skip
	after.Hub = before.hub(res, doc.links)
	after.ETag, after.Modified = "", ""
	if !doc.damaged { // else a 304 would hide for ever what was not read
		after.ETag, after.Modified = res.Header.Get("ETag"), res.Header.Get("Last-Modified")
	}
	return f.batch(after, res, alerts.Batch{Articles: doc.articles, Problems: doc.problems})
}

// batch completes b with what the next poll needs.
func (f *Feed) batch(after state, res *httpx.Response, b alerts.Batch) (alerts.Batch, error) {
	var err error
	if b.State, err = json.Marshal(after); err != nil {
		return alerts.Batch{}, fmt.Errorf("keeping the state: %w", err)
	}
	b.Kind = alerts.FeedSource
	b.Interval = max(after.Interval, min(res.Fresh(), MaxInterval))
	b.Skip = after.Skip
	b.Hub = after.Hub
	b.Pages = f.config.Pages
	return b, nil
}

func (f *Feed) header(before state) http.Header {
	h := http.Header{}
	if before.Moved == "" || httpx.SameOrigin(f.config.URL, before.Moved) {
		for name, values := range f.config.Header {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	h.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, "+
		"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5")
	if before.ETag != "" {
		h.Set("If-None-Match", before.ETag)
	}
	if before.Modified != "" {
		h.Set("If-Modified-Since", before.Modified)
	}
	return h
}

// Decode reads a feed document of at most [MaxFile] bytes. Relative links are
// taken to be relative to base, which may be empty.
func Decode(r io.Reader, base string) (alerts.Batch, error) {
	var data bytes.Buffer
	n, err := data.ReadFrom(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return alerts.Batch{}, fmt.Errorf("reading a feed: %w", err)
	case n > MaxFile:
		return alerts.Batch{}, fmt.Errorf("reading a feed: it has more than %d bytes", MaxFile)
	}
	doc, err := decode(data.Bytes(), "", base, base)
	if err != nil {
		return alerts.Batch{}, fmt.Errorf("reading a feed: %w", err)
	}
	return alerts.Batch{
		Articles: doc.articles, Problems: doc.problems, Interval: doc.ttl, Skip: doc.skip, Kind: alerts.FeedSource,
	}, nil
}
