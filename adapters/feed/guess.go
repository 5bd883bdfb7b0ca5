package feed

import (
	"cmp"
	"context"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/alerts"
)

// read gives those of links that are feeds. The error is that of the first which
// is none.
func (f *Finder) read(ctx context.Context, links []pageLink) ([]alerts.FoundFeed, error) {
	all, errs := make([]alerts.FoundFeed, len(links)), make([]error, len(links))
	var looks errgroup.Group
	looks.SetLimit(lookAtOnce)
	for i, l := range links {
		looks.Go(func() error {
			all[i], errs[i] = f.FindFeed(ctx, l.address)
			all[i].Title = cmp.Or(all[i].Title, l.title)
			return nil
		})
	}
	_ = looks.Wait() // errs has them
	var out []alerts.FoundFeed
	for i, err := range errs {
		if err == nil {
			out = append(out, all[i])
		}
	}
	return out, cmp.Or(errs...)
}

// guess tries the usual places, seen from a page that names no feed, and asks
// robots.txt meanwhile.
func (f *Finder) guess(ctx context.Context, page *url.URL) (alerts.FoundFeed, bool) {
	ctx, cancel := context.WithTimeout(ctx, guessTime)
	defer cancel()
	places, sitemap := guesses(page), ""
	var asking errgroup.Group
	asking.Go(func() error {
		sitemap = f.newsSitemap(ctx, page)
		return nil
	})
	found, _ := f.read(ctx, places[:1])
	_ = asking.Wait()
	places = places[1:]
	if sitemap != "" {
		places = slices.Insert(places, 0, pageLink{address: sitemap})
	}
	for some := range slices.Chunk(places[:min(len(places), mostGuesses-2)], lookAtOnce) {
		if len(found) > 0 || ctx.Err() != nil {
			break
		}
		found, _ = f.read(ctx, some)
	}
	if len(found) == 0 {
		return alerts.FoundFeed{}, false
	}
	return found[0], true
}

// guesses are the usual places, those of the page's folder before those of the
// site.
func guesses(page *url.URL) []pageLink {
	folder := page.Path
	if path.Ext(folder) != "" { // it is a file's
		folder = path.Dir(folder)
	}
	folder = strings.TrimSuffix(folder, "/")
	var out []pageLink
	for i, place := range usualPlaces {
		folders := []string{folder, ""}
		if i > 1 || folder == "" {
			folders = folders[1:]
		}
		for _, from := range folders {
			at := url.URL{Scheme: page.Scheme, User: page.User, Host: page.Host, Path: from + "/" + place}
			out = append(out, pageLink{address: at.String()})
		}
	}
	return out
}

// newsSitemap gives the address of the first news sitemap, by its name, that the
// site's robots.txt tells of (https://www.sitemaps.org/protocol.html#submit_robots);
// empty if it tells of none.
func (f *Finder) newsSitemap(ctx context.Context, page *url.URL) string {
	at := url.URL{Scheme: page.Scheme, User: page.User, Host: page.Host, Path: "/robots.txt"}
	res, err := f.get(ctx, at.String())
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(res.Body)) {
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(strings.TrimSpace(name), "sitemap") {
			continue
		}
		u, err := at.Parse(strings.TrimSpace(value))
		if err != nil || webAddress(u.String()) == nil {
			continue
		}
		// What is packed in a file is not read.
		if p := strings.ToLower(u.Path); strings.Contains(p, "news") && !strings.HasSuffix(p, ".gz") {
			return u.String()
		}
	}
	return ""
}
