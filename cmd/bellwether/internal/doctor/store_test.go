package doctor

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/redis"
)

func TestLosses(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var r Report
	r.Losses([]redis.Loss{
		{Certain: true, Since: at, Until: at.Add(2 * time.Second), Parts: []string{"articles", "outbox 0", "outbox 1", "subscriptions"}},
		{Since: at, Until: at.Add(time.Minute), Parts: []string{"outbox 7"}},
	})
	var out bytes.Buffer
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"has lost what was written between 2026-03-01 08:00:00 and 2026-03-01 08:00:02 UTC, of: articles, subscriptions, 2 shards of the outbox",
		"may lack what was written between 2026-03-01 08:00:00 and 2026-03-01 08:01:00 UTC, of: 1 shard of the outbox", "redis.wait",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not show %q:\n%s", want, &out)
		}
	}
	if r.Count(Warning) != 2 {
		t.Errorf("%d warnings, want 2", r.Count(Warning))
	}
}
