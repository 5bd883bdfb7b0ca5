package main

import (
	"context"

	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/alerts"
)

// chatFeeds finds the feeds that people in chat add: only at public addresses,
// and at those that the operator allows by name.
type chatFeeds struct {
	*sourceSet
	finder *feed.Finder
}

func (s *sourceSet) forChat() chatFeeds { return chatFeeds{s, feed.NewFinder(s.public)} }

// Find implements bot.Feeds.
func (f chatFeeds) Find(ctx context.Context, address string) ([]alerts.FoundFeed, error) {
	return f.finder.Find(ctx, address)
}

// Name implements bot.Feeds.
func (f chatFeeds) Name(address string) (name string, configured bool, err error) {
	c, err := newSource(address, "")
	if err == nil && c.url == "" {
		err = fault{"not the address of a feed", "begin it with https:// or http://"}
	}
	if err != nil {
		return "", false, err
	}
	return c.name, f.has(c.name), nil
}
