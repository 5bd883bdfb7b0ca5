package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
)

// BenchmarkTake is the cost of asking for a turn: where there is one, and where
// 10,000 others wait.
func BenchmarkTake(b *testing.B) {
	for _, s := range []struct{ name, url string }{
		{"redis", adaptertest.Redis(b)}, {"embedded", openEmbedded(b, b.TempDir()+"/store").URL()},
	} {
		c, err := redis.Open(b.Context(), redis.Options{URL: s.url, Prefix: adaptertest.Prefix(b)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		take := func(b *testing.B, who, limit string, per time.Duration) {
			if _, err := c.Rates().Take(b.Context(), who, limit, 50, per, ""); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(s.name+"/free", func(b *testing.B) {
			for b.Loop() {
				take(b, "a", "free", 50*time.Microsecond)
			}
		})
		for i := range 10_050 {
			take(b, fmt.Sprint("w", i), "full", time.Hour)
		}
		b.Run(s.name+"/full", func(b *testing.B) {
			for b.Loop() {
				take(b, "w9000", "full", time.Hour)
			}
		})
	}
}
