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
	settleTime = time.Second
	// graceTime is how old a file must be before it is taken to be broken, and
	// not half written.
	graceTime = 5 * time.Second
	// lookTime is how often it is looked whether the folder is still the one
	// that is watched.
	lookTime = 2 * time.Second
)

// Folder is a source made of the article files of a folder, without those of
// folders within it. It can be watched. What was read is moved to the folder
// done within it, or to failed with the reason beside it, unless it is to be
// kept.
type Folder struct {
	FS
	dir      string
	keep     bool
	settle   time.Duration
	grace    time.Duration
	look     time.Duration
	watching atomic.Bool
	// again asks Watch to tell once more: Fetch left out a file that was being
	// written.
	again chan struct{}
	// pending are the files of the last Fetch, until Finish puts them away.
	pending []reading
}

// NewFolder makes a source of the folder dir; with keep set, files stay where
// they are.
func NewFolder(name, dir string, reader *Reader, keep bool) *Folder {
	f := &Folder{
		FS:     FS{name: name, fsys: os.DirFS(dir), reader: reader, place: dir, now: time.Now},
		dir:    dir,
		keep:   keep,
		settle: settleTime,
		grace:  graceTime,
		look:   lookTime,
		again:  make(chan struct{}, 1),
	}
	f.settled, f.take, f.stuck = f.whole, f.taken, stamps{}
	return f
}

// Address is the folder's path.
func (f *Folder) Address() string { return f.dir }

// whole tells whether a file was left alone for long enough. While someone
// watches, who will call again, a file that changed just now is left for then;
// else that is waited for. A time in the future is another machine's clock, and
// tells nothing.
func (f *Folder) whole(ctx context.Context, name string, info fs.FileInfo) (fs.FileInfo, bool) {
	const tries = 10 // then it is left for the next Fetch
	for range tries {
		age := f.now().Sub(info.ModTime())
		if age < 0 || age >= f.settle {
			return info, true
		}
		if f.watching.Load() {
			break
		}
		timer := time.NewTimer(f.settle - age)
		select {
		case <-ctx.Done():
			timer.Stop()
			return info, false
		case <-timer.C:
		}
		var err error
		if info, err = fs.Stat(f.fsys, name); err != nil {
			return info, false
		}
	}
	tell(f.again)
	return info, false
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
