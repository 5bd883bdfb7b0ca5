package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/adapters/wire"
	"github.com/bellwether/bellwether/alerts"
)

const token = "c0ffee-c0ffee-c0ffee"

var errBusy = errors.New("the store is full")

// intake takes everything in once, but for what begins with "bad".
type intake struct {
	mu   sync.Mutex
	seen map[string]bool
	err  error
	wait chan struct{} // unless nil: Push waits for it
	in   chan struct{} // gets a value when Push is called
}

func (i *intake) Push(ctx context.Context, articles []alerts.Article) ([]alerts.Outcome, error) {
	if i.in != nil {
		i.in <- struct{}{}
		<-i.wait
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	var out []alerts.Outcome
	for _, a := range articles {
		o := alerts.Outcome{Article: a, Verdict: alerts.Added}
		switch {
		case strings.HasPrefix(a.Title, "bad"):
			o.Err = errors.New("the headline is bad")
		case i.seen[a.ID]:
			o.Verdict = alerts.Duplicate
		}
		i.seen[a.ID] = true
		out = append(out, o)
	}
	return out, i.err
}

func newHandler(i *intake, log io.Writer) http.Handler {
	i.seen = map[string]bool{}
	return NewArticles(ArticlesConfig{
		Tokens: []string{"old-old-old-old-old", token}, Decode: wire.DecodeBody, Intake: i,
		Busy:   func(err error) bool { return errors.Is(err, errBusy) },
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
}

func post(t *testing.T, h http.Handler, header http.Header, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/articles", body)
	maps.Copy(r.Header, header)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func bearer(value string) http.Header { return http.Header{"Authorization": {value}} }

func TestArticlesAnswer(t *testing.T) {
	lines := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/x-ndjson"}}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(`{"uri":"z","headline":"Z"}`)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	h := newHandler(&intake{}, io.Discard)
	tests := []struct {
		name   string
		header http.Header
		body   string
		status int
		want   string
	}{
		{
			"json lines", lines, `{"id":"1","title":"A"}` + "\n{\n" + `{"id":"2","title":"bad"}` + "\n" + `{"id":"1","title":"A"}` + "\n" + `{"id":"3"}`, 200,
			`{"accepted":1,"duplicate":1,"refused":3,"items":[{"id":"1","status":"accepted"},{"id":"2","status":"refused","why":"the headline is bad"},` +
				`{"id":"1","status":"duplicate"},{"place":"line 2","status":"refused","why":"the line is not JSON, at byte 1: unexpected end of JSON input"},` +
				`{"place":"line 5","status":"refused","why":"the article has no title"}]}`,
		},
		{"ninjs", bearer("bearer  " + token), `{"uri":"4","headline":"D"}`, 200, `{"accepted":1,"duplicate":0,"refused":0,"items":[{"id":"4","status":"accepted"}]}`},
		{"gzipped", bearer("Bearer old-old-old-old-old"), zipped.String(), 200, `{"accepted":1,"duplicate":0,"refused":0,"items":[{"id":"z","status":"accepted"}]}`},
		{
			"newsml", bearer("Bearer " + token), `<newsMessage><itemSet><packageItem guid="p"/><newsItem guid="5"><contentMeta><headline>E</headline></contentMeta></newsItem></itemSet></newsMessage>`, 200,
			`{"accepted":1,"duplicate":0,"refused":1,"items":[{"id":"5","status":"accepted"},{"place":"item 1","status":"refused","why":"it holds no news text: it is a package item"}]}`,
		},
		{
			"one that is none", bearer("Bearer " + token), `<planningItem guid="p"/>`, 200,
			`{"accepted":0,"duplicate":0,"refused":1,"items":[{"status":"refused","why":"it holds no news text: it is a planning item"}]}`,
		},
		{"no json", bearer("Bearer " + token), `hello`, 400, `{"error":"reading JSON: line 1: invalid character 'h' looking for beginning of value"}`},
		{"nothing", bearer("Bearer " + token), "", 400, `{"error":"the file is empty"}`},
		{"nothing in it", bearer("Bearer " + token), "[]", 400, `{"error":"the body holds no article"}`},
		{"too many", lines, strings.Repeat(`{"id":"1","title":"A"}`+"\n", mostItems+1), 413, `{"error":"the body holds more than 1000 items; send it in parts"}`},
		{"too large", lines, strings.Repeat("\n", maxPush+1), 413, `{"error":"the body has more than 16777216 bytes; send it in parts"}`},
		{"no token", nil, "", 401, `{"error":"send the header Authorization: Bearer with the token that is set"}`},
		{"a wrong token", bearer("Bearer " + token + "x"), "", 401, `{"error":"send the header Authorization: Bearer with the token that is set"}`},
		{"another scheme", bearer("Basic " + token), "", 401, `{"error":"send the header Authorization: Bearer with the token that is set"}`},
		{"no scheme", bearer(token), "", 401, `{"error":"send the header Authorization: Bearer with the token that is set"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := post(t, h, tt.header, strings.NewReader(tt.body))
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			if diff := cmp.Diff(tt.want, strings.TrimSpace(w.Body.String())); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if got := w.Header().Get("WWW-Authenticate"); (got != "") != (tt.status == 401) {
				t.Errorf("WWW-Authenticate: %s", got)
			}
		})
	}
}

// A body that swells when it is unpacked ends early.
func TestArticlesBomb(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(bytes.Repeat([]byte(" "), 64<<20)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	w := post(t, newHandler(&intake{}, io.Discard), bearer("Bearer "+token), &zipped)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "too large") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestArticlesLater(t *testing.T) {
	var log bytes.Buffer
	body := `{"uri":"1","headline":"A"}`
	for _, err := range []error{errBusy, errors.New("dial redis: secret")} {
		w := post(t, newHandler(&intake{err: err}, &log), bearer("Bearer "+token), strings.NewReader(body))
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
	}
	if strings.Contains(log.String(), token) || !strings.Contains(log.String(), "dial redis") {
		t.Errorf("the log says %s", log.String())
	}

	// More at the same time than there is memory for.
	i := &intake{in: make(chan struct{}), wait: make(chan struct{})}
	h := newHandler(i, io.Discard)
	codes := make(chan int, mostPushes)
	for range mostPushes {
		go func() {
			codes <- post(t, h, bearer("Bearer "+token), strings.NewReader("{\"uri\":\"1\",\"headline\":\"bad\"}")).Code
		}()
		<-i.in
	}
	if w := post(t, h, bearer("Bearer "+token), strings.NewReader(body)); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
		t.Errorf("one more: %d %s", w.Code, w.Body)
	}
	close(i.wait)
	for range mostPushes {
		if code := <-codes; code != http.StatusOK {
			t.Errorf("one of those before: %d", code)
		}
	}
}
