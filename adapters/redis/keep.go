package redis

import (
	"context"
	"errors"
	"fmt"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// MostWait bounds [Options.WaitTime]: a connection gives up on an answer after
// three seconds.
const MostWait = 2 * time.Second

// ErrUnkept is that a write is stored, and fewer replicas of Redis have it than
// were asked for. It may be made again.
var ErrUnkept = errors.New("not enough replicas of Redis have the write")

// keep is run for what is acknowledged to a person or to the next stage: it
// returns when as many replicas have the write as Options.Wait asks for.
func (c *Client) keep(ctx context.Context, s *goredis.Script, prefix string, args ...any) *goredis.Cmd {
	if c.options.Wait == 0 {
		return c.run(ctx, s, prefix, args...)
	}
	cmds, err := c.keepAll(ctx, s, []scriptCall{{prefix, args}})
	if err != nil && cmds[0].Err() == nil {
		cmds[0].SetErr(err)
	}
	return cmds[0]
}

// keepAll is runAll for what keep is for.
func (c *Client) keepAll(ctx context.Context, s *goredis.Script, calls []scriptCall) ([]*goredis.Cmd, error) {
	if c.options.Wait == 0 {
		return c.runAll(ctx, s, calls)
	}
	cmds := make([]*goredis.Cmd, len(calls))
	var errs []error
	groups := map[goredis.Cmdable][]int{}
	for i, call := range calls {
		node, err := c.node(ctx, call.prefix)
		if err != nil {
			cmds[i] = goredis.NewCmd(ctx)
			cmds[i].SetErr(err)
			errs = append(errs, err)
			continue
		}
		groups[node] = append(groups[node], i)
	}
	for node, which := range groups {
		errs = append(errs, c.keepOn(ctx, node, s, calls, which, cmds))
	}
	return cmds, errors.Join(errs...)
}

// node gives the server that a key's slot is on: WAIT is about the writes of
// its own connection.
func (c *Client) node(ctx context.Context, key string) (goredis.Cmdable, error) {
	if cluster, ok := c.db.(*goredis.ClusterClient); ok {
		return cluster.MasterForKey(ctx, key)
	}
	return c.db, nil
}

// keepOn runs some of the calls on a node, and waits for its replicas. Before
// that it writes by itself, for what is made again may write nothing, while
// replicas still lack what the first try wrote.
func (c *Client) keepOn(ctx context.Context, node goredis.Cmdable, s *goredis.Script, calls []scriptCall, which []int, cmds []*goredis.Cmd) error {
	send := func(which []int, eval func(context.Context, goredis.Scripter, []string, ...any) *goredis.Cmd) error {
		pipe := node.Pipeline()
		for _, i := range which {
			cmds[i] = eval(ctx, pipe, keys(calls[i].prefix), calls[i].args...)
		}
		wrote := pipe.Set(ctx, calls[which[0]].prefix+"kept", 1, 0)
		have := goredis.NewIntCmd(ctx, "wait", c.options.Wait, c.options.WaitTime.Milliseconds())
		_ = pipe.Process(ctx, have) // only queues it
		_, _ = pipe.Exec(ctx)       // each command has its own error
		if err := errors.Join(wrote.Err(), have.Err()); err != nil {
			return fmt.Errorf("wait for replicas of Redis: %w", err)
		}
		if n := int(have.Val()); n < c.options.Wait {
			return fmt.Errorf("%w: %d of %d", ErrUnkept, n, c.options.Wait)
		}
		return nil
	}
	err := send(which, s.EvalSha)
	var unknown []int
	for _, i := range which {
		if goredis.HasErrorPrefix(cmds[i].Err(), "NOSCRIPT") {
			unknown = append(unknown, i)
		}
	}
	if len(unknown) > 0 {
		err = send(unknown, s.Eval)
	}
	errs := []error{err}
	for _, i := range which {
		if failed := cmds[i].Err(); failed != nil && !errors.Is(failed, goredis.Nil) {
			errs = append(errs, failed)
		}
	}
	err = errors.Join(errs...)
	if cluster, ok := c.db.(*goredis.ClusterClient); ok && err != nil {
		cluster.ReloadState(ctx) // the slot may have moved
	}
	return err
}
