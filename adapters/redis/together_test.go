package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
)

// pipelines counts them, and holds each back until it is let go.
type pipelines struct {
	begun chan int
	let   chan struct{}
}

func (p *pipelines) DialHook(next goredis.DialHook) goredis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (p *pipelines) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

func (p *pipelines) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		p.begun <- len(cmds)
		select {
		case <-p.let:
		case <-ctx.Done():
		}
		return next(ctx, cmds)
	}
}

func newTestTogether(t *testing.T) (*together, *pipelines) {
	t.Helper()
	server := miniredis.RunT(t)
	db := goredis.NewClient(&goredis.Options{Addr: server.Addr(), Protocol: 2, DisableIdentity: true})
	// The first connection is made by a pipeline of its own.
	if err := db.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	p := &pipelines{begun: make(chan int, 10), let: make(chan struct{}, 10)}
	db.AddHook(p)
	together := newTogether(db)
	t.Cleanup(func() {
		together.close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return together, p
}

// gathered waits until n commands wait for the next pipeline.
func gathered(t *testing.T, g *together, n int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 10_000 {
		g.mu.Lock()
		got := len(g.waiting)
		g.mu.Unlock()
		if got == n {
			return
		}
		<-tick.C
	}
	t.Fatalf("there are never %d commands that wait", n)
}

func TestWhatComesMeanwhileGoesTogether(t *testing.T) {
	g, p := newTestTogether(t)
	var group sync.WaitGroup
	get := func() {
		group.Go(func() {
			if text, err := g.text(t.Context(), "get", "key"); text != "value" || err != nil {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
	get()
	if n := <-p.begun; n != 1 {
		t.Fatalf("the first goes with %d others", n-1)
	}
	for range mostTogether + 3 {
		get()
	}
	gathered(t, g, mostTogether+3)
	for range 3 {
		p.let <- struct{}{}
	}
	group.Wait()
	if n, last := <-p.begun, <-p.begun; n != mostTogether || last != 3 {
		t.Errorf("then %d and %d, want %d and 3", n, last, mostTogether)
	}
}

func TestEachCommandHasItsOwnError(t *testing.T) {
	g, p := newTestTogether(t)
	var group sync.WaitGroup
	errs := make([]error, 4)
	ask := func(i int, args ...any) { group.Go(func() { _, errs[i] = g.text(t.Context(), args...) }) }
	ask(0, "get", "key")
	<-p.begun
	ask(1, "get", "absent")
	ask(2, "hget", "key", "field") // of another type
	ask(3, "get", "key")
	gathered(t, g, 3)
	p.let <- struct{}{}
	p.let <- struct{}{}
	group.Wait()
	if errs[0] != nil || !errors.Is(errs[1], goredis.Nil) || errs[2] == nil || errs[3] != nil {
		t.Errorf("errors %v", fmt.Sprint(errs))
	}
}

func TestAContextEndsTheWait(t *testing.T) {
	g, p := newTestTogether(t)
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error, 1)
	go func() { _, err := g.text(ctx, "get", "key"); got <- err }()
	<-p.begun
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	g.close() // ends what is under way
	if _, err := g.text(t.Context(), "get", "key"); !errors.Is(err, goredis.ErrClosed) {
		t.Errorf("after the end: error %v", err)
	}
}
