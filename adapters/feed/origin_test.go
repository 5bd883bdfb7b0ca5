package feed_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
)

// hour by hour a feed's server may be in another mood.
type mood int

const (
	well mood = iota
	broken
	busy   // 429 with a time, or without one
	closed // 503 with a time
	gone
	missing
	hanging
	cutting   // the connection breaks
	truncated // a document that ends early, as it seems in order
	circling  // a redirect in a circle
	forNow    // a redirect for now
	moods
)

// origin is one feed with its manners, drawn by chance.
type origin struct {
	number      int
	home, other string // hosts
	etag, dated bool
	maxAge, ttl time.Duration
	expires     bool // in place of max-age
	age         time.Duration
	hours, days map[int]bool // to skip
	coding      string
	window      int // items in the document
	skew        time.Duration
	published   []time.Time
	bad         map[int]mood // by hours since begun
	moves, back time.Time    // for good to the other host, and home again; may be zero
	begun       time.Time
	retry       time.Duration
	retryDate   bool
	permanent   int
}

func newOrigin(r *rand.Rand, number int, hosts []string, begun time.Time, length time.Duration) *origin {
	pick := func(of ...time.Duration) time.Duration { return of[r.IntN(len(of))] }
	o := &origin{
		number: number, home: hosts[r.IntN(len(hosts))], other: hosts[r.IntN(len(hosts))], begun: begun,
		etag: r.IntN(3) > 0, dated: r.IntN(2) > 0, expires: r.IntN(3) == 0, window: 1 + r.IntN(20),
		maxAge: pick(0, 0, 0, time.Minute, 10*time.Minute, 40*time.Minute, 3*time.Hour),
		age:    pick(0, 0, 30*time.Second, 20*time.Minute),
		ttl:    pick(0, 0, 0, 5*time.Minute, 30*time.Minute, 24*time.Hour),
		coding: []string{"", "gzip", "br", "zstd", "deflate"}[r.IntN(5)],
		skew:   pick(0, 0, -26*time.Hour, 7*time.Hour, 90*time.Second),
		retry:  pick(time.Second, 2*time.Minute, 47*time.Minute, 5*time.Hour, 90*time.Hour), retryDate: r.IntN(2) > 0,
		permanent: []int{http.StatusMovedPermanently, http.StatusPermanentRedirect}[r.IntN(2)],
		hours:     map[int]bool{}, days: map[int]bool{}, bad: map[int]mood{},
	}
	if r.IntN(3) == 0 {
		for range 1 + r.IntN(6) {
			o.hours[r.IntN(24)] = true
		}
		o.days[r.IntN(7)] = true
	}
	gap := pick(2*time.Minute, 30*time.Minute, 3*time.Hour, 30*time.Hour)
	for t := begun.Add(-10 * gap); t.Before(begun.Add(length)); t = t.Add(time.Second + time.Duration(r.ExpFloat64()*float64(gap))) {
		o.published = append(o.published, t.Truncate(time.Second))
	}
	for range r.IntN(8) { // bad times of up to 12 hours
		m, from := mood(1+r.IntN(int(moods)-1)), r.IntN(int(length.Hours())+1)
		for h := range 1 + r.IntN(12) {
			o.bad[from+h] = m
		}
	}
	if r.IntN(2) == 0 {
		o.moves = begun.Add(time.Duration(r.Int64N(int64(length))))
		if r.IntN(2) == 0 {
			o.back = o.moves.Add(time.Duration(r.Int64N(int64(length))))
		}
	}
	return o
}

func (o *origin) oldPath() string { return fmt.Sprintf("/feed/%d", o.number) }
func (o *origin) newPath() string { return fmt.Sprintf("/feed/%d/new", o.number) }
func (o *origin) tmpPath() string { return fmt.Sprintf("/feed/%d/tmp", o.number) }

func (o *origin) oldAddress() string { return "http://" + o.home + o.oldPath() }
func (o *origin) newAddress() string { return "http://" + o.other + o.newPath() }

func (o *origin) title(i int) string { return fmt.Sprintf("Item %d of feed %d", i, o.number) }

// standing gives the numbers of the items in the document at now.
func (o *origin) standing(now time.Time) (from, to int) {
	to = sort.Search(len(o.published), func(i int) bool { return o.published[i].After(now) })
	return max(0, to-o.window), to
}

func (o *origin) document(now time.Time) []byte {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Feed</title>`)
	if o.ttl > 0 {
		fmt.Fprintf(&b, "<ttl>%d</ttl>", int(o.ttl.Minutes()))
	}
	b.WriteString("<skipHours>")
	for h := range o.hours {
		fmt.Fprintf(&b, "<hour>%d</hour>", h)
	}
	b.WriteString("</skipHours><skipDays>")
	for d := range o.days {
		fmt.Fprintf(&b, "<day>%s</day>", time.Weekday(d))
	}
	b.WriteString("</skipDays>")
	from, to := o.standing(now)
	for i := to - 1; i >= from; i-- {
		fmt.Fprintf(&b, "<item><guid>%d-%d</guid><title>%s</title><pubDate>%s</pubDate></item>",
			o.number, i, o.title(i), o.published[i].UTC().Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>")
	return []byte(b.String())
}

// ServeHTTP answers at the time of the bubble, in the mood of the hour.
func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	w.Header().Set("Date", o.date(now))
	m := o.bad[int(now.Sub(o.begun).Hours())]
	w.Header().Set("X-Mood", fmt.Sprint(int(m)))
	away := !o.moves.IsZero() && now.After(o.moves) && (o.back.IsZero() || now.Before(o.back))
	switch here := r.URL.Path == o.oldPath(); {
	case m == circling && r.URL.Path == o.oldPath():
		fakeweb.Status(http.StatusFound, "Location", o.tmpPath()).ServeHTTP(w, r)
	case m == circling && r.URL.Path == o.tmpPath():
		fakeweb.Status(http.StatusFound, "Location", o.oldPath()).ServeHTTP(w, r)
	case m == forNow && here && !away:
		fakeweb.Status(http.StatusTemporaryRedirect, "Location", o.tmpPath()).ServeHTTP(w, r)
	case r.URL.Path == o.tmpPath():
		o.serve(w, r, now, m)
	case here && away:
		fakeweb.Status(o.permanent, "Location", o.newAddress()).ServeHTTP(w, r)
	case here == away: // the one that is left
		http.NotFound(w, r)
	default:
		o.serve(w, r, now, m)
	}
}

func (o *origin) date(t time.Time) string { return t.Add(o.skew).UTC().Format(http.TimeFormat) }

func (o *origin) serve(w http.ResponseWriter, r *http.Request, now time.Time, m mood) {
	after := fmt.Sprint(int(o.retry.Seconds()))
	if o.retryDate {
		after = o.date(now.Add(o.retry))
	}
	switch m {
	case broken:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case busy:
		if o.number%2 == 0 {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case closed:
		w.Header().Set("Retry-After", after)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case gone:
		w.WriteHeader(http.StatusGone)
		return
	case missing:
		http.NotFound(w, r)
		return
	case hanging:
		fakeweb.Hang().ServeHTTP(w, r)
		return
	}
	o.manners(w, now)
	body := o.document(now)
	from, to := o.standing(now)
	etag, modified := fmt.Sprintf(`"%d-%d"`, from, to), o.published[max(to-1, 0)].UTC().Format(http.TimeFormat)
	if o.etag {
		w.Header().Set("ETag", etag)
	}
	if o.dated {
		w.Header().Set("Last-Modified", modified)
	}
	switch given := r.Header.Get("If-None-Match"); {
	case o.etag && given != "" && given == etag,
		given == "" && o.dated && r.Header.Get("If-Modified-Since") == modified:
		w.WriteHeader(http.StatusNotModified)
		return
	}
	switch m {
	case cutting:
		fakeweb.Cut(len(body)/2, body).ServeHTTP(w, r)
	case truncated:
		_, _ = w.Write(body[:len(body)*2/3])
	default:
		w.Header().Set("X-Items", fmt.Sprint(from, " ", to))
		fakeweb.Packed(o.coding, "application/rss+xml", body).ServeHTTP(w, r)
	}
}

// manners sets the headers by which a server says when to come back.
func (o *origin) manners(w http.ResponseWriter, now time.Time) {
	if o.maxAge == 0 {
		return
	}
	if o.expires {
		w.Header().Set("Expires", o.date(now.Add(o.maxAge)))
	} else {
		w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(o.maxAge.Seconds())))
	}
	if o.age > 0 {
		w.Header().Set("Age", fmt.Sprint(int(o.age.Seconds())))
	}
}

// muxer is a host with the feeds that lie there, by path.
type muxer map[string]*origin

func (m muxer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if o := m[r.URL.Path]; o != nil {
		o.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}
