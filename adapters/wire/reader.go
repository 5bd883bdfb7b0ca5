package wire

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// The largest files that are read, in bytes after decompression.
const (
	MaxFile      = 64 << 20
	MaxLinesFile = 512 << 20 // of JSON lines, which are read one by one
)

// ErrTooLarge is for files that are larger.
var ErrTooLarge = errors.New("the file is too large")

// Decoder reads a file of one format.
type Decoder func(r io.Reader) (alerts.Batch, error)

// Decoders are by the extension of the files' names, with its point, in lower
// case: ".xml".
type Decoders map[string]Decoder

// Reader reads article files: .txt wire texts (see [Parse]), .jsonl articles as
// JSON lines, .json ninjs items, .xml NewsML-G2, NewsML 1 and NITF, and what
// other decoders read. What is IPTC 7901, ANPA-1312 or one of the XML formats by
// its content is read as such under any of these names. Any file may be gzipped;
// .gz behind the extension is left out of account. It may be used by several
// goroutines.
type Reader struct {
	others Decoders
}

// NewReader makes a reader that knows other formats beside its own.
func NewReader(others Decoders) *Reader {
	return &Reader{others: maps.Clone(others)}
}

// Decode reads an article file of this package's own formats; see
// [Reader.Decode].
func Decode(name string, r io.Reader) (alerts.Batch, error) {
	return NewReader(nil).Decode(name, r)
}

// Knows tells whether a file of this name can be read.
func (r *Reader) Knows(name string) bool {
	switch ext := extension(name); ext {
	case ".txt", ".jsonl", ".json", ".xml":
		return true
	default:
		return r.others[ext] != nil
	}
}

// extension is that of the name, .gz aside, in lower case. "-" stands for JSON
// lines.
func extension(name string) string {
	if name == "-" {
		return ".jsonl"
	}
	name = strings.ToLower(filepath.ToSlash(name))
	return path.Ext(strings.TrimSuffix(name, ".gz"))
}

// Decode reads the file that in holds. name says what it is, and stands in the
// places of problems; "-" is JSON lines. The error is for a file of which
// nothing can be read; it does not repeat the name.
func (r *Reader) Decode(name string, in io.Reader) (alerts.Batch, error) {
	if !r.Knows(name) {
		known := []string{".txt", ".jsonl", ".json", ".xml"}
		for _, ext := range slices.Sorted(maps.Keys(r.others)) {
			if !slices.Contains(known, ext) {
				known = append(known, ext)
			}
		}
		return alerts.Batch{}, fmt.Errorf("it is no article file: its name should end with one of %s, or with .gz behind that",
			strings.Join(known, ", "))
	}
	plain, err := decompress(in)
	if err != nil {
		return alerts.Batch{}, fmt.Errorf("decompressing: %w", err)
	}
	limit := int64(MaxFile)
	if extension(name) == ".jsonl" {
		limit = MaxLinesFile
	}
	b, err := r.decode(name, &limited{r: plain, limit: limit, left: limit})
	b.Kind = alerts.FileSource
	return b, err
}

// jsonLines are the content types that JSON lines go by.
var jsonLines = regexp.MustCompile(`(?i)^application/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)\b`)

// MaxBody is the largest body that [DecodeBody] reads, in bytes after
// decompression.
const MaxBody = 16 << 20

// DecodeBody reads articles that were sent and not filed: JSON lines, ninjs,
// NewsML, NITF or telegrams, whichever the content shows, gzipped or not. The
// content type decides between JSON lines and ninjs where one line could be
// either. Places name the line or the item ("line 3"), and are empty where there
// is one item only.
func DecodeBody(contentType string, in io.Reader) (alerts.Batch, error) {
	name := "body.json"
	if jsonLines.MatchString(contentType) {
		name = "body.jsonl"
	}
	plain, err := decompress(in)
	if err != nil {
		return alerts.Batch{}, fmt.Errorf("decompressing: %w", err)
	}
	b, err := NewReader(nil).decode(name, &limited{r: plain, limit: MaxBody, left: MaxBody})
	b.Kind = alerts.FileSource
	for i, p := range b.Problems {
		place := strings.TrimPrefix(p.Place, name)
		if n, ok := strings.CutPrefix(place, ":"); ok && !strings.HasPrefix(n, " ") {
			place = "line " + n
		}
		b.Problems[i].Place = strings.TrimPrefix(place, ": ")
	}
	return b, err
}

func (r *Reader) decode(name string, in io.Reader) (alerts.Batch, error) {
	if extension(name) == ".jsonl" {
		return decodeLines(name, in)
	}
	return r.decodeAny(name, in)
}

// decompress unpacks what begins as gzip does, whatever its name.
func decompress(in io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(in)
	magic, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(magic) != "\x1f\x8b" {
		return buffered, nil
	}
	return gzip.NewReader(buffered)
}

// limited fails when there is more to read than is left.
type limited struct {
	r           io.Reader
	limit, left int64
}

// Read implements [io.Reader].
func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("the gzipped data breaks off: %w", err)
	}
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("%w: at most %d bytes are read", ErrTooLarge, l.limit)
	}
	return n, err
}
