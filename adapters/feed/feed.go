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
	"time"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

// MaxInterval bounds the wish of a feed to be left alone: one that asks for
// more is taken to have a mistake in its ttl.
const MaxInterval = 24 * time.Hour

// MaxFile is how many bytes [Decode] reads.
const MaxFile = 64 << 20

// Config says which feed to read.
type Config struct {
	Name string
	URL  string
	// Header is sent with each request, for feeds that want a key; may be nil.
	Header http.Header
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
	Interval time.Duration `json:"interval,omitempty"`
}

// Fetch polls the feed once, telling the server what was read before so that
// it may answer that nothing changed (RFC 9110, 13). Errors say what is wrong
// with the feed, not which one it is: the caller has its name.
func (f *Feed) Fetch(ctx context.Context, last []byte) (alerts.Batch, error) {
	var before state
	if json.Unmarshal(last, &before) != nil || before.For != f.key {
		before = state{} // the first poll, or what an older release left
	}
	res, err := f.client.Get(ctx, f.config.URL, f.header(before))
	if get, ok := errors.AsType[*httpx.GetError](err); ok {
		return alerts.Batch{}, get.Err
	}
	if err != nil {
		return alerts.Batch{}, err
	}
	if err := res.Err(); err != nil {
		return alerts.Batch{}, err
	}
	if res.Status == http.StatusNotModified {
		if before == (state{}) {
			return alerts.Batch{}, errors.New("server answered 304 Not Modified though nothing was read before")
		}
		return alerts.Batch{NotModified: true, State: last, Interval: max(before.Interval, freshness(res))}, nil
	}
	body := res.Body
	res.Body = nil // it may be large, and is decoded into copies of it
	doc, err := decode(body, res.Header.Get("Content-Type"), res.URL, f.config.URL)
	if err != nil {
		return alerts.Batch{}, err
	}
	after := state{For: f.key, Interval: doc.ttl}
	if !doc.damaged { // else a 304 would hide for ever what was not read
		after.ETag, after.Modified = res.Header.Get("ETag"), res.Header.Get("Last-Modified")
	}
	next, err := json.Marshal(after)
	if err != nil {
		return alerts.Batch{}, fmt.Errorf("keeping the state: %w", err)
	}
	return alerts.Batch{
		Articles: doc.articles,
		Problems: doc.problems,
		State:    next,
		Interval: max(doc.ttl, freshness(res)),
		Kind:     alerts.FeedSource,
	}, nil
}

func (f *Feed) header(before state) http.Header {
	h := http.Header{}
	h.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, "+
		"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5")
	for name, values := range f.config.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if before.ETag != "" {
		h.Set("If-None-Match", before.ETag)
	}
	if before.Modified != "" {
		h.Set("If-Modified-Since", before.Modified)
	}
	return h
}

// freshness is for how long the server wants its answer to be kept.
func freshness(res *httpx.Response) time.Duration { return min(res.MaxAge(), MaxInterval) }

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
		Articles: doc.articles, Problems: doc.problems, Interval: doc.ttl, Kind: alerts.FeedSource,
	}, nil
}
