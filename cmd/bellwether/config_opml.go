package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/bellwether/bellwether/adapters/feed"
)

// opml adds the feeds of a list in OPML, with what the source says for all of them.
// A feed that was named before is not added again: two lists share some.
func (r *fileReader) opml(n *yaml.Node, file string, more sourceConfig) {
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(r.path), file)
	}
	list, err := openOPML(file)
	if err != nil {
		r.fail(n, "opml: "+err.Error(), "give the path of a list of feeds in OPML, as feed readers export it")
		return
	}
	for _, p := range list.Problems {
		r.fail(n, fmt.Sprintf("opml: %s of %s: %v", p.Place, file, p.Err), "correct it there, or remove it")
	}
	for i, o := range list.Feeds {
		s, err := newSource(o.Address, fmt.Sprintf("%s, feed %d", file, i+1))
		if err != nil || s.url == "" {
			r.fail(n, fmt.Sprintf("opml: feed %d of %s (%s) has no address that can be read", i+1, file, o.Title), "correct its xmlUrl, or remove it")
			continue
		}
		if slices.ContainsFunc(r.config.sources, func(c sourceConfig) bool { return c.name == s.name || c.url == s.url }) {
			continue
		}
		s.interval, s.fullText = more.interval, more.fullText
		r.config.sources = append(r.config.sources, s)
	}
}

func openOPML(file string) (feed.OPML, error) {
	opened, err := os.Open(file)
	if err != nil {
		return feed.OPML{}, err
	}
	defer opened.Close()
	return feed.ReadOPML(opened)
}
