package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Limits of what a hub sends.
const (
	maxDelivery    = 10 << 20 // bytes
	mostDeliveries = 8        // at the same time
	maxField       = 4 << 10  // bytes of a field of what a hub asks back
)

// HubConfig is what the handler of hubs is made of.
type HubConfig struct {
	// Verify takes in that a hub asks back about a subscription; alerts.ErrNotFound
	// if nobody asked it to. lease is 0 where it names none.
	Verify func(ctx context.Context, token, mode, topic string, lease time.Duration, reason string) error
	// Deliver takes in what a hub sends; alerts.ErrNotFound if nobody wants it.
	// After another error it is to be sent again.
	Deliver func(ctx context.Context, token, signature, contentType string, body []byte) error
	Logger  *slog.Logger
}

// NewHub makes the handler of what hubs ask and send under GET and POST
// /hub/{token} (https://www.w3.org/TR/websub/).
func NewHub(c HubConfig) http.Handler {
	return &hub{HubConfig: c, slots: make(chan struct{}, mostDeliveries)}
}

type hub struct {
	HubConfig
	slots chan struct{}
}

// ServeHTTP implements [http.Handler].
func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodPost {
		h.deliver(w, r)
		return
	}
	h.verify(w, r)
}

func (h *hub) verify(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	challenge, topic := q.Get("hub.challenge"), q.Get("hub.topic")
	if len(challenge) > maxField || len(topic) > maxField {
		http.NotFound(w, r)
		return
	}
	seconds, _ := strconv.ParseInt(q.Get("hub.lease_seconds"), 10, 32) // 0 is what it is without
	err := h.Verify(r.Context(), r.PathValue("token"), q.Get("hub.mode"), topic, time.Duration(max(seconds, 0))*time.Second, q.Get("hub.reason"))
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		h.Logger.WarnContext(r.Context(), "can't answer a hub; it asks again", "error", err)
		h.later(w)
	default:
		_, _ = io.WriteString(w, challenge) //nolint:gosec // as plain text; without it the hub hung up
	}
}

func (h *hub) deliver(w http.ResponseWriter, r *http.Request) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		h.later(w)
		return
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(readTime))
	_ = control.SetWriteDeadline(time.Now().Add(readTime + pushTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		http.Error(w, "the body is too large, or ends too early", http.StatusRequestEntityTooLarge)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pushTime)
	defer cancel()
	contentType := r.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media == "application/octet-stream" {
		contentType = "" // the document tells
	}
	switch err := h.Deliver(ctx, r.PathValue("token"), r.Header.Get("X-Hub-Signature"), contentType, body); {
	case errors.Is(err, alerts.ErrNotFound):
		http.Error(w, "nobody is subscribed here", http.StatusGone)
	case err != nil:
		h.Logger.WarnContext(r.Context(), "can't take in what a hub sent; it is sent again", "error", err)
		h.later(w)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

func (h *hub) later(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "30")
	http.Error(w, "send it again later", http.StatusServiceUnavailable)
}
