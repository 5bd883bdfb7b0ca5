package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Recipients implements matching.Outbox. It looks through all marks of the day
// on which the article was received: corrections are rare, and an index of who
// had what would cost with every alert.
func (o *Outbox) Recipients(ctx context.Context, article string, received time.Time) ([]alerts.Destination, error) {
	fail := func(err error) ([]alerts.Destination, error) {
		return nil, fmt.Errorf("find who had article %q: %w", article, err)
	}
	bucket := "seen:" + strconv.FormatInt(millis(received)/(24*time.Hour.Milliseconds()), 10)
	pattern := "*|" + escapeGlob(article)
	var out []alerts.Destination
	for shard := range o.shards() {
		seen := map[string]bool{} // a scan may give a member twice
		for cursor := uint64(0); ; {
			members, next, err := o.c.db.SScan(ctx, o.prefix(shard)+bucket, cursor, pattern, scanPage).Result()
			if err != nil {
				return fail(err)
			}
			for _, m := range members {
				name, rest, _ := strings.Cut(m, "|")
				if rest != article || seen[name] {
					continue
				}
				seen[name] = true
				d, err := alerts.ParseDestination(name)
				if err != nil {
					return fail(err)
				}
				out = append(out, d)
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
	}
	return out, nil
}
