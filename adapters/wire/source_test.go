package wire

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
)

var (
	_ ingest.Source  = (*File)(nil)
	_ ingest.Source  = (*FS)(nil)
	_ ingest.Watcher = (*Folder)(nil)

	_ ingest.Finisher = (*Folder)(nil)
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func fetch(t *testing.T, s ingest.Source, state []byte) alerts.Batch {
	t.Helper()
	b, err := s.Fetch(t.Context(), state)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// heads joins the titles of a batch.
func heads(b alerts.Batch) string {
	var all []string
	for _, a := range b.Articles {
		all = append(all, a.Title)
	}
	return strings.Join(all, " ")
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	f := NewFile("n", path, NewReader(nil))
	if _, err := f.Fetch(t.Context(), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	write(t, path, "A\n")
	first := fetch(t, f, nil)
	if f.Name() != "n" || f.Address() != path || heads(first) != "A" || first.NotModified || first.Kind != alerts.FileSource {
		t.Errorf("first: %+v", first)
	}
	if b := fetch(t, f, first.State); !b.NotModified || heads(b) != "" || string(b.State) != string(first.State) {
		t.Errorf("unchanged: %+v", b)
	}
	write(t, path, "Longer\n")
	if b := fetch(t, f, first.State); heads(b) != "Longer" {
		t.Errorf("changed: %+v", b)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Fetch(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with its context ended: %v", err)
	}
	bad := filepath.Join(t.TempDir(), "a.pdf")
	write(t, bad, "x")
	if _, err := NewFile("n", bad, NewReader(nil)).Fetch(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), "it is no article file") {
		t.Errorf("an unknown file: %v", err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	f := NewFolder("n", dir, NewReader(nil), true)
	for _, name := range []string{"b.txt", "a.txt", ".hidden.txt", "~lock.txt", "#a.txt", "c.txt.tmp", "notes.pdf", "-"} {
		write(t, at(name), name+"\n")
	}
	write(t, at("d.json"), "{")
	if err := os.Mkdir(at("folder.txt"), 0o700); err != nil {
		t.Fatal(err)
	}
	first := fetch(t, f, nil)
	if heads(first) != "a.txt b.txt" || first.NotModified || first.Kind != alerts.FileSource ||
		len(first.Problems) != 1 || first.Problems[0].Place != at("d.json") {
		t.Errorf("first: %+v", first)
	}
	second := fetch(t, f, first.State)
	if !second.NotModified || heads(second) != "" || len(second.Problems) != 0 {
		t.Errorf("unchanged: %+v", second)
	}
	write(t, at("a.txt"), "a, changed\n")
	write(t, at("c.txt"), "c\n")
	if err := os.Remove(at("b.txt")); err != nil {
		t.Fatal(err)
	}
	third := fetch(t, f, second.State)
	if heads(third) != "a, changed c" || third.NotModified || strings.Contains(string(third.State), "b.txt") {
		t.Errorf("changed: %+v", third)
	}
	if b := fetch(t, f, []byte("{broken")); heads(b) != "a, changed c" {
		t.Errorf("with a broken state: %+v", b)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(t.Context(), third.State); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is gone: %v", err)
	}
}

// A file that could not be opened is tried again, though it did not change.
func TestFolderTriesAgain(t *testing.T) {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("no file is closed to this user")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	write(t, path, "A\n")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	f := NewFolder("n", dir, NewReader(nil), true)
	first := fetch(t, f, nil)
	if len(first.Problems) != 1 {
		t.Errorf("first: %+v", first)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if b := fetch(t, f, first.State); heads(b) != "A" {
		t.Errorf("second: %+v", b)
	}
}

// failing is a file system of which one file can't be read for a while.
type failing struct {
	fstest.MapFS
	broken bool
}

// Open implements [fs.FS].
func (f *failing) Open(name string) (fs.File, error) {
	if f.broken && name == "a.txt" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.MapFS.Open(name)
}

func TestFS(t *testing.T) {
	fsys := &failing{broken: true, MapFS: fstest.MapFS{
		"a.txt": {Data: []byte("A\n")}, "b.txt": {Data: []byte("B\n")}, "go.go": {Data: []byte("x")},
	}}
	f := NewFS("samples", fsys, NewReader(nil))
	first := fetch(t, f, nil)
	if f.Name() != "samples" || heads(first) != "B" || len(first.Problems) != 1 || first.Problems[0].Place != "a.txt" {
		t.Errorf("with a file that can't be read: %+v", first)
	}
	fsys.broken = false
	second := fetch(t, f, first.State)
	if heads(second) != "A" {
		t.Errorf("tried again: %+v", second)
	}
	if b := fetch(t, f, second.State); !b.NotModified {
		t.Errorf("unchanged: %+v", b)
	}
	fsys.MapFS["a.txt"] = &fstest.MapFile{Data: []byte("Z\n")} // as long, and without a time
	if b := fetch(t, f, second.State); heads(b) != "Z" {
		t.Errorf("changed: %+v", b)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Fetch(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with its context ended: %v", err)
	}
}

func TestDebounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		events, again, out := make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
		done := make(chan struct{})
		go func() {
			defer close(done)
			debounce(ctx, time.Second, events, again, out)
		}()
		told := func(after time.Duration) bool {
			<-time.After(after) // of the bubble: no time passes outside
			synctest.Wait()
			select {
			case <-out:
				return true
			default:
				return false
			}
		}
		if told(time.Minute) {
			t.Error("told without an event")
		}
		events <- struct{}{}
		if told(900 * time.Millisecond) {
			t.Error("told before it was quiet")
		}
		events <- struct{}{}
		if told(900 * time.Millisecond) {
			t.Error("told before it was quiet again")
		}
		if !told(200 * time.Millisecond) {
			t.Error("not told when it was quiet")
		}
		again <- struct{}{}
		if !told(time.Second) {
			t.Error("not told again")
		}
		count := 0
		for range 45 { // events that never stop
			events <- struct{}{}
			if told(500 * time.Millisecond) {
				count++
			}
		}
		if count != 2 {
			t.Errorf("told %d times in 22.5 s of events, want 2", count)
		}
		cancel()
		<-done
	})
}

// watch runs Watch on a folder with short times.
func watch(t *testing.T, dir string) (f *Folder, changed chan struct{}) {
	t.Helper()
	f = NewFolder("n", dir, NewReader(nil), true)
	f.settle, f.look = 20*time.Millisecond, 20*time.Millisecond
	changed = make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Watch(ctx, changed) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch ended with %v", err)
		}
	})
	return f, changed
}

// until fetches at each change until the folder gives what is wanted, and
// fails the test when it takes very long.
func until(t *testing.T, f *Folder, changed <-chan struct{}, state []byte, want func(alerts.Batch, error) bool) []byte {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		select {
		case <-changed:
		case <-limit.C:
			t.Fatal("the change was not told")
		}
		b, err := f.Fetch(t.Context(), state)
		if err == nil {
			state = b.State
		}
		if want(b, err) {
			return state
		}
	}
}

func gives(titles string) func(alerts.Batch, error) bool {
	return func(b alerts.Batch, err error) bool { return err == nil && heads(b) == titles }
}

func TestWatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "wires")
	f, changed := watch(t, dir) // which is not there yet
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	state := until(t, f, changed, nil, gives(""))

	write(t, filepath.Join(dir, "a.txt"), "A\n")
	state = until(t, f, changed, state, gives("A"))

	write(t, filepath.Join(dir, "b.txt.tmp"), "B\n")
	if err := os.Rename(filepath.Join(dir, "b.txt.tmp"), filepath.Join(dir, "b.txt")); err != nil {
		t.Fatal(err)
	}
	state = until(t, f, changed, state, gives("B"))

	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	state = until(t, f, changed, state, func(_ alerts.Batch, err error) bool { return errors.Is(err, fs.ErrNotExist) })
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "c.txt"), "C\n")
	state = until(t, f, changed, state, gives("C"))

	// Another folder in its place.
	other := dir + ".new"
	if err := os.Mkdir(other, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(other, "d.txt"), "D\n")
	if err := errors.Join(os.Rename(dir, dir+".old"), os.Rename(other, dir)); err != nil {
		t.Fatal(err)
	}
	state = until(t, f, changed, state, gives("D"))
	write(t, filepath.Join(dir, "e.txt"), "E\n")
	until(t, f, changed, state, gives("E"))
}

// A file that is being written is left for later, and only while someone
// watches.
func TestUnsettled(t *testing.T) {
	dir := t.TempDir()
	f := NewFolder("n", dir, NewReader(nil), true)
	f.settle = time.Hour
	path := filepath.Join(dir, "a.txt")
	write(t, path, "A\n")
	f.watching.Store(true)
	b := fetch(t, f, nil)
	if heads(b) != "" || len(f.again) != 1 {
		t.Errorf("a file of this moment was read: %+v", b)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if b = fetch(t, f, b.State); heads(b) != "A" {
		t.Errorf("a file of two hours ago was not read: %+v", b)
	}
	write(t, path, "A2\n")
	if again := fetch(t, f, b.State); !again.NotModified || string(again.State) != string(b.State) {
		t.Errorf("a change of this moment was read: %+v", again)
	}
	f.watching.Store(false)
	f.settle = 20 * time.Millisecond
	if b = fetch(t, f, b.State); heads(b) != "A2" {
		t.Errorf("without a watcher: %+v", b)
	}
}
