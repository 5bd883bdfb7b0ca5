package pipeline

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// arrival is a message that the platform took.
type arrival struct {
	article int32
	at      time.Time
	shared  time.Time // the earliest at which the workspace's or platform's limit allowed it
	waited  bool      // for a turn that the messenger gave it
}

// ledger knows what the queries demand and what arrived.
type ledger struct {
	corpus  *corpus
	channel func() gate // the documented limit of one

	mu       sync.Mutex
	articles []progress  // by article
	arrived  [][]arrival // by destination, in order
	takings  int         // messages that arrived, each once
	missing  int         // demanded of what was appended, and not there yet
	// waited are the keys that had to wait for a turn that the messenger gave
	// them, so as not to break a limit.
	waited map[string]bool
}

// progress is how far an article is.
type progress struct {
	appended, enqueued time.Time
	demanded           []int32 // destinations, sorted
	queued             int     // alerts of it that were put into the outbox
}

func newLedger(c *corpus, channel func() gate) *ledger {
	return &ledger{
		corpus: c, channel: channel, articles: make([]progress, len(c.articles)), arrived: make([][]arrival, c.cfg.Destinations),
		waited: map[string]bool{},
	}
}

func (l *ledger) appended(article int, at time.Time) {
	demanded := l.corpus.demanded(article)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.articles[article] = progress{appended: at, demanded: demanded}
	l.missing += len(demanded)
}

func (l *ledger) enqueued(all []alerts.Pending, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range all {
		one := &l.articles[index(p.Article)]
		one.enqueued = at
		one.queued++
	}
}

// index is an article's, by its id.
func index(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, articleID(0)[:len("bench-")]))
	return n
}

// accepted notes a message that the platform took.
func (l *ledger) accepted(d alerts.Destination, key string, a arrival) {
	_, id, _ := strings.Cut(key, "|")
	a.article = int32(index(id))
	l.mu.Lock()
	defer l.mu.Unlock()
	a.waited = l.waited[key]
	place := l.corpus.places[d]
	if !has(l.arrived[place], a.article) {
		l.takings++
		if _, wanted := slices.BinarySearch(l.articles[a.article].demanded, place); wanted {
			l.missing--
		}
	}
	l.arrived[place] = append(l.arrived[place], a)
}

func has(all []arrival, article int32) bool {
	return slices.ContainsFunc(all, func(a arrival) bool { return a.article == article })
}

func (l *ledger) waits(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waited[key] = true
}

// has reports whether a message with that key was taken.
func (l *ledger) has(d alerts.Destination, key string) bool {
	_, id, _ := strings.Cut(key, "|")
	l.mu.Lock()
	defer l.mu.Unlock()
	return has(l.arrived[l.corpus.places[d]], int32(index(id)))
}

// progress counts what has arrived and what is still to come.
func (l *ledger) progress() (arrived, missing int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.takings, l.missing
}
