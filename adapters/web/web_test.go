package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a server and gives its base address.
func start(t *testing.T, alive, ready []Check, log io.Writer) string {
	t.Helper()
	s := New(Config{Addr: "127.0.0.1:0", Alive: alive, Ready: ready, Logger: slog.New(slog.NewTextHandler(log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	select {
	case addr := <-s.bound:
		return "http://" + addr.String()
	case err := <-ended:
		t.Fatal(err)
		return ""
	}
}

func get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, strings.TrimSpace(string(data))
}

func TestServer(t *testing.T) {
	pass := func(context.Context) error { return nil }
	fail := func(context.Context) error { return errors.New("redis://geheim@host refused") }
	good := []Check{{"store", "it does not answer", pass}}
	bad := []Check{{"store", "it does not answer", fail}, {"matcher", "it sleeps", pass}}
	var log bytes.Buffer
	well, ill := start(t, nil, good, io.Discard), start(t, bad, bad, &log)
	tests := []struct {
		address string
		status  int
		body    string
	}{
		{well + "/healthz", 200, `{"checks":{},"ok":true}`},
		{well + "/readyz", 200, `{"checks":{"store":{"ok":true}},"ready":true}`},
		{ill + "/healthz", 503, `{"checks":{"matcher":{"ok":true},"store":{"ok":false,"why":"it does not answer"}},"ok":false}`},
		{ill + "/readyz", 503, `{"checks":{"matcher":{"ok":true},"store":{"ok":false,"why":"it does not answer"}},"ready":false}`},
		{well + "/other", 404, "404 page not found"},
	}
	for _, tt := range tests {
		if status, body := get(t, tt.address); status != tt.status || body != tt.body {
			t.Errorf("%s: %d %s, want %d %s", tt.address, status, body, tt.status, tt.body)
		}
	}
	if n := strings.Count(log.String(), "check=store"); n != 1 {
		t.Errorf("the log says %d times what fails: %q", n, log.String())
	}
}

func TestACheckThatPassesAgainIsTold(t *testing.T) {
	var log bytes.Buffer
	var down atomic.Bool
	address := start(t, nil, []Check{{"store", "it does not answer", func(context.Context) error {
		if down.Load() {
			return errors.New("refused")
		}
		return nil
	}}}, &log)
	for _, is := range []bool{false, true, true, false} {
		down.Store(is)
		if status, _ := get(t, address+"/readyz"); (status == 503) != is {
			t.Errorf("status %d", status)
		}
	}
	if got := strings.Count(log.String(), "\n"); got != 2 || !strings.Contains(log.String(), "a check passes again") {
		t.Errorf("the log says %q", log.String())
	}
}

// A check that hangs is given up.
func TestReadyDoesNotHang(t *testing.T) {
	hang := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	if status, _ := get(t, start(t, nil, []Check{{"store", "it hangs", hang}}, io.Discard)+"/readyz"); status != 503 {
		t.Errorf("status %d", status)
	}
}

func TestRunFailsOnAnAddressInUse(t *testing.T) {
	taken := strings.TrimPrefix(start(t, nil, nil, io.Discard), "http://")
	if err := New(Config{Addr: taken, Logger: slog.New(slog.DiscardHandler)}).Run(t.Context()); err == nil {
		t.Error("no error")
	}
}
