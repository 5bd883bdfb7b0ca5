package redis

import (
	"context"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// together sends the short commands of many goroutines in one pipeline. A
// command goes at once while no other is under way; those that come while a
// pipeline is are the next one. So nothing waits for company, and the more there
// is to do, the less each command costs.
//
// It is for one server. In a cluster a pipeline takes as long as the slowest
// node, so there each command goes by itself.
type together struct {
	db   goredis.UniversalClient
	ctx  context.Context
	stop context.CancelFunc
	done sync.WaitGroup

	mu      sync.Mutex
	waiting []shared
	flying  bool
}

// shared is a command that goes with others. Its result is to be read after
// done is closed only.
type shared struct {
	cmd  goredis.Cmder
	done chan struct{}
}

// mostTogether bounds the commands of one pipeline: those behind it wait for it.
const mostTogether = 128

func newTogether(db goredis.UniversalClient) *together {
	t := &together{db: db}
	t.ctx, t.stop = context.WithCancel(context.Background())
	return t
}

// do sends a command and returns when its result is there, or with the error of
// ctx when that ends before: then the command may still be carried out, as when
// a connection breaks, and its result must not be read.
func (t *together) do(ctx context.Context, cmd goredis.Cmder) error {
	if _, cluster := t.db.(*goredis.ClusterClient); cluster {
		_ = t.db.Process(ctx, cmd) // the command has it
		return nil
	}
	one := shared{cmd, make(chan struct{})}
	if err := t.add(one); err != nil {
		return err
	}
	select {
	case <-one.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *together) add(one shared) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx.Err() != nil {
		return goredis.ErrClosed
	}
	t.waiting = append(t.waiting, one)
	if !t.flying {
		t.flying = true
		t.done.Go(t.fly)
	}
	return nil
}

// fly sends what waits until nothing does.
func (t *together) fly() {
	for {
		t.mu.Lock()
		n := min(len(t.waiting), mostTogether)
		batch := t.waiting[:n:n]
		t.waiting = t.waiting[n:]
		if n == 0 {
			t.waiting, t.flying = nil, false
		}
		t.mu.Unlock()
		if n == 0 {
			return
		}
		pipe := t.db.Pipeline()
		for _, one := range batch {
			_ = pipe.Process(t.ctx, one.cmd) // only queues it
		}
		_, _ = pipe.Exec(t.ctx) // each command has its own error
		for _, one := range batch {
			close(one.done)
		}
	}
}

// close ends what is under way and waits for it.
func (t *together) close() {
	t.mu.Lock()
	t.stop()
	t.mu.Unlock()
	t.done.Wait()
}

// runTogether is run for short scripts that many goroutines run at once.
func (c *Client) runTogether(ctx context.Context, s *goredis.Script, prefix string, args ...any) *goredis.Cmd {
	cmd := goredis.NewCmd(ctx, append([]any{"evalsha", s.Hash(), 2, keys(prefix)[0], keys(prefix)[1]}, args...)...)
	cmd.SetFirstKeyPos(3)
	if err := c.together.do(ctx, cmd); err != nil {
		cmd = goredis.NewCmd(ctx)
		cmd.SetErr(err)
		return cmd
	}
	if goredis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
		return s.Eval(ctx, c.db, keys(prefix), args...)
	}
	return cmd
}

// text sends a command that answers with a string.
func (t *together) text(ctx context.Context, args ...any) (string, error) {
	cmd := goredis.NewStringCmd(ctx, args...)
	if err := t.do(ctx, cmd); err != nil {
		return "", err
	}
	return cmd.Result()
}
