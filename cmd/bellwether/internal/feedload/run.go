package feedload

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/cmd/bellwether/internal/process"
)

// ErrConfig is wrapped by errors of a Config that makes no sense.
var ErrConfig = errors.New("that can't be measured")

// Config says what to measure.
type Config struct {
	Server
	URL      string        // of a Redis that nobody needs
	Prefix   string        // of the keys there
	Interval time.Duration // between two polls of a feed
	For      time.Duration
	Logger   *slog.Logger // nil for nobody
	Progress func(string)
}

func (c Config) check() error {
	switch {
	case c.Feeds < 1:
		return fmt.Errorf("%w: there have to be feeds", ErrConfig)
	case c.For < 2*c.Interval:
		return fmt.Errorf("%w: in %s no feed is polled twice at intervals of %s", ErrConfig, c.For, c.Interval)
	}
	return nil
}

// Run polls the feeds that are served at a place. What it stores is deleted at
// the end.
func Run(ctx context.Context, c Config, at Place) (result Result, err error) {
	if err := c.check(); err != nil {
		return result, err
	}
	client, err := redis.Open(ctx, redis.Options{URL: c.URL, Prefix: c.Prefix, Shards: 1})
	if err != nil {
		return result, err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, client.Wipe(ending), client.Close())
	}()
	_, port, err := net.SplitHostPort(at.HTTPS)
	if err != nil {
		return result, fmt.Errorf("find the server: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(at.Roots)) {
		return result, errors.New("find the server: it has no certificate")
	}
	// A second apart where feeds are polled every five minutes.
	hosts := httpx.NewHosts(httpx.DefaultAtOnce, min(httpx.DefaultDistance, c.Interval/300))
	web := httpx.New(httpx.Options{AllowPrivate: true, Resolver: resolver(at.DNS), Roots: roots, Hosts: hosts})
	defer web.Close()
	seen := newLedger(client.Articles(), c.Feeds)
	in := ingest.New(ingest.Config{
		Turns: client.Turns(), Log: seen, Sources: c.sources(web, port), Interval: c.Interval, Intervals: c.intervals(),
		FirstPollIsHistory: true, Logger: c.Logger,
	})
	c.Progress(fmt.Sprintf("polling %d feeds every %s for %s", c.Feeds, c.Interval, c.For))
	begun, before := time.Now(), process.CPU()
	polling, cancel := context.WithTimeout(ctx, c.For)
	defer cancel()
	if err := in.Run(polling); err != nil {
		return result, err
	}
	if err := ctx.Err(); err != nil {
		return result, err
	}
	spent, took := process.CPU()-before, time.Since(begun)
	stats := in.Stats()
	result = Result{
		Feeds: c.Feeds, Seconds: took.Seconds(), Polls: stats.Polls, NotModified: stats.NotModified, Failed: stats.Failed,
		Articles: stats.Added + stats.Revised, Cores: spent.Seconds() / took.Seconds(), PeakBytes: process.Peak(),
	}
	// What was published later need not have been read.
	due := begun.Add(took - c.Interval*3/2)
	report, err := c.ask(ctx, web, port, due)
	if err != nil {
		return result, err
	}
	result.judge(report, seen, c.Interval)
	return result, nil
}

func (c Config) sources(web *httpx.Client, port string) []ingest.Source {
	out := make([]ingest.Source, c.Feeds)
	for i := range out {
		address := fmt.Sprintf("https://%s/feed/%d", net.JoinHostPort(host(i, c.Feeds), port), i)
		out[i] = feed.New(web, feed.Config{Name: name(i), URL: address})
	}
	return out
}

// intervals are an operator's, so that feeds are polled alike however often
// they bring something.
func (c Config) intervals() map[string]time.Duration {
	out := make(map[string]time.Duration, c.Feeds)
	for i := range c.Feeds {
		out[name(i)] = c.Interval
	}
	return out
}

func name(feed int) string { return fmt.Sprintf("feed %d", feed) }

// ask gets what the server has seen.
func (c Config) ask(ctx context.Context, web *httpx.Client, port string, due time.Time) (report, error) {
	address := fmt.Sprintf("https://%s/report/%d", net.JoinHostPort("report."+zone, port), due.UnixMilli())
	res, err := web.Get(ctx, address, nil)
	if err != nil {
		return report{}, fmt.Errorf("ask what was published: %w", err)
	}
	var r report
	if err := json.Unmarshal(res.Body, &r); err != nil || res.Status != http.StatusOK {
		return report{}, fmt.Errorf("ask what was published: status %d: %w", res.Status, err)
	}
	return r, nil
}
