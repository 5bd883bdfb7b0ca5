package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	// place is what stands before file names in problems.
	place string
	// unsettled tells of a file that is not to be read yet; may be nil.
	unsettled func(fs.FileInfo) bool
}

// NewFS makes a source of every file of fsys that reader knows.
func NewFS(name string, fsys fs.FS, reader *Reader) *FS {
	return &FS{name: name, fsys: fsys, reader: reader}
}

// Name is the source's name.
func (f *FS) Name() string { return f.name }

// stamps tell by a file's name what it was like when it was read.
type stamps map[string]string

// Fetch reads the files that changed since the state before, in the order of
// their names. A file that can't be read is a problem, not an error.
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
		stamp, part, err := f.file(name, before[name])
		if err != nil {
			b.Problems = append(b.Problems, alerts.ItemProblem{Place: f.at(name), Err: err})
		}
		if stamp != "" {
			after[name] = stamp
		}
		if part == nil {
			continue
		}
		read = true
		b.Articles = append(b.Articles, part.Articles...)
		b.Problems = append(b.Problems, part.Problems...)
	}
	b.NotModified = !read && len(b.Problems) == 0 && len(state) > 0
	if b.State, err = json.Marshal(after); err != nil {
		return alerts.Batch{}, fmt.Errorf("keeping the state: %w", err)
	}
	return b, nil
}

// wants leaves out what reader does not know, and what another program hides
// or is about to rename.
func (f *FS) wants(name string) bool {
	return f.reader.Knows(name) && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "~") &&
		!strings.HasPrefix(name, "#") && name != "-"
}

func (f *FS) at(name string) string { return filepath.Join(f.place, name) }

// file reads a file unless its stamp is as before. The batch is nil when
// nothing was read, and the stamp empty when it is to be tried again.
func (f *FS) file(name, before string) (stamp string, b *alerts.Batch, err error) {
	info, err := fs.Stat(f.fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, nil // it went between the listing and now
	case err != nil:
		return "", nil, err
	case !info.Mode().IsRegular():
		return "", nil, nil
	case f.unsettled != nil && f.unsettled(info):
		return before, nil, nil
	}
	if stamp, err = f.stamp(name, info); err != nil {
		return "", nil, err
	}
	if stamp == before {
		return stamp, nil, nil
	}
	in, err := f.fsys.Open(name)
	if err != nil {
		return "", nil, err
	}
	defer in.Close()
	batch, err := f.reader.Decode(f.at(name), in)
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		stamp = "" // the disk's fault and not the file's
	}
	return stamp, &batch, err
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
