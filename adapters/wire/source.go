package wire

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// FS is a source made of the article files of a file system's top folder, for
// files that are embedded in the program.
type FS struct {
	name   string
	fsys   fs.FS
	reader *Reader
	now    func() time.Time
	// place is what stands before file names in problems.
	place string
	// settled waits until a file is whole, and tells how it is then; false if it
	// is not to be read yet. nil where every file is.
	settled func(context.Context, string, fs.FileInfo) (fs.FileInfo, bool)
	// take is given what was read of a file, before it is handed on; false leaves
	// the file for later. nil takes all.
	take func(*reading) bool
	// stuck are files that were read and are not to be read again, beside those
	// of the state.
	stuck stamps
}

// NewFS makes a source of every file of fsys that reader knows.
func NewFS(name string, fsys fs.FS, reader *Reader) *FS {
	return &FS{name: name, fsys: fsys, reader: reader, now: time.Now}
}

// Name is the source's name.
func (f *FS) Name() string { return f.name }

// stamps tell by a file's name what it was like when it was read.
type stamps map[string]string

// reading is what a look at a file gave.
type reading struct {
	name  string
	stamp string        // as it was read; empty when it is to be tried again
	info  fs.FileInfo   // nil where there is no file to read
	batch *alerts.Batch // nil when nothing was read
	err   error
	// from is where its articles begin in those of the whole batch.
	from int
	// again: it is to be read again, for some of its articles are not to be
	// published yet, or because it goes when all is logged.
	again bool
}

// Fetch reads the files that changed since the state before, in the order of
// their names. A file that can't be read is a problem, not an error. Articles
// that are not to be published yet are left out until they are.
// Errors say what is wrong with the folder, not which one it is: the caller has
// its name.
func (f *FS) Fetch(ctx context.Context, state []byte) (alerts.Batch, error) {
	before := stamps{}
	if json.Unmarshal(state, &before) != nil || before == nil {
		before = stamps{} // the first time, or what an older release left
	}
	entries, err := fs.ReadDir(f.fsys, ".")
	if err != nil {
		return alerts.Batch{}, fmt.Errorf("listing the folder: %w", withoutPath(err))
	}
	b := alerts.Batch{Kind: alerts.FileSource}
	after, read := stamps{}, false
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return alerts.Batch{}, err
		}
		name := e.Name()
		if !f.wants(name) {
			continue
		}
		r := f.file(ctx, name, cmp.Or(f.stuck[name], before[name]))
		if r.batch != nil {
			r.again = f.embargoed(r.batch, &b)
			r.from = len(b.Articles)
		}
		if f.take != nil && r.info != nil && !f.take(&r) {
			continue
		}
		if r.err != nil {
			b.Problems = append(b.Problems, alerts.ItemProblem{Place: f.at(name), Err: r.err})
		}
		if r.stamp != "" && !r.again {
			after[name] = r.stamp
		}
		if r.batch == nil {
			continue
		}
		read = true
		b.Articles = append(b.Articles, r.batch.Articles...)
		b.Problems = append(b.Problems, r.batch.Problems...)
	}
	b.NotModified = !read && len(b.Problems) == 0 && len(state) > 0
	if b.State, err = json.Marshal(after); err != nil {
		return alerts.Batch{}, fmt.Errorf("keeping the state: %w", err)
	}
	return b, nil
}

// embargoed takes out of part what is not to be published yet, and has whole
// asked for again when it is.
func (f *FS) embargoed(part, whole *alerts.Batch) bool {
	n := len(part.Articles)
	now := f.now()
	part.Articles = slices.DeleteFunc(part.Articles, func(a alerts.Article) bool {
		wait := a.Embargo.Sub(now)
		if wait <= 0 {
			return false
		}
		if whole.Interval == 0 || wait < whole.Interval {
			whole.Interval = wait
		}
		return true
	})
	return len(part.Articles) < n
}

// wants leaves out what reader does not know, and what another program hides
// or is about to rename.
func (f *FS) wants(name string) bool {
	return f.reader.Knows(name) && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "~") &&
		!strings.HasPrefix(name, "#") && name != "-"
}

func (f *FS) at(name string) string { return filepath.Join(f.place, name) }

// file reads a file unless its stamp is as before.
func (f *FS) file(ctx context.Context, name, before string) (r reading) {
	r.name = name
	info, err := fs.Stat(f.fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r // it went between the listing and now
	case err != nil:
		r.err = err
		return r
	case !info.Mode().IsRegular():
		return r
	}
	if f.settled != nil {
		var whole bool
		if info, whole = f.settled(ctx, name, info); !whole {
			r.stamp = before
			return r
		}
	}
	r.info = info
	if r.stamp, r.err = f.stamp(name, info); r.err != nil || r.stamp == before {
		return r
	}
	in, err := f.fsys.Open(name)
	if err != nil {
		r.stamp, r.err = "", err
		return r
	}
	defer in.Close()
	batch, err := f.decode(name, in)
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		r.stamp = "" // the disk's fault and not the file's
	}
	r.batch, r.err = &batch, err
	return r
}

// decode makes an error of a reader's panic: one bad file must not keep the
// others from being read.
func (f *FS) decode(name string, in io.Reader) (b alerts.Batch, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, err = alerts.Batch{}, fmt.Errorf("the reader panicked: %v", r)
		}
	}()
	return f.reader.Decode(f.at(name), in)
}

// stamp is size and time; embedded files have no time, and so the content
// itself counts.
func (f *FS) stamp(name string, info fs.FileInfo) (string, error) {
	if !info.ModTime().IsZero() {
		return fmt.Sprintf("%d@%s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)), nil
	}
	data, err := fs.ReadFile(f.fsys, name)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8]), nil
}

// File is a source that is one article file.
type File struct {
	name   string
	path   string
	reader *Reader
}

// NewFile makes a source of the file at path.
func NewFile(name, path string, reader *Reader) *File {
	return &File{name: name, path: path, reader: reader}
}

// Name is the source's name.
func (f *File) Name() string { return f.name }

// Address is the file's path.
func (f *File) Address() string { return f.path }

// Fetch reads the file if its size or time changed since the state before.
// Errors do not repeat the path: the caller has it.
func (f *File) Fetch(ctx context.Context, state []byte) (alerts.Batch, error) {
	if err := ctx.Err(); err != nil {
		return alerts.Batch{}, err
	}
	in, err := os.Open(f.path)
	if err != nil {
		return alerts.Batch{}, withoutPath(err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return alerts.Batch{}, withoutPath(err)
	}
	now := fmt.Appendf(nil, "%d@%s %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano), f.path)
	if string(now) == string(state) {
		return alerts.Batch{NotModified: true, State: state, Kind: alerts.FileSource}, nil
	}
	b, err := f.reader.Decode(f.path, in)
	if err != nil {
		return alerts.Batch{}, err
	}
	b.State, b.Kind = now, alerts.FileSource
	if (&FS{now: time.Now}).embargoed(&b, &b) {
		b.State = nil // so that it is read again
	}
	return b, nil
}

// withoutPath takes the operation and the path off an error of a file: "no
// such file or directory".
func withoutPath(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
