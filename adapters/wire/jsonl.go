package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// MaxLine is the longest line of a JSON-lines file, in bytes.
const MaxLine = 16 << 20

// record is an article as a line of JSON has it. Title and body stay as they
// are to the byte, for spans point into them. A title must be there, but may be
// empty where there is a body: collections leave it so when they know none.
type record struct {
	ID          flexible `json:"id"`
	Title       *string  `json:"title"`
	Body        string   `json:"body"`
	URL         string   `json:"url"`
	Source      string   `json:"source"`
	Distributor string   `json:"distributor"`
	Agency      string   `json:"agency"`
	Language    string   `json:"language"`
	Lang        string   `json:"lang"`
	Published   flexible `json:"published"`
	Version     flexible `json:"version"`
	EvolvedFrom string   `json:"evolved_from"`
	Standing    string   `json:"standing"`
	Note        string   `json:"note"`
	Embargo     flexible `json:"embargo"`
}

// flexible is a string, or a number in its digits. What is neither is empty.
type flexible string

// UnmarshalJSON implements [json.Unmarshaler].
func (f *flexible) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*f = flexible(s)
		return nil
	}
	var n json.Number
	if json.Unmarshal(data, &n) == nil {
		*f = flexible(n)
	}
	return nil
}

func (r record) article() (alerts.Article, error) {
	a := alerts.Article{
		ID:          strings.TrimSpace(string(r.ID)),
		Body:        r.Body,
		URL:         strings.TrimSpace(r.URL),
		Publisher:   r.Source,
		Distributor: r.Distributor,
		Agency:      r.Agency,
		Language:    languageTag(r.Language, r.Lang),
		Published:   parseTime(string(r.Published)),
		Version:     versionOf(string(r.Version)),
		EvolvedFrom: strings.TrimSpace(r.EvolvedFrom),
		Note:        r.Note,
		Embargo:     parseTime(string(r.Embargo)),
	}
	switch r.Standing {
	case "", "usable":
	case string(alerts.Corrected), string(alerts.Withdrawn):
		a.Standing = alerts.Standing(r.Standing)
	default:
		return a, fmt.Errorf("standing is %q, and should be usable, corrected or withdrawn", r.Standing)
	}
	if r.Title != nil {
		a.Title = *r.Title
	}
	switch {
	case a.ID == "":
		return a, errors.New("the article has no id")
	case a.Standing == alerts.Withdrawn:
		return a, nil
	case r.Title == nil:
		return a, errors.New("the article has no title")
	case strings.TrimSpace(a.Title) == "" && strings.TrimSpace(a.Body) == "":
		return a, errors.New("the article is empty: it has neither a title nor a body")
	}
	return a, nil
}

// languageTag is the first tag that is given, in lower case.
func languageTag(tags ...string) string {
	for _, t := range tags {
		if t = strings.TrimSpace(t); t != "" {
			return strings.ToLower(strings.ReplaceAll(t, "_", "-"))
		}
	}
	return ""
}

// decodeLines reads articles, one a line. A line that can't be read is a
// problem; blank lines are nothing.
func decodeLines(name string, r io.Reader) (alerts.Batch, error) {
	var b alerts.Batch
	in := bufio.NewReaderSize(r, 64<<10)
	for number := 1; ; number++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return b, fmt.Errorf("reading line %d: %w", number, err)
		}
		var a alerts.Article
		if err == nil {
			line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\uFEFF")))
			if len(line) == 0 {
				continue
			}
			a, err = decodeLine(line)
		}
		if err != nil {
			b.Problems = append(b.Problems, alerts.ItemProblem{Place: fmt.Sprintf("%s:%d", name, number), Err: err})
			continue
		}
		b.Articles = append(b.Articles, a)
	}
}

// decodeLine reads a line, which may be a ninjs item too.
func decodeLine(line []byte) (alerts.Article, error) {
	a, err := decodeRecord(line)
	if err == nil || !bytes.Contains(line, []byte(`"uri"`)) {
		return a, err
	}
	if a, itemErr := decodeItem(line); itemErr == nil {
		return a, nil
	}
	return a, err
}

func decodeRecord(line []byte) (alerts.Article, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return alerts.Article{}, notAnArticle(err)
	}
	return r.article()
}

// notAnArticle says in plain words what the JSON package found in a line.
func notAnArticle(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return fmt.Errorf("the line holds a JSON %s, and no object with id and title", wrong.Value)
		}
		return fmt.Errorf("%q is a JSON %s, and should be a string", wrong.Field, wrong.Value)
	}
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("the line is not JSON, at byte %d: %w", wrong.Offset, err)
	}
	return fmt.Errorf("the line is no article: %w", err)
}

var errLongLine = fmt.Errorf("the line is longer than %d bytes", MaxLine)

// readLine reads a line with its end; io.EOF behind the last. Of a line that
// is too long nothing is kept, and the next call gives the line after it.
func readLine(in *bufio.Reader) ([]byte, error) {
	var (
		line []byte
		long bool
	)
	for {
		part, err := in.ReadSlice('\n')
		if long = long || len(line)+len(part) > MaxLine; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && (err == nil || errors.Is(err, io.EOF)):
			return nil, errLongLine
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil
		}
		return line, err
	}
}
