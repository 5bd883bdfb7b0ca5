package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/web"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/bot/websub"
)

// hubPath is where hubs call, before the token.
const hubPath = "/hub/"

// hubs ties the subscriber to the ingester, which are made one after the other.
type hubs struct {
	*websub.Subscriber
	intake *ingest.Ingester
}

// Bring implements websub.Intake.
func (h *hubs) Bring(ctx context.Context, source, contentType string, body []byte, base string) error {
	return h.intake.Bring(ctx, source, contentType, body, base)
}

// Poll implements websub.Intake.
func (h *hubs) Poll(source string) { h.intake.Poll(source) }

// newHubs is nil where no hub can reach this process, or none is wanted.
func newHubs(cfg config, s *store, sources *sourceSet, watch *telemetry, log *slog.Logger, once bool) *hubs {
	if cfg.listen == "" || cfg.publicURL == "" || !cfg.websub || !cfg.has(roleIngest) || once {
		return nil
	}
	h := &hubs{}
	h.Subscriber = websub.New(websub.Config{
		Store: s.client.Hubs(), Intake: h, Callback: cfg.publicURL + hubPath,
		Hubs: feed.NewHubs(func(host string) *httpx.Client {
			return sources.clientFor("http://" + net.JoinHostPort(host, "80"))
		}),
		Logger: log, Now: cfg.now, Metrics: watch.of(true), Alive: watch.pulse.beat,
	})
	return h
}

// routes is what hubs call.
func (h *hubs) routes(log *slog.Logger) map[string]http.Handler {
	if h == nil {
		return nil
	}
	handler := web.NewHub(web.HubConfig{
		Verify: func(ctx context.Context, token, mode, topic string, lease time.Duration, reason string) error {
			return h.Verify(ctx, websub.Request{Token: token, Mode: mode, Topic: topic, Lease: lease, Reason: reason})
		},
		Deliver: func(ctx context.Context, token, signature, contentType string, body []byte) error {
			return h.Deliver(ctx, websub.Delivery{Token: token, Signature: signature, ContentType: contentType, Body: body})
		},
		Logger: log,
	})
	return map[string]http.Handler{"GET " + hubPath + "{token}": handler, "POST " + hubPath + "{token}": handler}
}
