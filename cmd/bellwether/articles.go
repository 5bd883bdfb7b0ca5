package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/wire"
	"github.com/bellwether/bellwether/alerts"
)

// articleFilesHelp says what article files are.
const articleFilesHelp = `Article files: .txt a wire text, IPTC 7901 or ANPA-1312, .jsonl one article a
line, .json ninjs, .xml NewsML, NITF or a feed; any of them may be gzipped (.gz).
- is JSON lines on standard input.
What can't be read is named with file and line, the rest goes on, and the exit
status is 1.`

// newReader reads every kind of article file.
func newReader() *wire.Reader {
	return wire.NewReader(wire.Decoders{".xml": func(r io.Reader) (alerts.Batch, error) { return feed.Decode(r, "") }})
}

// eachArticle calls f with every article of the files, in order, and report
// with what can't be read. It returns f's error only.
func eachArticle(w world, files []string, report func(place string, err error), f func(alerts.Article) error) error {
	reader := newReader()
	for _, name := range files {
		batch, err := readArticles(w, reader, name)
		if err != nil {
			report(name, err)
			continue
		}
		for _, p := range batch.Problems {
			if !errors.Is(p.Err, alerts.ErrNoNews) {
				report(p.Place, p.Err)
			}
		}
		for _, a := range batch.Articles {
			if a.Standing == alerts.Withdrawn {
				report(name, fmt.Errorf("%s was withdrawn by its publisher", a.ID))
				continue
			}
			if err := f(a); err != nil {
				return err
			}
		}
	}
	return nil
}

func readArticles(w world, reader *wire.Reader, name string) (alerts.Batch, error) {
	in, err := openInput(w, name)
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return alerts.Batch{}, failed.Err // the caller names the file
	}
	if err != nil {
		return alerts.Batch{}, err
	}
	defer in.Close()
	return reader.Decode(name, in)
}

// openInput opens a file, or standard input for "-".
func openInput(w world, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(w.stdin), nil
	}
	return os.Open(name)
}

// faults prints each thing that could not be read, and remembers that there
// was one. Its methods may be called at the same time.
type faults struct {
	w     world
	mu    sync.Mutex
	count int
}

func (f *faults) report(place string, err error) { f.note(place, err, false) }

// note is report of what was perhaps said already, in the log.
func (f *faults) note(place string, err error, said bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if said {
		return
	}
	fmt.Fprintf(f.w.stderr, "bellwether: %s: %v\n", place, err)
}

// failed reports the errors that were joined to err.
func (f *faults) failed(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(f.w.stderr, "bellwether: %s\n", line)
	}
}

// err is errReported if something was reported.
func (f *faults) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count > 0 {
		return errReported
	}
	return nil
}
