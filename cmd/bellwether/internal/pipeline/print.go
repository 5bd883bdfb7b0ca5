package pipeline

import (
	"fmt"
	"io"
)

// Print writes the result for people.
func (r Result) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, `sent           %d messages of %d articles in %.1f s: %.0f a second
latency        p50 %.0f ms, p95 %.0f ms, p99 %.0f ms, from append to the platform
in the outbox  after %.0f ms (p99)
held back      %d by limits of the platform; p99 %.0f ms besides that time
wrong          %d lost, %d duplicated, %d out of order, %d that nobody asked for
faults         %d refused by a limit, %d retried, %d found to have arrived, %d repeated, %d stepped aside
Redis          %.1f commands in %.1f reads and %.0f bytes a message
processor      %.2f ms a message, and %.2f ms of Redis
engine         %d subscriptions of %d destinations, loaded in %.2f s
`, r.Deliveries, r.Articles, r.Seconds, r.DeliveriesPerSecond, r.P50, r.P95, r.P99, r.EnqueuedP99, r.Held, r.HeldP99,
		r.Lost, r.Duplicated, r.OutOfOrder, r.Unasked, r.Refused, r.Retried, r.Found, r.Repeated, r.Aside,
		r.RedisCommands, r.RedisReads, r.RedisBytes, r.CPU, r.RedisCPU, r.Subscriptions, r.Destinations, r.LoadSeconds)
	if err != nil || r.Burst == nil {
		return err
	}
	b := r.Burst
	_, err = fmt.Fprintf(w, `burst          one article to %d destinations: in the outbox after %.0f ms, sent within %.1f s
others         %d messages meanwhile: p50 %.0f ms, p99 %.0f ms; %d held back, p99 %.0f ms besides that time, and %.0f ms of all with it
`, b.Destinations, b.EnqueuedMS, b.Seconds, b.Others, b.OthersP50, b.OthersP99, b.OthersHeld, b.OthersHeldP99, b.OthersWholeP99)
	return err
}
