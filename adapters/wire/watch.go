package wire

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settleTime is for how long a file must be left alone before it is read:
	// who writes it may not be done.
	settleTime = 500 * time.Millisecond
	// lookTime is how often it is looked whether the folder is still the one
	// that is watched.
	lookTime = 2 * time.Second
)

// Folder is a source made of the article files of a folder, without those of
// folders within it. It can be watched.
type Folder struct {
	FS
	dir      string
	settle   time.Duration
	look     time.Duration
	watching atomic.Bool
	// again asks Watch to tell once more: Fetch left out a file that was being
	// written.
	again chan struct{}
}

// NewFolder makes a source of the folder dir.
func NewFolder(name, dir string, reader *Reader) *Folder {
	f := &Folder{
		FS:     FS{name: name, fsys: os.DirFS(dir), reader: reader, place: dir},
		dir:    dir,
		settle: settleTime,
		look:   lookTime,
		again:  make(chan struct{}, 1),
	}
	f.unsettled = f.beingWritten
	return f
}

// Address is the folder's path.
func (f *Folder) Address() string { return f.dir }

// beingWritten tells of a file that changed just now, while someone watches
// who will call again. Without a watcher every file is read as it is. A time
// in the future is another machine's clock, and tells nothing.
func (f *Folder) beingWritten(info fs.FileInfo) bool {
	if age := time.Since(info.ModTime()); !f.watching.Load() || age < 0 || age >= f.settle {
		return false
	}
	tell(f.again)
	return true
}

// Watch tells changed when files of the folder were written and left alone
// since, and when the folder goes or comes back, until ctx ends.
func (f *Folder) Watch(ctx context.Context, changed chan<- struct{}) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching folder %s: %w", f.dir, err)
	}
	defer w.Close()
	f.watching.Store(true)
	defer f.watching.Store(false)
	events := make(chan struct{}, 1)
	done := make(chan struct{})
	quiet, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		<-done
	}()
	go func() {
		defer close(done)
		debounce(quiet, f.settle, events, f.again, changed)
	}()
	tell(events) // what came before there was a watch
	return f.follow(ctx, w, events)
}

// follow keeps the watch on the folder, and passes on what happens in it.
func (f *Folder) follow(ctx context.Context, w *fsnotify.Watcher, events chan<- struct{}) error {
	look := time.NewTicker(f.look)
	defer look.Stop()
	watched := f.add(w, nil, events)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-w.Events:
			if filepath.Clean(e.Name) == filepath.Clean(f.dir) && e.Has(fsnotify.Remove|fsnotify.Rename) {
				watched = nil
				tell(events) // so that Fetch reports it
			} else if !e.Has(fsnotify.Chmod) && f.wants(filepath.Base(e.Name)) {
				tell(events)
			}
		case _, ok := <-w.Errors:
			if ok { // events were lost: the folder is read as a whole
				tell(events)
			}
		case <-look.C:
			watched = f.add(w, watched, events)
		}
	}
}

// add watches the folder that is there now, unless it is the one that is
// watched already.
func (f *Folder) add(w *fsnotify.Watcher, watched os.FileInfo, events chan<- struct{}) os.FileInfo {
	now, err := os.Stat(f.dir)
	if err == nil && watched != nil && os.SameFile(now, watched) {
		return watched
	}
	if watched != nil {
		_ = w.Remove(f.dir) // it fails when the system did so already
		tell(events)
	}
	if err != nil || w.Add(f.dir) != nil {
		return nil
	}
	tell(events)
	return now
}

// debounce tells out when no event came for the time quiet, and also every ten
// times that while events don't end, so that a busy folder is read too.
func debounce(ctx context.Context, quiet time.Duration, events, again <-chan struct{}, out chan<- struct{}) {
	timer := time.NewTimer(quiet)
	timer.Stop()
	var since time.Time // of the first event that was not told; zero if none
	rearm := func() {
		if since.IsZero() {
			since = time.Now()
		}
		timer.Reset(quiet)
		if time.Since(since) >= 10*quiet {
			since = time.Now()
			tell(out)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
			rearm()
		case <-again:
			rearm()
		case <-timer.C:
			since = time.Time{}
			tell(out)
		}
	}
}

// tell leaves a full channel alone.
func tell(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
