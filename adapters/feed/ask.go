package feed

import (
	"context"
	"fmt"
	"net/url"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

// Hubs asks hubs of feeds.
type Hubs struct {
	clientFor func(host string) *httpx.Client
}

// NewHubs makes a Hubs; clientFor gives the client that reads feeds from a host.
func NewHubs(clientFor func(host string) *httpx.Client) *Hubs { return &Hubs{clientFor} }

// Ask implements websub.Hubs. What a hub answers is in no error: it may repeat the
// secret that it was told.
func (h *Hubs) Ask(ctx context.Context, address, host string, form map[string]string) error {
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	res, err := h.clientFor(host).PostForm(ctx, address, host, values)
	if err == nil {
		err = res.Err()
	}
	if err != nil {
		return fmt.Errorf("ask the hub %s: %w", httpx.Redact(address), err)
	}
	return nil
}

// Pushed reads a document that the feed's hub sent. Relative links are taken to be
// relative to base.
func (f *Feed) Pushed(contentType string, body []byte, base string) (alerts.Batch, error) {
	doc, err := decode(body, contentType, base, f.config.URL)
	if err != nil {
		return alerts.Batch{}, err
	}
	return alerts.Batch{Articles: doc.articles, Problems: doc.problems, Kind: alerts.FeedSource, Pages: f.config.Pages}, nil
}
