package adaptertest

import (
	"bytes"
	"sync"
)

// Buffer keeps what is written to it, a log for example, while others read it.
type Buffer struct {
	// Wrote, unless nil, is called after each write.
	Wrote func()

	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	n, err := b.b.Write(p)
	b.mu.Unlock()
	if b.Wrote != nil {
		b.Wrote()
	}
	return n, err
}

// String gives all that was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
