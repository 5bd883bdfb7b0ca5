package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest"
)

// asked is a form that a hub got.
type asked struct{ mode, callback, topic, secret string }

// fakeHub is a hub over TLS, with the feed of its own, which never has news.
type fakeHub struct {
	t      *testing.T
	server *httptest.Server
	forms  chan asked
}

func newFakeHub(t *testing.T) *fakeHub {
	h := &fakeHub{t: t, forms: make(chan asked, 8)}
	h.server = httptest.NewTLSServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.server.Close)
	return h
}

// roots writes the certificate of the hub's server into a file.
func (h *fakeHub) roots() string {
	file := filepath.Join(h.t.TempDir(), "roots.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		h.t.Fatal(err)
	}
	return file
}

func (h *fakeHub) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		fmt.Fprintf(w, `<feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title><id>urn:gazette</id>
<link rel="hub" href="/hub"/><link rel="self" href="%s/feed"/>
<entry><id>urn:gazette:1</id><title>Old news of the harbour</title><updated>2026-01-01T00:00:00Z</updated><summary>Long ago.</summary></entry></feed>`, h.server.URL)
		return
	}
	h.forms <- asked{r.FormValue("hub.mode"), r.FormValue("hub.callback"), r.FormValue("hub.topic"), r.FormValue("hub.secret")}
	w.WriteHeader(http.StatusAccepted)
}

// verify asks back what the hub was asked.
func (h *fakeHub) verify(a asked, mode string) (status int, answer string) {
	q := url.Values{"hub.mode": {mode}, "hub.topic": {a.topic}, "hub.challenge": {"say this"}, "hub.lease_seconds": {"3600"}}
	return h.do(http.MethodGet, a.callback+"?"+q.Encode(), "", nil)
}

// send delivers an Atom document with one entry.
func (h *fakeHub) send(a asked, secret, title string) (status int, answer string) {
	body := fmt.Sprintf(`<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:gazette</id><title>Gazette</title>
<entry><id>urn:gazette:%[1]s</id><title>%[2]s</title><link href="/news/%[1]s"/><summary>It was said today.</summary></entry></feed>`, url.PathEscape(title), title)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return h.do(http.MethodPost, a.callback, body, http.Header{
		"Content-Type": {"application/atom+xml"}, "X-Hub-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))},
	})
}

func (h *fakeHub) do(method, address, body string, header http.Header) (status int, answer string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	maps.Copy(req.Header, header)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

// startBinary is start for a process of its own, with such an environment.
func startBinary(t *testing.T, environment []string, args ...string) *process {
	t.Helper()
	in, stdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, out := io.Pipe()
	p := &process{t: t, stdin: stdin, lines: make(chan string, 1000), stderr: &adaptertest.Buffer{}, done: make(chan int, 1)}
	cmd := exec.Command("bellwether", args...)
	cmd.Env = append(environment, "HOME="+t.TempDir(), "TZ=UTC")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, p.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.stop = func() { _ = cmd.Process.Signal(os.Interrupt) } // else it has ended
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	go func() {
		_ = cmd.Wait() // ProcessState tells
		_, _ = in.Close(), out.Close()
		p.done <- cmd.ProcessState.ExitCode()
	}()
	return p
}

// News of a feed that names a hub are alerted when the hub sends them, long before
// the feed is due; nobody else can send any.
func TestHubSendsNews(t *testing.T) {
	hub, address := newFakeHub(t), freeAddress(t)
	p := startBinary(t, []string{
		"BELLWETHER_HTTP_LISTEN=" + address, "BELLWETHER_PUBLIC_URL=http://" + address,
		"BELLWETHER_FEEDS_INTERVAL=1h", "SSL_CERT_FILE=" + hub.roots(),
	}, "run", "--data", t.TempDir(), "--source", hub.server.URL+"/feed")
	p.say("subscribe harbour")
	p.expect("New articles that it hits are sent at once")

	a := <-hub.forms
	if a.mode != "subscribe" || a.topic != hub.server.URL+"/feed" || a.secret == "" || !strings.HasPrefix(a.callback, "http://"+address+"/hub/") {
		t.Fatalf("the hub was asked %+v", a)
	}
	if status, _ := hub.verify(asked{callback: a.callback, topic: a.topic + "/other"}, "subscribe"); status != http.StatusNotFound {
		t.Errorf("another topic was agreed to: %d", status)
	}
	if status, _ := hub.verify(a, "unsubscribe"); status != http.StatusNotFound {
		t.Errorf("the end was agreed to: %d", status)
	}
	if status, answer := hub.verify(a, "subscribe"); status != http.StatusOK || answer != "say this" {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := hub.send(a, "a guess", "Forged news of the harbour"); status != http.StatusAccepted {
		t.Errorf("forged: %d %s", status, answer)
	}
	for range 2 { // hubs repeat themselves
		if status, answer := hub.send(a, a.secret, "The harbour is closed"); status != http.StatusAccepted {
			t.Errorf("signed: %d %s", status, answer)
		}
	}
	p.expect("The harbour is closed")
	if status, answer := hub.send(a, a.secret, "The harbour opens again"); status != http.StatusAccepted {
		t.Errorf("signed: %d %s", status, answer)
	}
	p.expect("The harbour opens again")
	p.say("sources")
	p.expect("sent here by its hub at once")
	if status, _ := hub.send(asked{callback: "http://" + address + "/hub/NOBODY"}, a.secret, "No news"); status != http.StatusGone {
		t.Errorf("an unknown callback: %d", status)
	}
	if got := p.end(); got != exitDone {
		t.Errorf("exit status %d; on standard error:\n%s", got, p.stderr)
	}
	shown := ""
	for line := range p.lines { // after what was expected
		shown += line + "\n"
	}
	all := shown + p.stderr.String()
	if strings.Contains(all, "Forged") || strings.Contains(shown, "The harbour is closed") {
		t.Errorf("shown:\n%s", shown)
	}
	for _, secret := range []string{a.secret, strings.TrimPrefix(a.callback, "http://"+address+"/hub/")} {
		if strings.Contains(all, secret) {
			t.Errorf("a secret was shown:\n%s", all)
		}
	}
}
