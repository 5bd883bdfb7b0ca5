package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// push sends a body to POST /articles.
func push(t *testing.T, address, token, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/articles", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error() // it does not listen yet
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, strings.TrimSpace(string(data))
}

// What is sent to POST /articles is alerted once, and the sender told what
// became of it.
func TestPushedArticlesAreAlerted(t *testing.T) {
	const token = "a-token-for-this-test"
	address := freeAddress(t)
	p := start(t, map[string]string{"BELLWETHER_HTTP_LISTEN": address, "BELLWETHER_PUSH_TOKEN": token},
		"run", "--data", t.TempDir(), "--source", t.TempDir())
	p.say("subscribe harbour")
	p.expect("New articles that it hits are sent at once")
	status, answer := 0, ""
	for deadline := time.Now().Add(30 * time.Second); status == 0 && time.Now().Before(deadline); {
		status, answer = push(t, address, "", "")
	}
	if status != http.StatusUnauthorized {
		t.Errorf("without a token: %d %s", status, answer)
	}
	item := `<newsItem guid="nw-2" version="1"><contentMeta><headline>Ministers meet at the harbour</headline></contentMeta></newsItem>`
	status, answer = push(t, address, token, item)
	if want := `{"accepted":1,"duplicate":0,"refused":0,"items":[{"id":"nw-2","status":"accepted","revision":1}]}`; status != http.StatusOK || answer != want {
		t.Errorf("an item: %d %s", status, answer)
	}
	p.expect("Ministers meet at the harbour")
	status, answer = push(t, address, token, item)
	if want := `{"accepted":0,"duplicate":1,"refused":0,"items":[{"id":"nw-2","status":"duplicate","revision":1}]}`; status != http.StatusOK || answer != want {
		t.Errorf("the same again: %d %s", status, answer)
	}
	if got := p.end(); got != exitDone {
		t.Errorf("exit status %d; on standard error:\n%s", got, p.stderr)
	}
	if strings.Contains(p.stderr.String(), token) {
		t.Error("the log holds the token")
	}
	http.DefaultClient.CloseIdleConnections()
}

// Without a token nobody may send, and a token without an address is a mistake.
func TestPushSettings(t *testing.T) {
	for _, c := range []struct{ env, value, want string }{
		{"BELLWETHER_PUSH_TOKEN", "a-token-for-this-test", "articles come in by HTTP, and no address is served"},
		{"BELLWETHER_PUSH_TOKEN", "short", "environment variable BELLWETHER_PUSH_TOKEN: not a token"},
	} {
		p := start(t, map[string]string{c.env: c.value}, "run", "--once", "--data", t.TempDir())
		if status := <-p.done; status != exitUsage || !strings.Contains(p.stderr.String(), c.want) || strings.Contains(p.stderr.String(), c.value) {
			t.Errorf("%s: status %d, %s", c.env, status, p.stderr)
		}
		_ = p.stdin.Close()
	}
}
