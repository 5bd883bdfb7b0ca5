package dispatch

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// library is Articles that takes its time.
type library struct {
	reads atomic.Int32
	body  atomic.Value // string
	err   atomic.Pointer[error]
}

func (l *library) Article(ctx context.Context, id string) (alerts.Article, error) {
	l.reads.Add(1)
	select {
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
		return alerts.Article{}, ctx.Err()
	}
	if err := l.err.Load(); err != nil {
		return alerts.Article{}, *err
	}
	body, _ := l.body.Load().(string)
	return alerts.Article{ID: id, Title: "T", Body: body}, nil
}

func TestATextIsReadOnceForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &library{}
		l.body.Store("first")
		all := newTexts(l, time.Now)
		var group sync.WaitGroup
		got := make([]*text, 20)
		for i := range got {
			group.Go(func() {
				var err error
				if got[i], err = all.get(t.Context(), "a", 0); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, one := range got {
			if one != got[0] {
				t.Fatal("analysed more than once")
			}
		}
		if n := l.reads.Load(); n != 1 {
			t.Errorf("read %d times, want once", n)
		}
		<-time.After(textKept)
		if same, err := all.get(t.Context(), "a", 0); err != nil || same != got[0] {
			t.Errorf("the same text was analysed again; error %v", err)
		}
		l.body.Store("second")
		<-time.After(textKept)
		if next, err := all.get(t.Context(), "a", 0); err != nil || next.article.Body != "second" {
			t.Errorf("a second later it is %v, %v", next, err)
		}
		if n := l.reads.Load(); n != 3 {
			t.Errorf("read %d times, want 3", n)
		}
	})
}

func TestAnErrorIsNoText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &library{}
		l.body.Store("text")
		l.err.Store(&errDown)
		all := newTexts(l, time.Now)
		if _, err := all.get(t.Context(), "a", 0); !errors.Is(err, errDown) {
			t.Errorf("error %v", err)
		}
		l.err.Store(nil)
		brief, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		first := make(chan error, 1)
		go func() { _, err := all.get(brief, "a", 0); first <- err }()
		synctest.Wait()
		if one, err := all.get(t.Context(), "a", 0); err != nil || one.article.Body != "text" {
			t.Errorf("behind one that was given up: %v, %v", one, err)
		}
		if err := <-first; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		slow, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		go func() { _, _ = all.get(t.Context(), "b", 0) }()
		synctest.Wait()
		if _, err := all.get(slow, "b", 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for another's read: error %v", err)
		}
	})
}

func TestTextsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &library{}
		l.body.Store(strings.Repeat("x", mostText/8))
		all := newTexts(l, time.Now)
		for id := range 30 {
			if _, err := all.get(t.Context(), string(rune('a'+id)), 0); err != nil {
				t.Fatal(err)
			}
			if n := len(all.byID); n > 9 {
				t.Fatalf("%d texts of an eighth of what may be kept", n)
			}
		}
	})
}
