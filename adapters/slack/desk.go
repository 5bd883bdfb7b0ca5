package slack

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// deskWorkers bounds the tasks that are carried out at the same time.
	deskWorkers = 64
	// deskQueue bounds those that wait; more are refused, and the person is told.
	deskQueue = 4096
	// taskTime ends a task that hangs. Slack takes answers for much longer, but
	// nobody waits for them.
	taskTime = 30 * time.Second
)

// desk carries out what was acknowledged: the tasks of one line one after the
// other, in their order, those of different lines side by side. It owns their
// goroutines.
type desk struct {
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

func newDesk(log *slog.Logger) *desk {
	ctx, cancel := context.WithCancel(context.Background())
	return &desk{log: log, ctx: ctx, cancel: cancel, slots: make(chan struct{}, deskWorkers), lines: map[string][]func(context.Context){}}
}

// do takes a task and returns at once; false when it takes none.
func (d *desk) do(line string, task func(context.Context)) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.waiting >= deskQueue {
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

// within does a task and reports whether it ended in the time given. If not it
// goes on.
func (d *desk) within(span time.Duration, line string, task func(context.Context)) bool {
	done := make(chan struct{})
	if !d.do(line, func(ctx context.Context) {
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
func (d *desk) work(line string) {
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
func (d *desk) carryOut(task func(context.Context)) {
	ctx, cancel := context.WithTimeout(d.ctx, taskTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("slack: a task panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	task(ctx)
}

// close takes nothing more, lets what was taken end within grace, cancels what
// is left, and waits for it.
func (d *desk) close(grace time.Duration) {
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
