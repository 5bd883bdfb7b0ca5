package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// hubServer serves a handler of hubs that tells what it was called with; the token
// says how it goes.
func hubServer(t *testing.T) (server *httptest.Server, called *[]string) {
	called = new([]string)
	verdict := func(token string) error {
		switch token {
		case "unknown":
			return fmt.Errorf("look up: %w", alerts.ErrNotFound)
		case "down":
			return errors.New("the store is away")
		}
		return nil
	}
	handler := NewHub(HubConfig{
		Verify: func(_ context.Context, token, mode, topic string, lease time.Duration, reason string) error {
			*called = append(*called, fmt.Sprint(token, " ", mode, " ", topic, " ", lease, " ", reason))
			return verdict(token)
		},
		Deliver: func(_ context.Context, token, signature, contentType string, body []byte) error {
			*called = append(*called, fmt.Sprint(token, " ", signature, " ", contentType, " ", len(body)))
			return verdict(token)
		},
		Logger: slog.New(slog.DiscardHandler),
	})
	s := New(Config{Routes: map[string]http.Handler{"GET /hub/{token}": handler, "POST /hub/{token}": handler}, Logger: slog.New(slog.DiscardHandler)})
	server = httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	return server, called
}

func TestHubAsksBack(t *testing.T) {
	server, called := hubServer(t)
	get := func(token string, q url.Values) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/hub/"+token+"?"+q.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("a challenge could be taken for a page: %v", res.Header)
		}
		return res.StatusCode, string(body)
	}
	q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://example.org/feed"}, "hub.challenge": {"<b>x&y</b>"}, "hub.lease_seconds": {"3600"}}
	if status, body := get("known", q); status != http.StatusOK || body != "<b>x&y</b>" {
		t.Errorf("%d %q", status, body)
	}
	if want := "known subscribe https://example.org/feed 1h0m0s "; (*called)[0] != want {
		t.Errorf("called with %q, want %q", (*called)[0], want)
	}
	for _, seconds := range []string{"", "-5", "forever", "99999999999999999999"} {
		*called = nil
		q.Set("hub.lease_seconds", seconds)
		if status, _ := get("known", q); status != http.StatusOK || strings.Contains((*called)[0], "-") {
			t.Errorf("%q seconds: %d, %q", seconds, status, *called)
		}
	}
	if status, body := get("unknown", q); status != http.StatusNotFound || strings.Contains(body, "x&y") {
		t.Errorf("an unknown token: %d %q", status, body)
	}
	if status, _ := get("down", q); status != http.StatusServiceUnavailable {
		t.Errorf("a store that is away: %d", status)
	}
	*called = nil
	q.Set("hub.challenge", strings.Repeat("x", maxField+1))
	if status, _ := get("known", q); status != http.StatusNotFound || len(*called) > 0 {
		t.Errorf("a long challenge: %d, %q", status, *called)
	}
}

func TestHubDelivers(t *testing.T) {
	server, called := hubServer(t)
	post := func(token, contentType string, body io.Reader) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/hub/"+token, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Hub-Signature", "sha256=00")
		req.Header.Set("Content-Type", contentType)
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res
	}
	for contentType, want := range map[string]string{
		"application/atom+xml; charset=utf-8": "known sha256=00 application/atom+xml; charset=utf-8 7",
		"application/octet-stream":            "known sha256=00  7",
		"":                                    "known sha256=00  7",
		"no / type":                           "known sha256=00  7",
	} {
		*called = nil
		if res := post("known", contentType, strings.NewReader("<feed/>")); res.StatusCode != http.StatusAccepted || (*called)[0] != want {
			t.Errorf("%q: %d, called with %q, want %q", contentType, res.StatusCode, *called, want)
		}
	}
	if res := post("unknown", "text/xml", strings.NewReader("x")); res.StatusCode != http.StatusGone {
		t.Errorf("an unknown token: %d", res.StatusCode)
	}
	if res := post("down", "text/xml", strings.NewReader("x")); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("a store that is away: %d %v", res.StatusCode, res.Header)
	}
	*called = nil
	if res := post("known", "text/xml", io.LimitReader(zeros{}, maxDelivery+1)); res.StatusCode != http.StatusRequestEntityTooLarge || len(*called) > 0 {
		t.Errorf("too large: %d, %q", res.StatusCode, *called)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
