// Package desk carries out what people asked for in a chat after it was
// acknowledged: in order for each person, side by side for all, within bounds.
package desk

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// workers bounds the tasks that are carried out at the same time.
	workers = 64
	// most bounds those that wait; more are refused, and the person is told.
	most = 4096
	// taskTime ends a task that hangs. Platforms take answers for much longer, but
	// nobody waits for them.
	taskTime = 30 * time.Second
)

// Desk carries out what was acknowledged: the tasks of one line one after the
// other, in their order, those of different lines side by side. It owns their
// goroutines.
type Desk struct {
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}
	owned  sync.WaitGroup

	mu      sync.Mutex
	lines   map[string][]func(context.Context) // what waits in a line that is being worked on
	waiting int
	closed  bool
}

// New makes a desk; log is told of tasks that panic.
func New(log *slog.Logger) *Desk {
	ctx, cancel := context.WithCancel(context.Background())
	return &Desk{log: log, ctx: ctx, cancel: cancel, slots: make(chan struct{}, workers), lines: map[string][]func(context.Context){}}
}

// Do takes a task and returns at once; false when it takes none.
func (d *Desk) Do(line string, task func(context.Context)) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.waiting >= most {
		return false
	}
	d.waiting++
	queue, busy := d.lines[line]
	d.lines[line] = append(queue, task)
	if !busy {
		d.owned.Go(func() { d.work(line) })
	}
	return true
}

// Within does a task and reports whether it ended in the time given. If not it
// goes on.
func (d *Desk) Within(span time.Duration, line string, task func(context.Context)) bool {
	done := make(chan struct{})
	if !d.Do(line, func(ctx context.Context) {
		defer close(done)
		task(ctx)
	}) {
		return false
	}
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	case <-d.ctx.Done():
		return false
	}
}

// work carries out a line until nothing waits in it.
func (d *Desk) work(line string) {
	for {
		d.mu.Lock()
		queue := d.lines[line]
		if len(queue) == 0 {
			delete(d.lines, line)
			d.mu.Unlock()
			return
		}
		task := queue[0]
		d.lines[line] = queue[1:]
		d.waiting--
		d.mu.Unlock()

		d.slots <- struct{}{}
		d.carryOut(task)
		<-d.slots
	}
}

// carryOut contains a panic: it ends one task, and not the program.
func (d *Desk) carryOut(task func(context.Context)) {
	ctx, cancel := context.WithTimeout(d.ctx, taskTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("a task panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	task(ctx)
}

// Close takes nothing more, lets what was taken end within grace, cancels what
// is left, and waits for it.
func (d *Desk) Close(grace time.Duration) {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	done := make(chan struct{})
	go func() {
		d.owned.Wait()
		close(done)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
	d.cancel()
	<-done
}
