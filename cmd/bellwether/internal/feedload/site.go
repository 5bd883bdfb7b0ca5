// Package feedload measures how Bellwether polls thousands of feeds: it serves
// them on this machine, from a process of their own, and polls them with the
// program's own sources.
package feedload

import (
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

const (
	// window is how many of its newest items a feed shows, as most do.
	window = 30
	// meanGap lies between two items of a feed on average; the liveliest
	// brings one a minute.
	meanGap = 3 * time.Hour
	// shared is the share of feeds that have a host together with nine others.
	shared = 0.1
)

// manner is how the server of a feed behaves.
type manner uint8

const (
	wellBehaved manner = iota // answers 304 where nothing is new
	forgetful                 // sends everything each time
	slow                      // takes seconds over the body
	broken                    // answers 503
	mute                      // takes the request and says nothing
)

// site is one made-up feed. What it shows follows from its number, the seed and
// the time, so that nothing but the times of its items is kept.
type site struct {
	number int
	seed   uint64
	manner manner
	words  int           // of each item
	gap    time.Duration // between two items, on average

	mu    sync.Mutex
	rng   *rand.Rand
	next  time.Time   // of the item that is published next
	times []time.Time // of all items
	asked time.Time   // first; zero if never
	read  bool        // it was shown
	shown int         // the first item that the first answer showed
	ended time.Time   // when the latest answer was given
	gaps  []int64     // milliseconds from an answer to the next request
}

func newSite(number int, seed uint64, now time.Time) *site {
	rng := rand.New(rand.NewPCG(seed, uint64(number)))
	s := &site{number: number, seed: seed, rng: rng, manner: mannerOf(number, rng)}
	s.words = int(min(3000, 60*math.Exp(rng.NormFloat64()))) // 60 in the middle, like teasers, a few long
	s.gap = max(time.Minute, time.Duration(float64(meanGap)*math.Exp(1.5*rng.NormFloat64())))
	at := now
	for range window {
		at = at.Add(-s.pause())
		s.times = append(s.times, at)
	}
	for i, j := 0, len(s.times)-1; i < j; i, j = i+1, j-1 {
		s.times[i], s.times[j] = s.times[j], s.times[i]
	}
	s.next = now.Add(s.pause())
	return s
}

func mannerOf(number int, rng *rand.Rand) manner {
	switch number % 200 {
	case 7:
		return broken
	case 107:
		return mute
	}
	switch p := rng.Float64(); {
	case p < 0.05:
		return slow
	case p < 0.4:
		return forgetful
	}
	return wellBehaved
}

// answers tells whether anything can be read from the feed.
func (s *site) answers() bool { return s.manner != broken && s.manner != mute }

func (s *site) pause() time.Duration {
	return time.Duration(s.rng.ExpFloat64() * float64(s.gap))
}

// published gives how many items there were by a time, which is not to come.
func (s *site) published(by time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.next.After(by) {
		s.times = append(s.times, s.next)
		s.next = s.next.Add(s.pause())
	}
	n := len(s.times)
	for n > 0 && s.times[n-1].After(by) {
		n--
	}
	return n
}

// host is the name that one of so many feeds is polled under.
func host(feed, feeds int) string {
	if feed < int(shared*float64(feeds)) {
		return fmt.Sprintf("many%d.%s", feed/10, zone)
	}
	return fmt.Sprintf("one%d.%s", feed, zone)
}

// itemID is that of an item, as articles have it too.
func itemID(feed, item int) string { return fmt.Sprintf("%s%d:%d", itemPrefix, feed, item) }

const itemPrefix = "urn:feedload:"

// document is the feed with n items published, the newest first.
func (s *site) document(n int) (body []byte, etag string) {
	s.mu.Lock()
	times := s.times[max(0, n-window):n]
	if !s.read {
		s.read, s.shown = true, n-len(times)
	}
	s.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Feed %d</title><link>https://%s/</link><description>Made up</description>`, s.number, zone)
	for i := n - 1; i >= n-len(times); i-- {
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><title>Notice %d of office %d</title><link>https://%s/notice/%d/%d</link><pubDate>%s</pubDate><description>`,
			itemID(s.number, i), i, s.number, zone, s.number, i, times[i-(n-len(times))].UTC().Format(time.RFC1123Z))
		s.text(&b, i)
		b.WriteString("</description></item>\n")
	}
	b.WriteString("</channel></rss>\n")
	body = []byte(b.String())
	return body, fmt.Sprintf(`"%d-%08x"`, n, crc32.ChecksumIEEE(body))
}

// text writes the words of an item, the same ones each time.
func (s *site) text(b *strings.Builder, item int) {
	rng := rand.New(rand.NewPCG(s.seed^uint64(s.number), uint64(item)))
	for i := range s.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		// Zipf's law, roughly: a word's number is what its rank is.
		fmt.Fprintf(b, "w%d", int(math.Exp(rng.Float64()*10)))
		if i%15 == 14 {
			b.WriteByte('.')
		}
	}
}
