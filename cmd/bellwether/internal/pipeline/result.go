package pipeline

import (
	"slices"
	"time"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/bot/dispatch"
)

// Result is what was measured. Latencies are from the time at which an article
// was to be appended to the time at which the platform took the message; the
// percentiles are of the messages that no limit of the platform held back, and
// not of the burst's.
type Result struct {
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`

	Deliveries          int     `json:"deliveries"`
	DeliveriesPerSecond float64 `json:"deliveries_per_second"`
	// Lost, Duplicated and OutOfOrder compare what the platform recorded with
	// what the queries demand; what nobody asked for is in Unasked.
	Lost       int `json:"lost"`
	Duplicated int `json:"duplicated"`
	OutOfOrder int `json:"out_of_order"`
	Unasked    int `json:"unasked"`

	Subscriptions int     `json:"subscriptions"`
	Destinations  int     `json:"destinations"`
	Articles      int     `json:"articles"`
	LoadSeconds   float64 `json:"load_seconds"`
	Seconds       float64 `json:"seconds"` // from the first article to the last message

	// Held were held back by a limit of the platform. HeldP99 leaves out the time
	// for which it did so.
	Held    int     `json:"held"`
	HeldP99 float64 `json:"held_p99_ms"`
	// EnqueuedP99 is from append to outbox.
	EnqueuedP99 float64 `json:"enqueued_p99_ms"`

	Refused  int   `json:"refused"` // 429s because of a limit
	Retried  int64 `json:"retried"`
	Found    int64 `json:"found"` // sends with a lost answer that were found to have arrived
	Repeated int64 `json:"repeated"`
	Aside    int64 `json:"aside"`

	// What Redis did, commands within scripts included; a read is a request or
	// several that came together.
	RedisCommands float64 `json:"redis_commands_per_delivery"`
	RedisReads    float64 `json:"redis_reads_per_delivery"`
	RedisBytes    float64 `json:"redis_bytes_per_delivery"`
	// Processor time of this process, the fake platform in it, and of Redis.
	CPU      float64 `json:"cpu_ms_per_delivery"`
	RedisCPU float64 `json:"redis_cpu_ms_per_delivery"`

	Burst *Burst `json:"burst,omitempty"`
}

// Burst is what one article did that many destinations wanted.
type Burst struct {
	Destinations int     `json:"destinations"`
	EnqueuedMS   float64 `json:"enqueued_ms"` // until all of it was in the outbox
	Seconds      float64 `json:"seconds"`     // until all of it was sent
	// Others were appended in that time: the percentiles are theirs.
	Others    int     `json:"others"`
	OthersP50 float64 `json:"others_p50_ms"`
	OthersP99 float64 `json:"others_p99_ms"`
	// OthersHeld are those of them that a limit held back, nearly all because the
	// burst's message had to go to their channel before them. OthersHeldP99
	// leaves out the time for which the limit did so.
	OthersHeld    int     `json:"others_held"`
	OthersHeldP99 float64 `json:"others_held_p99_ms"`
	// OthersWholeP99 is of all of them, with that time.
	OthersWholeP99 float64 `json:"others_whole_p99_ms"`
}

// closed is a time for which a channel's limit let nothing through.
type closed struct{ from, to time.Time }

// delay is how long a message took, less what limits held it back for: the
// times for which its channel was closed because of what arrived there before,
// and until its workspace or platform had room.
func (a arrival) delay(appended time.Time, shut []closed) (span time.Duration, held bool) {
	from := appended
	if a.shared.After(from) {
		from, held = a.shared, true
	}
	span = max(a.at.Sub(from), 0)
	for _, c := range shut {
		if c.from.Before(from) {
			c.from = from
		}
		if c.to.After(a.at) {
			c.to = a.at
		}
		if c.to.After(c.from) {
			span -= c.to.Sub(c.from)
			held = true
		}
	}
	return span, held || a.waited
}

// shutting notes when a channel is closed after a message at a time.
func shutting(shut []closed, channel gate, at time.Time) []closed {
	channel.take(at)
	if open := channel.open(); open.After(at) {
		return append(shut, closed{at, open})
	}
	return shut
}

// spans are durations to take percentiles of.
type spans []time.Duration

func (s spans) percentile(p float64) float64 {
	if len(s) == 0 {
		return 0
	}
	slices.Sort(s)
	return ms(s[min(int(p*float64(len(s))), len(s)-1)])
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// fill computes everything but what Redis did.
func (r *Result) fill(cfg Config, l *ledger, stats dispatch.Stats, refused int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Subscriptions, r.Destinations, r.Articles = cfg.Subscriptions, cfg.Destinations, len(l.articles)
	r.Refused, r.Retried, r.Found, r.Repeated, r.Aside = refused, stats.Retried, stats.Found, stats.Repeated, stats.Aside
	r.Deliveries = l.takings
	r.compare(l)
	last := l.last(nil)
	if r.Seconds = last.Sub(l.articles[0].appended).Seconds(); r.Seconds > 0 {
		r.DeliveriesPerSecond = float64(r.Deliveries) / r.Seconds
	}
	var enqueued spans
	for i, p := range l.articles {
		if i != l.corpus.burst && !p.enqueued.IsZero() {
			enqueued = append(enqueued, p.enqueued.Sub(p.appended))
		}
	}
	r.EnqueuedP99 = enqueued.percentile(0.99)
	free, held, _ := l.delays(func(int32) bool { return true })
	r.P50, r.P95, r.P99 = free.percentile(0.5), free.percentile(0.95), free.percentile(0.99)
	r.Held, r.HeldP99 = len(held), held.percentile(0.99)
	if l.corpus.burst != noArticle {
		r.Burst = l.burst()
	}
}

// compare counts what is wrong.
func (r *Result) compare(l *ledger) {
	r.Lost = l.missing
	for place, all := range l.arrived {
		seen := map[int32]bool{}
		highest := int32(-1)
		for _, a := range all {
			switch {
			case seen[a.article]:
				r.Duplicated++
				continue
			case a.article < highest:
				r.OutOfOrder++
			}
			seen[a.article], highest = true, max(highest, a.article)
			if _, wanted := slices.BinarySearch(l.articles[a.article].demanded, int32(place)); !wanted {
				r.Unasked++
			}
		}
	}
}

// last is when the last message arrived, of those that only takes (nil: all).
func (l *ledger) last(only func(article int32) bool) time.Time {
	var last time.Time
	for _, all := range l.arrived {
		for _, a := range all {
			if (only == nil || only(a.article)) && a.at.After(last) {
				last = a.at
			}
		}
	}
	return last
}

// delays are those of the messages of some articles, never of the burst's:
// apart those that were held back, and how long all of them took in truth.
func (l *ledger) delays(of func(article int32) bool) (free, held, whole spans) {
	for _, all := range l.arrived {
		channel := l.channel()
		var shut []closed
		for _, a := range all {
			appended := l.articles[a.article].appended
			span, was := a.delay(appended, shut)
			shut = shutting(shut, channel, a.at)
			if int(a.article) == l.corpus.burst || !of(a.article) {
				continue
			}
			whole = append(whole, a.at.Sub(appended))
			if was {
				held = append(held, span)
			} else {
				free = append(free, span)
			}
		}
	}
	return free, held, whole
}

func (l *ledger) burst() *Burst {
	one := l.articles[l.corpus.burst]
	end := l.last(func(article int32) bool { return int(article) == l.corpus.burst })
	free, held, whole := l.delays(func(article int32) bool {
		at := l.articles[article].appended
		return !at.Before(one.appended) && at.Before(end)
	})
	return &Burst{
		Destinations: len(one.demanded), EnqueuedMS: ms(one.enqueued.Sub(one.appended)), Seconds: end.Sub(one.appended).Seconds(),
		Others: len(free), OthersP50: free.percentile(0.5), OthersP99: free.percentile(0.99),
		OthersHeld: len(held), OthersHeldP99: held.percentile(0.99), OthersWholeP99: whole.percentile(0.99),
	}
}

// cost fills in what it took.
func (r *Result) cost(u redis.Usage, own time.Duration) {
	n := float64(max(r.Deliveries, 1))
	r.CPU, r.RedisCPU = own.Seconds()*1000/n, u.CPU.Seconds()*1000/n
	r.RedisCommands, r.RedisReads, r.RedisBytes = float64(u.Commands)/n, float64(u.Reads)/n, float64(u.BytesIn+u.BytesOut)/n
}
