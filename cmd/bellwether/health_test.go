package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHealthcheckSaysWhatIsWrong(t *testing.T) {
	for body, want := range map[string]string{
		`{"checks":{"loops":{"ok":false,"why":"one sleeps"},"store":{"ok":true}},"ok":false}`: "503 Service Unavailable: loops: one sleeps",
		"<html>": "503 Service Unavailable",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(body))
		}))
		err := healthcheck(t.Context(), strings.TrimPrefix(server.URL, "http://"))
		if err == nil || !strings.HasSuffix(err.Error(), "it answered "+want) {
			t.Errorf("%v, want %s", err, want)
		}
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	}
}

func TestPulse(t *testing.T) {
	now := time.Unix(1_750_000_000, 0)
	p := newPulse()
	p.now = func() time.Time { return now }
	p.beat("dispatch", time.Minute)
	p.beat("matching", 2*time.Minute)
	p.beat("feed", time.Second)
	p.beat("feed", 0)
	if err := p.check(t.Context()); err != nil {
		t.Error(err)
	}
	now = now.Add(90 * time.Second)
	if err := p.check(t.Context()); err == nil || !strings.HasSuffix(err.Error(), ": dispatch") {
		t.Errorf("%v, want that of dispatch", err)
	}
	now = now.Add(time.Minute)
	if err := p.check(t.Context()); err == nil || !strings.HasSuffix(err.Error(), ": dispatch, matching") {
		t.Errorf("%v, want that of both", err)
	}
	p.beat("dispatch", time.Minute)
	p.beat("matching", time.Minute)
	if err := p.check(t.Context()); err != nil {
		t.Error(err)
	}
}
