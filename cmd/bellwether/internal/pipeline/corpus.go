package pipeline

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

const (
	// perWorkspace is how many destinations a workspace has.
	perWorkspace = 10
	// topicsInArticle is how many topics an article is about.
	topicsInArticle = 4
	// noArticle is the burst's index where there is none.
	noArticle = -1
)

// corpus is the subscriptions and articles of a run, by its seed. Every
// subscription asks for one topic, a made-up word, in one of several forms;
// every article is about a few topics, and so it is known, without any engine,
// whom it is for.
type corpus struct {
	cfg      Config
	topics   int
	asked    []int32   // by subscription: the topic
	hearers  [][]int32 // by topic: destinations, sorted
	articles [][]int32 // by article: topics
	burst    int       // the index of the article that many are to hear of
	places   map[alerts.Destination]int32
}

func newCorpus(cfg Config) *corpus {
	rng := rand.New(rand.NewPCG(cfg.Seed, 1))
	each := min(topicsInArticle, cfg.Hits)
	c := &corpus{cfg: cfg, topics: max(each, each*cfg.Subscriptions/cfg.Hits), burst: noArticle}
	c.hearers = make([][]int32, c.topics+1)
	c.asked = make([]int32, cfg.Subscriptions)
	for i := range c.asked {
		c.asked[i] = rng.Int32N(int32(c.topics))
		c.hearers[c.asked[i]] = append(c.hearers[c.asked[i]], c.place(i))
	}
	for i := range cfg.Burst {
		c.hearers[c.topics] = append(c.hearers[c.topics], int32(i))
	}
	for i := range c.hearers {
		slices.Sort(c.hearers[i])
		c.hearers[i] = slices.Compact(c.hearers[i])
	}
	for range cfg.Articles {
		topics := make([]int32, each)
		for i := range topics {
			topics[i] = rng.Int32N(int32(c.topics))
		}
		c.articles = append(c.articles, topics)
	}
	if cfg.Burst > 0 {
		c.burst = cfg.Articles / 2
		c.articles = slices.Insert(c.articles, c.burst, []int32{int32(c.topics)})
	}
	c.places = make(map[alerts.Destination]int32, cfg.Destinations)
	for i := range int32(cfg.Destinations) {
		c.places[c.destination(i)] = i
	}
	return c
}

// place is the destination of a subscription.
func (c *corpus) place(subscription int) int32 { return int32(subscription % c.cfg.Destinations) }

// destination gives one by its index: nine channels of a workspace, then a
// direct message.
func (c *corpus) destination(i int32) alerts.Destination {
	d := alerts.Destination{Platform: c.cfg.Platform, Workspace: fmt.Sprintf("T%07d", i/perWorkspace)}
	if i%perWorkspace == perWorkspace-1 {
		d.User = fmt.Sprintf("U%08d", i)
	} else {
		d.Channel = fmt.Sprintf("C%08d", i)
	}
	return d
}

// demanded gives the destinations that an article is for, sorted.
func (c *corpus) demanded(article int) []int32 {
	var out []int32
	for _, t := range c.articles[article] {
		out = append(out, c.hearers[t]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// word makes one up for a number. None ends in a way that a stemmer would take
// for an inflection, and none is English.
func word(n int) string {
	const consonants, vowels = "bdfgklmnprtvz", "aeiou"
	b := []byte("qu")
	for syllables := 0; n > 0 || syllables < 3; syllables++ {
		b = append(b, vowels[n%len(vowels)])
		n /= len(vowels)
		b = append(b, consonants[n%len(consonants)])
		n /= len(consonants)
	}
	return string(append(b, 'o', 'k'))
}

// question gives the query of a subscription: its topic in one of five forms.
func (c *corpus) question(subscription int) string {
	topic := word(int(c.asked[subscription]))
	absent := word(c.topics + 1 + subscription%1000)
	switch subscription / c.cfg.Destinations % 5 {
	case 1:
		return topic + " OR " + absent
	case 2:
		return topic + " AND council"
	case 3:
		return topic + " rules"
	case 4:
		return topic + " AND NOT " + absent
	}
	return topic
}

// subscriptions gives all that are to be stored.
func (c *corpus) subscriptions() iter.Seq2[alerts.Destination, string] {
	return func(yield func(alerts.Destination, string) bool) {
		for i := range c.asked {
			if !yield(c.destination(c.place(i)), c.question(i)) {
				return
			}
		}
		for i := range c.cfg.Burst {
			if !yield(c.destination(int32(i)), word(c.topics)) {
				return
			}
		}
	}
}

func articleID(i int) string { return fmt.Sprintf("bench-%d", i) }

// article writes one: about 200 words in four paragraphs.
func (c *corpus) article(i int) alerts.Article {
	rng := rand.New(rand.NewPCG(c.cfg.Seed, uint64(i)+2))
	filler := strings.Fields(`ministers agreed on thursday that the port would take larger ships after a
		review of harbour fees and local taxes while traders asked for more time to study costs of
		storage transport and insurance before new permits begin next spring in most districts`)
	sentence := func(b *strings.Builder, words int) {
		for n := range words {
			w := filler[rng.IntN(len(filler))]
			if n == 0 {
				w = strings.ToUpper(w[:1]) + w[1:]
			} else {
				b.WriteByte(' ')
			}
			b.WriteString(w)
		}
		b.WriteString(". ")
	}
	var body strings.Builder
	for _, t := range c.articles[i] {
		sentence(&body, 12+rng.IntN(10))
		fmt.Fprintf(&body, "The council said %s rules will change. ", word(int(t)))
		sentence(&body, 10+rng.IntN(10))
		body.WriteString("\n\n")
	}
	return alerts.Article{
		ID: articleID(i), Title: fmt.Sprintf("Council weighs plan %d", i), Body: strings.TrimSpace(body.String()),
		URL: fmt.Sprintf("https://example.org/news/%d", i), Publisher: "Example News", Language: "en",
	}
}

// subscribing is how many subscriptions are stored at the same time.
const subscribing = 64

// subscribe stores subscriptions.
func subscribe(ctx context.Context, store *redis.Subscriptions, all iter.Seq2[alerts.Destination, string]) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(subscribing)
	for d, text := range all {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			q, err := query.Parse(text)
			if err != nil {
				return fmt.Errorf("query %q: %w", text, err)
			}
			owner := alerts.Person{Platform: d.Platform, Workspace: d.Workspace, User: "U0"}
			_, _, err = store.Add(ctx, alerts.Subscription{Owner: owner, Destination: d, Query: q})
			return err
		})
	}
	return group.Wait()
}
