package feed

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

// mover is a server on which a feed moves about, and a feed of it.
type mover struct {
	t      *testing.T
	feed   *Feed
	now    time.Time
	answer map[string]func(http.ResponseWriter, *http.Request) // by path
	asked  []string
	state  []byte
}

func newMover(t *testing.T, client func(*mover) *httpx.Client) *mover {
	m := &mover{t: t, now: time.Date(2024, 3, 20, 0, 0, 0, 0, time.UTC), answer: map[string]func(http.ResponseWriter, *http.Request){}}
	m.feed = serve(t, Config{Name: "x", URL: "/old?key=geheim", Header: http.Header{"X-Key": {"geheim"}}}, func(w http.ResponseWriter, r *http.Request) {
		m.asked = append(m.asked, strings.TrimSpace(r.URL.Path+" "+r.Header.Get("If-None-Match")))
		if _, password, _ := r.BasicAuth(); password != "geheim" || r.Header.Get("X-Key") != "geheim" {
			t.Errorf("%s was asked without its key", r.URL)
		}
		if h := m.answer[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	})
	m.feed.config.URL = strings.Replace(m.feed.config.URL, "http://", "http://me:geheim@", 1)
	m.feed.key = New(nil, m.feed.config).key
	if client != nil {
		m.feed.client = client(m)
		t.Cleanup(m.feed.client.Close)
	}
	return m
}

func (m *mover) moves(from string, status int, to string) {
	m.answer[from] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, status) }
}

func (m *mover) stands(at string) {
	m.answer[at] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"`+at+`"`)
		_, _ = io.WriteString(w, rssOf(item("<title>A</title>")))
	}
}

// poll gives what was asked for, divided by commas.
func (m *mover) poll() (string, error) {
	m.asked = nil
	b, err := m.feed.Fetch(m.t.Context(), m.state)
	if err == nil {
		m.state = b.State
	}
	return strings.Join(m.asked, ", "), err
}

func TestAFeedThatMovedIsAskedWhereItIs(t *testing.T) {
	m := newMover(t, func(m *mover) *httpx.Client {
		return httpx.New(httpx.Options{AllowPrivate: true, Now: func() time.Time { return m.now }})
	})
	want := func(what, asked string) {
		t.Helper()
		if got, err := m.poll(); err != nil || got != asked {
			t.Errorf("%s: asked %s, %v; want %s", what, got, err, asked)
		}
	}
	m.moves("/old", http.StatusFound, "/tmp")
	m.stands("/tmp")
	want("for now", "/old, /tmp")
	want("for now, again", `/old "/tmp", /tmp "/tmp"`)
	m.state = nil
	m.moves("/old", http.StatusMovedPermanently, "/mid")
	m.moves("/mid", http.StatusPermanentRedirect, "/new")
	m.stands("/new")
	want("for good", "/old, /mid, /new")
	want("then", `/new "/new"`)
	m.now = m.now.Add(recheck - time.Hour)
	want("within a week", `/new "/new"`)
	m.now = m.now.Add(time.Hour)
	want("after a week", "/old, /mid, /new")
	m.moves("/new", http.StatusMovedPermanently, "/newest")
	m.stands("/newest")
	want("on and on", `/new "/new", /newest "/new"`)
	want("then", `/newest "/newest"`)
	delete(m.answer, "/newest")
	m.stands("/old")
	want("it is back", `/newest "/newest", /old`)
	want("then", `/old "/old"`)
	if strings.Contains(string(m.state), "geheim") {
		t.Errorf("the state holds the password: %s", m.state)
	}
}

func TestAMovedFeedThatFails(t *testing.T) {
	m := newMover(t, nil)
	m.moves("/old", http.StatusMovedPermanently, "/new")
	m.stands("/new")
	if _, err := m.poll(); err != nil {
		t.Fatal(err)
	}
	m.answer["/old"] = nil
	m.answer["/new"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	got, err := m.poll()
	if asked, ok := errors.AsType[*alerts.SendError](err); got != `/new "/new"` || !ok || asked.After != time.Minute {
		t.Errorf("a pause: asked %s, %v", got, err)
	}
	for _, status := range []int{http.StatusBadGateway, http.StatusTooManyRequests, http.StatusRequestTimeout} {
		m.answer["/new"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
		if got, err := m.poll(); got != `/new "/new"` || err == nil {
			t.Errorf("out of order with %d: asked %s, %v", status, got, err)
		}
	}
	m.answer["/new"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }
	if got, err := m.poll(); got != `/new "/new", /old` || err == nil || !strings.Contains(err.Error(), "is gone (410)") {
		t.Errorf("gone from both: asked %s, %v", got, err)
	}
	m.stands("/new")
	if got, err := m.poll(); got != `/new "/new"` || err != nil {
		t.Errorf("it is back: asked %s, %v", got, err)
	}
}

// A page for logging in is no new home of a feed.
func TestARedirectToNoFeedIsNotRemembered(t *testing.T) {
	m := newMover(t, nil)
	m.moves("/old", http.StatusMovedPermanently, "/login")
	m.answer["/login"] = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }
	for range 2 {
		if got, err := m.poll(); got != "/old, /login" || err == nil {
			t.Errorf("asked %s, %v", got, err)
		}
	}
}
