package bot

import (
	"context"
	"strings"
	"sync"

	"github.com/bellwether/bellwether/bot/chat"
)

// remembered is how many replies a memo keeps. Platforms repeat an event
// within minutes if at all.
const remembered = 1024

// memo keeps the latest replies by the ID of their command.
type memo struct {
	mu    sync.Mutex
	known map[string]*answered
	order []string // a ring of the keys of known, oldest at next
	next  int
}

type answered struct {
	done    chan struct{}
	reply   chat.Reply
	settled bool
}

func newMemo() *memo {
	return &memo{known: map[string]*answered{}, order: make([]string, remembered)}
}

// once gives the reply known for key, or that of answer, which it calls only
// once at a time for a key. A reply that is not settled is not kept.
func (m *memo) once(ctx context.Context, key string, answer func() (chat.Reply, bool)) chat.Reply {
	for {
		a, mine := m.claim(key)
		if mine {
			a.reply, a.settled = answer()
			if !a.settled {
				m.forget(key, a)
			}
			close(a.done)
			return a.reply
		}
		select {
		case <-a.done:
			if a.settled {
				return a.reply
			}
		case <-ctx.Done():
			return problem("That took too long. Please try again in a moment.")
		}
	}
}

// claim gives what is kept under key, and whether it is new and to be filled.
func (m *memo) claim(key string) (*answered, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.known[key]; a != nil {
		return a, false
	}
	delete(m.known, m.order[m.next])
	a := &answered{done: make(chan struct{})}
	m.known[key] = a
	m.order[m.next] = key
	m.next = (m.next + 1) % len(m.order)
	return a, true
}

// drop forgets the replies whose key begins so, but for those under way.
func (m *memo) drop(prefix string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, a := range m.known {
		select {
		case <-a.done:
			if strings.HasPrefix(key, prefix) {
				delete(m.known, key)
			}
		default:
		}
	}
}

func (m *memo) forget(key string, a *answered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] == a {
		delete(m.known, key)
	}
}
