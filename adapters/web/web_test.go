package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a server and gives its base address.
func start(t *testing.T, checks map[string]Check, log io.Writer) string {
	t.Helper()
	s := New("127.0.0.1:0", checks, nil, slog.New(slog.NewTextHandler(log, nil)))
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
	var log bytes.Buffer
	good := start(t, map[string]Check{"store": pass}, io.Discard)
	bad := start(t, map[string]Check{"store": fail, "matcher": pass}, &log)
	tests := []struct {
		address string
		status  int
		body    string
	}{
		{good + "/healthz", 200, `{"ok":true}`},
		{good + "/readyz", 200, `{"checks":{"store":{"ok":true}},"ready":true}`},
		{bad + "/healthz", 200, `{"ok":true}`},
		{bad + "/readyz", 503, `{"checks":{"matcher":{"ok":true},"store":{"ok":false}},"ready":false}`},
		{good + "/other", 404, "404 page not found"},
	}
	for _, tt := range tests {
		if status, body := get(t, tt.address); status != tt.status || body != tt.body {
			t.Errorf("%s: %d %s, want %d %s", tt.address, status, body, tt.status, tt.body)
		}
	}
	if !strings.Contains(log.String(), "check=store") {
		t.Errorf("the log says %q", log.String())
	}
}

// A check that hangs is given up.
func TestReadyDoesNotHang(t *testing.T) {
	hang := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	if status, _ := get(t, start(t, map[string]Check{"store": hang}, io.Discard)+"/readyz"); status != 503 {
		t.Errorf("status %d", status)
	}
}

func TestRunFailsOnAnAddressInUse(t *testing.T) {
	taken := strings.TrimPrefix(start(t, nil, io.Discard), "http://")
	if err := New(taken, nil, nil, slog.New(slog.DiscardHandler)).Run(t.Context()); err == nil {
		t.Error("no error")
	}
}
