package adaptertest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

func testWaitWakes(t *testing.T, open func() Outbox) {
	o, other := open(), open()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for i := range 3 {
		got := make(chan error, 1)
		go func() {
			for {
				if err := o.Wait(ctx, time.Minute); err != nil {
					got <- err
					return
				}
				if claims, err := o.Claim(ctx, 10, lease); err != nil || len(claims) > 0 {
					if err == nil {
						c := claims[0]
						err = o.Done(ctx, c, "x", alerts.Receipt{}, time.Time{}, c.Items[0].Key)
					}
					got <- err
					return
				}
			}
		}()
		enqueue(t, other, 1, pending(place(i), "a"))
		if err := <-got; err != nil {
			t.Fatalf("waiting for what another process put in: %v", err)
		}
	}
}

func testWaitEnds(t *testing.T, open func() Outbox) {
	o := open()
	start := time.Now()
	for time.Since(start) < 30*time.Millisecond { // it may return early for no reason
		ok(t, o.Wait(t.Context(), 30*time.Millisecond))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for ctx.Err() == nil {
		if err := o.Wait(ctx, time.Minute); err == nil && time.Since(start) > 10*time.Second {
			t.Fatal("Wait outlives its context")
		}
	}
}

func testClaimLimit(t *testing.T, open func() Outbox) {
	o := open()
	var all []alerts.Pending
	for i := range 100 {
		all = append(all, pending(place(i), "a"))
	}
	enqueue(t, o, 100, all...)
	got := map[alerts.Destination]bool{}
	for rounds := 0; len(got) < 100; rounds++ {
		claims, err := o.Claim(t.Context(), 7, lease)
		if err != nil || len(claims) > 7 || rounds > 200 {
			t.Fatalf("Claim = %d, %v, round %d", len(claims), err, rounds)
		}
		for _, c := range claims {
			if got[c.Lane.Destination] {
				t.Fatalf("%v claimed twice", c.Lane.Destination)
			}
			got[c.Lane.Destination] = true
		}
	}
	idle(t, o)
}

// testFair has one lane with much beside many with little: none waits until
// the long one is done.
func testFair(t *testing.T, open func() Outbox) {
	o := open()
	const long, places = 600, 25
	var all []alerts.Pending
	for i := range long {
		all = append(all, pending(place(0), fmt.Sprint("n", i)))
	}
	for p := range places {
		all = append(all, pending(place(p+1), "a"))
	}
	enqueue(t, o, long+places, all...)
	busy, others := 0, 0
	for others < places {
		claims, err := o.Claim(t.Context(), 1, lease)
		if err != nil || len(claims) != 1 {
			t.Fatalf("Claim = %d, %v after %d and %d", len(claims), err, busy, others)
		}
		if claims[0].Lane.Destination == place(0) {
			busy++
		} else {
			others++
		}
		if busy > long/3 {
			t.Fatalf("the long lane was written to %d times, the others %d times", busy, others)
		}
		done(t, o, claims[0])
	}
}

// testConcurrentOutbox has several replicas put in and send at once, with
// verdicts of every kind: nothing is lost, nothing done twice, and lanes keep
// their order.
func testConcurrentOutbox(t *testing.T, open func() Outbox) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const places, each = 12, 25
	var mu sync.Mutex
	sent := map[alerts.Destination][]string{}
	total := 0
	var group sync.WaitGroup
	for range 2 {
		o := open()
		group.Go(func() {
			for i := range each {
				for p := range places {
					if _, err := o.Enqueue(ctx, []alerts.Pending{pending(place(p), fmt.Sprint("n", i))}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for range 4 {
		o := open()
		group.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				claims, err := o.Claim(ctx, 3, lease)
				if err != nil {
					t.Error(err)
					return
				}
				for i, c := range claims {
					key := c.Items[0].Key
					if (n+i)%5 == 0 {
						err = o.Retry(ctx, c, 0, "again", key)
					} else {
						mu.Lock()
						sent[c.Lane.Destination] = append(sent[c.Lane.Destination], c.Items[0].Article)
						total++
						mu.Unlock()
						err = o.Done(ctx, c, key, alerts.Receipt{}, time.Time{}, key)
					}
					if err != nil {
						t.Error(err)
					}
				}
				mu.Lock()
				finished := total >= places*each
				mu.Unlock()
				if finished {
					return
				}
				if len(claims) == 0 {
					_ = o.Wait(ctx, 50*time.Millisecond)
				}
			}
		})
	}
	group.Wait()
	var want []string
	for i := range each {
		want = append(want, fmt.Sprint("n", i))
	}
	for p := range places {
		if got := sent[place(p)]; !slices.Equal(got, want) {
			t.Errorf("place %d got %v", p, got)
		}
	}
	idle(t, open())
}

// testCrash forgets replicas in the middle of everything.
func testCrash(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	const places = 8
	var all []alerts.Pending
	for p := range places {
		for i := range 3 {
			all = append(all, pending(place(p), fmt.Sprint("n", i)))
		}
	}
	enqueue(t, open(), len(all), all...)
	sent := map[string]int{}
	for crash := 0; len(sent) < len(all); crash++ {
		o := open()
		claims, err := o.Claim(ctx, places, brief)
		ok(t, err)
		if len(claims) == 0 {
			ok(t, o.Wait(ctx, time.Second))
			continue
		}
		for i, c := range claims {
			if i%2 == crash%2 && crash < 6 {
				continue // dies with the claim
			}
			item := c.Items[0]
			if err := o.Done(ctx, c, item.Key, alerts.Receipt{}, time.Time{}, item.Key); err == nil {
				sent[item.Key]++
			}
		}
		if crash > 10_000 {
			t.Fatalf("only %d of %d after %d rounds", len(sent), len(all), crash)
		}
	}
	for key, n := range sent {
		if n != 1 {
			t.Errorf("%s was done %d times", key, n)
		}
	}
	idle(t, open())
}
