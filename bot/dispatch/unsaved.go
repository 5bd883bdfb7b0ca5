package dispatch

import (
	"maps"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// unsaved remembers messages that the platform took while the outbox could not
// be told, so that the next claim of them by this process does not send again.
// What another process has recorded since is forgotten after a day.
type unsaved struct {
	mu    sync.Mutex
	byKey map[string]unsavedReceipt
	swept time.Time
}

type unsavedReceipt struct {
	receipt alerts.Receipt
	at      time.Time
}

func (u *unsaved) add(key string, r alerts.Receipt, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if now.Sub(u.swept) > time.Hour {
		u.swept = now
		maps.DeleteFunc(u.byKey, func(_ string, one unsavedReceipt) bool { return now.Sub(one.at) > maxAge })
	}
	u.byKey[key] = unsavedReceipt{r, now}
}

func (u *unsaved) get(key string) (alerts.Receipt, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	one, ok := u.byKey[key]
	return one.receipt, ok
}

func (u *unsaved) remove(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.byKey, key)
}
