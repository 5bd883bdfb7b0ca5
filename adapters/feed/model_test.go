package feed_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
)

// What the model allows to the program: a poll may wait in a host's queue, and
// polls are spread.
const (
	slack    = 15 * time.Minute
	distance = time.Second
	atOnce   = 2
)

// model judges requests by what was answered before. It is written from
// docs/sources.md, and shares no code with the program.
type model struct {
	feeds    map[int]*watched
	begun    map[string][]fakeweb.Request // by host
	held     map[string]time.Time         // by host, at least
	heldMost time.Time                    // any of them, at most
	restarts []time.Time
	faults   []string
}

// watched is what the model knows of a feed.
type watched struct {
	o                *origin
	last             fakeweb.Request
	earliest, latest time.Time // of the next poll
	unsure           bool      // the model can't tell how the last poll ended
	loose            bool      // nor what was kept of it, until the next good one
	read             bool      // there was a good poll
	follow           string    // where the poll goes on
	chain            []string  // the addresses of the poll
	back             bool      // the poll may go on at the old address
	moved, becoming  string    // the permanent address, and that of a poll that goes on
	since            time.Time
	bare             bool // the poll asks the old address of a feed that moved, so it tells nothing
	direct           bool // no redirect of the poll was for now
	etag, modified   string
	sent             bool            // validators, by the poll
	failures, before int             // polls in a row that failed, with and without the present one
	items            map[string]bool // that were brought
	polls, good      int
	trail            []string // its last requests, for whoever reads a fault
}

func newModel(feeds []*origin) *model {
	m := &model{feeds: map[int]*watched{}, begun: map[string][]fakeweb.Request{}, held: map[string]time.Time{}}
	for _, o := range feeds {
		m.feeds[o.number] = &watched{o: o, latest: o.begun.Add(slack), items: map[string]bool{}}
	}
	return m
}

func (m *model) fault(r fakeweb.Request, format string, args ...any) {
	text := fmt.Sprintf("%s http://%s%s: ", r.Begun.Format("2 15:04:05"), r.Host, r.Path) + fmt.Sprintf(format, args...)
	var n int
	if _, err := fmt.Sscanf(r.Path, "/feed/%d", &n); err == nil && m.feeds[n] != nil && len(m.faults) == 0 {
		text += "\n  after " + strings.Join(m.feeds[n].trail, "\n  after ")
	}
	m.faults = append(m.faults, text)
}

// judge takes in the next request.
func (m *model) judge(r fakeweb.Request) {
	var n int
	if _, err := fmt.Sscanf(r.Path, "/feed/%d", &n); err != nil || m.feeds[n] == nil {
		m.fault(r, "nobody told of it")
		return
	}
	m.host(r)
	w := m.feeds[n]
	if m.restarted(w.last.Ended, r.Begun) {
		cut := w.follow != "" || w.back || m.during(w.last)
		w.unsure, w.loose = w.unsure || cut, w.loose || cut
	}
	address := "http://" + r.Host + r.Path
	soon := r.Begun.Sub(w.last.Ended) < 3*time.Minute
	switch {
	case w.follow == address && soon:
		w.chain = append(w.chain, address)
	case w.back && address == w.o.oldAddress() && soon:
		w.becoming, w.direct, w.bare, w.chain = "", true, true, []string{address}
	default:
		m.poll(w, r, address)
	}
	m.validators(w, r)
	w.follow, w.back = "", false
	m.answer(w, r, address)
	w.last = r
	w.trail = append(w.trail[max(0, len(w.trail)-7):], fmt.Sprintf("%s %s %d %s", r.Begun.Format("2 15:04:05"), address, r.Status, r.Answer.Get("Location")))
}

// host checks what goes for all feeds of a server.
func (m *model) host(r fakeweb.Request) {
	before := m.begun[r.Host]
	if n := len(before); n > 0 && !m.restarted(before[n-1].Begun, r.Begun) {
		if d := r.Begun.Sub(before[n-1].Begun); d < distance {
			m.fault(r, "%s after another request to the host", d)
		}
		running := 1
		for _, b := range before {
			if b.Ended.After(r.Begun) {
				running++
			}
		}
		if running > atOnce {
			m.fault(r, "%d requests to the host at once", running)
		}
	}
	if until := m.held[r.Host]; r.Begun.Before(until) && !m.restarted(time.Time{}, r.Begun) {
		m.fault(r, "the host asked for a pause until %s", until.Format("2 15:04:05"))
	}
	m.begun[r.Host] = append(before, r)
}

// restarted tells whether the program was started anew between two times; what
// it knows of hosts does not outlive that.
func (m *model) restarted(from, to time.Time) bool {
	return slices.ContainsFunc(m.restarts, func(t time.Time) bool { return !t.Before(from) && !t.After(to) })
}

func (m *model) during(r fakeweb.Request) bool {
	return slices.ContainsFunc(m.restarts, func(t time.Time) bool { return !t.Before(r.Begun) && !t.After(r.Ended.Add(time.Second)) })
}

// poll checks the first request of a poll.
func (m *model) poll(w *watched, r fakeweb.Request, address string) {
	if !w.unsure && r.Begun.Before(w.earliest) {
		m.fault(r, "%s too soon: the last request ended at %s with %d", w.earliest.Sub(r.Begun), w.last.Ended.Format("15:04:05"), w.last.Status)
	}
	if late := r.Begun.Sub(m.deadline(w)); late > 0 {
		m.fault(r, "%s too late: the last request ended at %s with %d", late, w.last.Ended.Format("2 15:04:05"), w.last.Status)
	}
	if w.read && !w.unsure && w.o.skips(r.Begun) && w.o.skips(r.Begun.Add(-2*time.Minute)) {
		m.fault(r, "at an hour or a day to skip")
	}
	want := w.o.oldAddress()
	w.bare = w.moved != "" && r.Begun.Sub(w.since) >= 7*24*time.Hour
	if w.moved != "" && !w.bare {
		want = w.moved
	}
	if address != want && !w.loose {
		m.fault(r, "asked there and not at %s", want)
	}
	w.becoming, w.direct, w.chain, w.before = "", true, []string{address}, w.failures
	w.polls++
}

// deadline is when the next poll begins at the latest.
func (m *model) deadline(w *watched) time.Time {
	t := w.latest
	if m.heldMost.After(t) {
		t = m.heldMost
	}
	for w.read && w.o.skips(t) {
		t = t.Truncate(time.Hour).Add(time.Hour)
	}
	return t.Add(slack)
}

func (o *origin) skips(t time.Time) bool {
	t = t.UTC()
	return o.hours[t.Hour()] || o.days[int(t.Weekday())]
}

// validators checks that the server is told exactly what it said last.
func (m *model) validators(w *watched, r fakeweb.Request) {
	etag, modified := r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since")
	w.sent = etag != "" || modified != ""
	given, dated := w.etag, w.modified
	if w.bare { // what was read at the new address says nothing of the old one
		given, dated = "", ""
	}
	if w.loose {
		w.etag, w.modified = etag, modified
		return
	}
	if etag == given && modified == dated {
		return
	}
	m.fault(r, "sent the validators %s %s, was given %s %s", etag, modified, given, dated)
}

// answer takes in what the server said.
func (m *model) answer(w *watched, r fakeweb.Request, address string) {
	var in int
	_, _ = fmt.Sscan(r.Answer.Get("X-Mood"), &in)
	in2 := mood(in)
	served := r.Answer.Get("X-Items") != ""
	w.unsure = false
	switch {
	case r.Answer.Get("Location") != "":
		m.redirect(w, r, address)
	case r.Status == http.StatusNotModified:
		if !w.sent {
			m.fault(r, "304 unasked") // the origins don't
		}
		m.success(w, r)
	case r.Status == http.StatusOK && served:
		w.etag, w.modified = r.Answer.Get("ETag"), r.Answer.Get("Last-Modified")
		var from, to int
		_, _ = fmt.Sscan(r.Answer.Get("X-Items"), &from, &to)
		for i := from; i < to; i++ {
			w.items[w.o.title(i)] = true
		}
		m.success(w, r)
	case r.Status == http.StatusOK && in2 == truncated: // a part may have been read, or nothing
		w.unsure, w.loose, w.read, w.failures = true, true, true, 0
		w.latest = r.Ended.Add(6 * time.Hour)
		if w.becoming != "" {
			w.since = r.Ended
		}
	default:
		m.failure(w, r, in2, address)
	}
}

func (m *model) redirect(w *watched, r fakeweb.Request, address string) {
	next := r.Answer.Get("Location")
	if strings.HasPrefix(next, "/") {
		next = "http://" + r.Host + next
	}
	w.direct = w.direct && (r.Status == http.StatusMovedPermanently || r.Status == http.StatusPermanentRedirect)
	if w.direct {
		w.becoming = next
	}
	m.failure(w, r, well, address)
	if !slices.Contains(w.chain, next) { // it goes on, unless the next host wants a pause just now
		w.back, w.follow, w.earliest = false, next, r.Ended.Add(time.Minute)
	}
}

func (m *model) success(w *watched, r fakeweb.Request) {
	asked := w.o.ttl
	if fresh := w.o.maxAge - w.o.age; w.o.maxAge > 0 && fresh > asked {
		asked = fresh
	}
	w.earliest = r.Ended.Add(min(max(asked, time.Minute), time.Hour))
	w.latest = r.Ended.Add(66 * time.Minute)
	w.read, w.loose, w.failures = true, false, 0
	w.good++
	switch {
	case w.becoming != "":
		w.moved, w.since = w.becoming, r.Ended
	case w.chain[0] == w.o.oldAddress():
		w.moved = ""
	default: // it may have moved at a poll that the model could not tell the end of
		w.moved = w.chain[0]
	}
}

func (m *model) failure(w *watched, r fakeweb.Request, in mood, address string) {
	w.failures = w.before + 1
	pause := min(time.Minute<<min(w.failures-1, 10), 6*time.Hour)
	w.earliest, w.latest = r.Ended.Add(max(pause/2, time.Minute)), r.Ended.Add(6*time.Hour)
	if after := r.Answer.Get("Retry-After"); after != "" {
		var seconds int
		if date, err := http.ParseTime(after); err == nil {
			now, _ := http.ParseTime(r.Answer.Get("Date"))
			seconds = int(date.Sub(now).Seconds())
		} else {
			_, _ = fmt.Sscan(after, &seconds)
		}
		d := min(time.Duration(seconds)*time.Second, 24*time.Hour)
		w.earliest, w.latest = r.Ended.Add(max(d, time.Minute)), r.Ended.Add(max(d, time.Minute))
		m.hold(r, d, d)
		return
	}
	switch r.Status {
	case http.StatusTooManyRequests:
		m.hold(r, time.Minute, time.Hour)
		return
	case http.StatusGone:
		w.earliest = r.Ended.Add(5 * time.Hour)
	}
	lost := r.Status >= 400 && r.Status < 500 || in == cutting
	// Where only a part of a document was read, the poll may have kept that it moved.
	w.back = lost && (w.moved != "" || w.loose) && address != w.o.oldAddress()
}

func (m *model) hold(r fakeweb.Request, least, most time.Duration) {
	if until := r.Ended.Add(least); until.After(m.held[r.Host]) {
		m.held[r.Host] = until
	}
	if until := r.Ended.Add(most); until.After(m.heldMost) {
		m.heldMost = until
	}
}
