package redis

import (
	"context"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// waker tells those who wait in this process of what any process did: scripts
// publish, waker listens. It owns one goroutine, from the first wait on.
type waker struct {
	db       goredis.UniversalClient
	channels [topics]string
	ctx      context.Context
	cancel   context.CancelFunc
	done     sync.WaitGroup

	mu      sync.Mutex
	started bool
	next    [topics]chan struct{} // closed at the topic's next message
}

// The topics that wakers know.
const (
	topicOutbox = iota
	topicArticles
	topics
)

func newWaker(db goredis.UniversalClient, prefix string) *waker {
	w := &waker{db: db, channels: [topics]string{prefix + "wake:outbox", prefix + "wake:articles"}}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	for i := range w.next {
		w.next[i] = make(chan struct{})
	}
	return w
}

// listen gives a channel that is closed at the next message of a topic. Take
// it before looking whether there is something, so that nothing is missed.
func (w *waker) listen(topic int) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.started && w.ctx.Err() == nil {
		w.started = true
		sub := w.db.Subscribe(w.ctx, w.channels[:]...)
		w.done.Go(func() { w.follow(sub) })
	}
	return w.next[topic]
}

func (w *waker) follow(sub *goredis.PubSub) {
	defer func() { _ = sub.Close() }()
	messages := sub.ChannelWithSubscriptions()
	for {
		select {
		case <-w.ctx.Done():
			return
		case m, open := <-messages:
			if !open {
				return
			}
			message, ok := m.(*goredis.Message)
			for topic, channel := range w.channels {
				// A new connection may have missed any message.
				if !ok || message.Channel == channel {
					w.wake(topic)
				}
			}
		}
	}
}

func (w *waker) wake(topic int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.next[topic])
	w.next[topic] = make(chan struct{})
}

// stop ends the goroutine and waits for it.
func (w *waker) stop() {
	w.cancel()
	w.mu.Lock()
	w.started = true
	w.mu.Unlock()
	w.done.Wait()
}

// wait returns at a message, after d, or when ctx or the client ends; err is
// only set for the latter two.
func (w *waker) wait(ctx context.Context, message <-chan struct{}, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-message:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ctx.Done():
		return goredis.ErrClosed
	}
}
