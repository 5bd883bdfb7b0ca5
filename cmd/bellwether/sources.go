package main

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/page"
	"github.com/bellwether/bellwether/adapters/wire"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/examples"
)

// sourceSet is the sources of articles, with what they share.
type sourceSet struct {
	list      []ingest.Source
	addresses map[string]bool // feedName of each feed's address, whatever it is called
	intervals map[string]time.Duration
	feeds     int
	paths     int
	samples   bool
	public    *httpx.Client
	private   *httpx.Client // for addresses on this machine or its network
	web       *httpx.Client // for pages
	pages     ingest.Pages
	fullText  bool // unless a source says otherwise
}

// openSources makes the configured sources, or else the default ones.
func openSources(cfg config) *sourceSet {
	agent := httpx.DefaultUserAgent
	if cfg.contact != "" {
		agent = fmt.Sprintf("bellwether/%s (policy news alerts; %s)", version, cfg.contact)
	}
	hosts := httpx.NewHosts(httpx.DefaultAtOnce, httpx.DefaultDistance)
	s := &sourceSet{
		intervals: map[string]time.Duration{}, addresses: map[string]bool{},
		public:  httpx.New(httpx.Options{UserAgent: agent, AllowHosts: cfg.privateHosts, Hosts: hosts}),
		private: httpx.New(httpx.Options{UserAgent: agent, AllowPrivate: true, Hosts: hosts}),
	}
	// Pages of a feed in one's own network stand there too.
	own := slices.Clone(cfg.privateHosts)
	for _, c := range cfg.sources {
		if u, err := url.Parse(c.url); err == nil && u.Host != "" && isPrivate(c.url) {
			own = append(own, u.Hostname())
		}
	}
	s.web = httpx.New(httpx.Options{UserAgent: agent, AllowHosts: own, Hosts: hosts, MaxBody: page.MaxPage, Timeout: page.Timeout})
	s.pages, s.fullText = page.New(s.web, page.Options{Now: cfg.now}), cfg.fullText
	if !cfg.sourcesGiven {
		s.addDefaults()
		return s
	}
	for _, c := range cfg.sources {
		s.add(c)
	}
	return s
}

// add makes one source. A path where nothing is yet is no reason to stop: it
// fails as a feed does that can't be reached, and is tried again.
func (s *sourceSet) add(c sourceConfig) {
	if c.interval > 0 {
		s.intervals[c.name] = c.interval
	}
	if c.url != "" {
		full := s.fullText
		if c.fullText != nil {
			full = *c.fullText
		}
		s.addFeed(c.name, c.url, full)
		return
	}
	s.paths++
	reader := newReader()
	info, err := os.Stat(c.path)
	if isFile := err == nil && !info.IsDir(); isFile || (err != nil && reader.Knows(c.path)) {
		s.list = append(s.list, wire.NewFile(c.name, c.path, reader))
		return
	}
	s.list = append(s.list, wire.NewFolder(c.name, c.path, reader, c.keep))
}

func (s *sourceSet) addFeed(name, address string, fullText bool) {
	s.feeds++
	if u, err := url.Parse(address); err == nil {
		s.addresses[feedName(u)] = true
	}
	s.list = append(s.list, feed.New(s.clientFor(address), feed.Config{Name: name, URL: address, Pages: fullText}))
}

// clientFor gives the client for an address that the operator wrote.
func (s *sourceSet) clientFor(address string) *httpx.Client {
	if isPrivate(address) {
		return s.private
	}
	return s.public
}

// open makes a source of a feed that was added. What people add in chat is
// always guarded.
func (s *sourceSet) open(a alerts.AddedSource) ingest.Source {
	client := s.public
	if a.By == (alerts.Destination{}) {
		client = s.clientFor(a.Address)
	}
	return feed.New(client, feed.Config{Name: a.Name, URL: a.Address, Pages: s.fullText})
}

// has reports whether the configuration has a source of that name, or the feed
// that has it where it was given no other.
func (s *sourceSet) has(name string) bool {
	return s.addresses[name] || slices.ContainsFunc(s.list, func(one ingest.Source) bool { return one.Name() == name })
}

// besides are the added sources that the configuration has not got: it goes
// first.
type besides struct {
	ingest.Added
	set *sourceSet
}

// AddedSources implements ingest.Added.
func (b besides) AddedSources(ctx context.Context) ([]alerts.AddedSource, error) {
	all, err := b.Added.AddedSources(ctx)
	return slices.DeleteFunc(all, func(a alerts.AddedSource) bool { return b.set.has(a.Name) }), err
}

func (s *sourceSet) addDefaults() {
	s.samples = true
	s.list = append(s.list, wire.NewFS("sample wire", examples.Wires(), newReader()))
	for _, source := range examples.Sources() {
		if source.Default {
			s.addFeed(source.Name, source.Address, s.fullText)
		}
	}
}

// about says for people what is read.
func (s *sourceSet) about() string {
	var parts []string
	if s.samples {
		parts = append(parts, "sample wire texts")
	}
	if s.feeds > 0 {
		parts = append(parts, count(s.feeds, "feed", "feeds"))
	}
	if s.paths > 0 {
		parts = append(parts, count(s.paths, "file or folder", "files or folders"))
	}
	if len(parts) == 0 {
		return "none: add some with --source or in the configuration"
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return fmt.Sprintf("%d: %s", len(s.list), strings.Join(parts, ", "))
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (s *sourceSet) close() {
	s.public.Close()
	s.private.Close()
	s.web.Close()
}

// setPrivateHosts takes names as they stand in the address of a source.
func setPrivateHosts(c *config, v string) error {
	c.privateHosts = nil
	for h := range strings.SplitSeq(v, ",") {
		if h = strings.TrimSpace(h); h == "" || strings.ContainsAny(h, "/*@ \t") {
			return fault{"not a list of hosts", "give names or addresses without a scheme, a path or a star, such as feeds.example.org; several with commas between"}
		}
		c.privateHosts = append(c.privateHosts, h)
	}
	return nil
}

// isPrivate reports whether an address that the operator wrote names by itself
// a host on this machine or its network. A public name that leads there stays
// guarded, unless feeds.private_hosts names it.
func isPrivate(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return ip.IsLoopback() || ip.IsPrivate()
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	return !strings.Contains(name, ".") || strings.HasSuffix(name, ".local") ||
		strings.HasSuffix(name, ".internal") || strings.HasSuffix(name, ".localhost")
}
