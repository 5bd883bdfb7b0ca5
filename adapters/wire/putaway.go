package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// The folders for what was read, within a watched one.
const (
	doneFolder   = "done"
	failedFolder = "failed"
	reasonSuffix = ".reason.txt"
)

// Fetch reads the files that were not read yet; see [FS.Fetch].
func (f *Folder) Fetch(ctx context.Context, state []byte) (alerts.Batch, error) {
	f.pending = nil
	return f.FS.Fetch(ctx, state)
}

// taken keeps what was read for Finish. A file that can't be read may be half
// written: while someone watches it is left until it is old enough.
func (f *Folder) taken(r *reading) bool {
	if r.batch == nil && r.err == nil {
		return true // as before
	}
	age := f.now().Sub(r.info.ModTime())
	if f.watching.Load() && age >= 0 && age < f.grace && len(reasons(*r)) > 0 {
		tell(f.again)
		return false
	}
	if !f.keep && !r.again && r.stamp != "" {
		f.pending = append(f.pending, *r)
		r.again = true // unless Finish moves it: after a crash in between it is still there
	}
	return true
}

// reasons are what is wrong with a file.
func reasons(r reading) []string {
	var out []string
	if r.err != nil {
		out = append(out, r.err.Error())
	}
	if r.batch == nil {
		return out
	}
	for _, p := range r.batch.Problems {
		if !errors.Is(p.Err, alerts.ErrNoNews) {
			out = append(out, fmt.Sprintf("%s: %v", filepath.Base(p.Place), p.Err))
		}
	}
	return out
}

// Finish puts away the files that the last Fetch read: to done, or to failed
// where a part of one could not be read or was refused. outcomes are what became
// of the articles, in their order. A file that can't be moved stays, and is not
// read again until it changes.
func (f *Folder) Finish(_ context.Context, outcomes []alerts.Outcome) error {
	pending := f.pending
	f.pending = nil
	var failed error
	for _, r := range pending {
		why := reasons(r)
		for _, o := range outcomes[min(r.from, len(outcomes)):min(r.from+len(r.batch.Articles), len(outcomes))] {
			if o.Err != nil {
				why = append(why, fmt.Sprintf("article %s: %v", o.Article.ID, o.Err))
			}
		}
		if err := f.putAway(r, why); err != nil {
			f.stuck[r.name] = r.stamp
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

func (f *Folder) putAway(r reading, why []string) error {
	from := filepath.Join(f.dir, r.name)
	info, err := os.Stat(from)
	now := ""
	if err == nil {
		now, err = f.stamp(r.name, info)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // someone else has put it away
	case err != nil:
		return fmt.Errorf("look at %s before it is moved: %w", r.name, withoutPath(err))
	case now != r.stamp:
		return nil // it changed meanwhile, and is read again
	}
	folder := doneFolder
	if len(why) > 0 {
		folder = failedFolder
	}
	dir := filepath.Join(f.dir, folder)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // whoever reads the folder may read what was in it
		return fmt.Errorf("move %s to %s: %w", r.name, folder, withoutPath(err))
	}
	to := freeName(dir, r.name)
	if len(why) > 0 {
		text := strings.Join(why, "\n") + "\n"
		if err := os.WriteFile(to+reasonSuffix, []byte(text), 0o644); err != nil { //nolint:gosec // as above
			return fmt.Errorf("say why %s failed: %w", r.name, withoutPath(err))
		}
	}
	if err := os.Rename(from, to); err != nil {
		if link := (*os.LinkError)(nil); errors.As(err, &link) {
			err = link.Err
		}
		return fmt.Errorf("move %s to %s: %w", r.name, folder, err)
	}
	return nil
}

// freeName is a path in dir at which there is no file yet: name, or with a
// number before its extensions.
func freeName(dir, name string) string {
	base, ext, dotted := strings.Cut(name, ".")
	if dotted {
		ext = "." + ext
	}
	path := filepath.Join(dir, name)
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); err != nil { // one that says more than that is met again
			return path
		}
		path = filepath.Join(dir, fmt.Sprintf("%s-%d%s", base, n, ext))
	}
}
