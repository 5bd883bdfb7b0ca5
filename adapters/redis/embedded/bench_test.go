package embedded_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/redis/embedded"
	"github.com/bellwether/bellwether/alerts"
)

// BenchmarkSync measures one saved change beside 2,000 articles of 3 kB.
func BenchmarkSync(b *testing.B) {
	s, err := embedded.Open(b.Context(), b.TempDir()+"/store", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	c, err := redis.Open(b.Context(), redis.Options{URL: s.URL(), Solo: true, Sync: s.Sync})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for i := range 2000 {
		a := alerts.Article{ID: fmt.Sprint("n", i), Body: strings.Repeat(fmt.Sprint("word", i, " "), 350)}
		if _, _, err := c.Articles().Append(b.Context(), a, false); err != nil {
			b.Fatal(err)
		}
	}
	d := alerts.Destination{Platform: alerts.Terminal, Channel: "c"}
	set, err := c.Subscriptions().SaveSettings(b.Context(), alerts.Settings{Destination: d})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		set.Cap++
		if set, err = c.Subscriptions().SaveSettings(b.Context(), set); err != nil {
			b.Fatal(err)
		}
	}
}
