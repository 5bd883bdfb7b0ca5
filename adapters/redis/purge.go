package redis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// recover ends all leases.
func (o *Outbox) recover(ctx context.Context) error {
	if _, err := o.c.runAll(ctx, scriptRecover, o.everyShard()); err != nil {
		return fmt.Errorf("end the leases of an earlier process: %w", err)
	}
	return nil
}

// purge deletes whatever names d.
func (o *Outbox) purge(ctx context.Context, d alerts.Destination) error {
	prefix := o.shard(d)
	buckets, err := o.c.run(ctx, scriptPurge, prefix, d.String()).StringSlice()
	if err != nil {
		return err
	}
	pattern := escapeGlob(d.String()) + "|*"
	for _, bucket := range buckets {
		if err := o.purgeBucket(ctx, prefix, bucket, pattern); err != nil {
			return err
		}
	}
	return nil
}

// purgeBucket takes what matches pattern out of a bucket of seen-marks or
// receipts, in pages.
func (o *Outbox) purgeBucket(ctx context.Context, prefix, bucket, pattern string) error {
	var cursor uint64
	for {
		var found []string
		var err error
		if strings.HasPrefix(bucket, "seen:") {
			found, cursor, err = o.c.db.SScan(ctx, prefix+bucket, cursor, pattern, scanPage).Result()
		} else {
			found, cursor, err = o.c.db.HScan(ctx, prefix+bucket, cursor, pattern, scanPage).Result()
			found = fieldsOf(found)
		}
		if err != nil {
			return err
		}
		for part := range slices.Chunk(found, enqueuePage) {
			args := []any{bucket}
			for _, m := range part {
				args = append(args, m)
			}
			if err := o.c.run(ctx, scriptMarks, prefix, args...).Err(); err != nil {
				return err
			}
		}
		if cursor == 0 {
			return nil
		}
	}
}

// fieldsOf leaves the values out of a list of fields and values.
func fieldsOf(pairs []string) []string {
	fields := pairs[:0]
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, pairs[i])
	}
	return fields
}

// escapeGlob keeps the characters of Redis's patterns from meaning anything.
func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(s)
}
