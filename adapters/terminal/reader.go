package terminal

import (
	"context"
	"io"
	"os"
	"time"
)

// reader owns the goroutine that reads lines, so that a wait for one can be
// left when a context ends. It reads only when it is asked to: the prompt
// comes after the reply to the line before.
type reader struct {
	want chan struct{}
	got  chan line // holds one, so that the goroutine never waits for a taker
	done chan struct{}
}

type line struct {
	text string
	err  error
}

func newReader(read func() (string, error)) *reader {
	r := &reader{want: make(chan struct{}, 1), got: make(chan line, 1), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for range r.want {
			text, err := read()
			r.got <- line{text, err}
		}
	}()
	return r
}

// next waits for a line. It is not called again after an error.
func (r *reader) next(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	r.want <- struct{}{}
	select {
	case l := <-r.got:
		return l.text, l.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// end stops the goroutine and waits for it, if in can be told to stop.
func (r *reader) end(in io.Reader) {
	close(r.want)
	select {
	case <-r.done:
		return
	default:
	}
	switch in := in.(type) {
	case *os.File:
		// A file's Close would not end a read that has begun.
		if err := in.SetReadDeadline(time.Unix(1, 0)); err != nil {
			return
		}
	case io.Closer:
		if err := in.Close(); err != nil {
			return
		}
	}
	<-r.done
}
