package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// headSize is how much of a file its format is told by.
const headSize = 32 << 10

var xmlEncoding = regexp.MustCompile(`^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']`)

// declared is the encoding that an XML document names.
func declared(data []byte) string {
	if m := xmlEncoding.FindSubmatch(data[:min(len(data), 1024)]); m != nil {
		return string(m[1])
	}
	return ""
}

// decodeAny reads a file in the format that its content shows, and else in the
// one that its name says: wires name their files as they like.
func (r *Reader) decodeAny(name string, in io.Reader) (alerts.Batch, error) {
	buffered := bufio.NewReaderSize(in, headSize)
	head, err := buffered.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return alerts.Batch{}, err
	}
	ext := extension(name)
	isXML := isMarkup(plain.UTF8(head, declared(head)))
	if other := r.others[ext]; other != nil && !isXML && !isTelegram(head) {
		b, err := other(buffered)
		for i, p := range b.Problems {
			b.Problems[i].Place = name + ": " + p.Place
		}
		return b, err
	}
	if isXML {
		data, err := io.ReadAll(&limited{r: buffered, limit: maxDocument, left: maxDocument})
		if err != nil {
			return alerts.Batch{}, err
		}
		return decodeMarkup(name, plain.UTF8(data, declared(data)))
	}
	if root := rootName(plain.UTF8(head, declared(head))); ext == ".xml" && !isTelegram(head) {
		return alerts.Batch{}, noItem(root)
	}
	data, err := io.ReadAll(buffered)
	if err != nil {
		return alerts.Batch{}, err
	}
	switch {
	case isTelegram(data[:min(len(data), headSize)]):
		return decodeTelegrams(name, data)
	case ext == ".json" && isLines(data):
		return decodeLines(name, bytes.NewReader(data))
	case ext == ".json", isJSON(data):
		return decodeNinjs(name, data)
	}
	return decodeText(name, data)
}

// noItem tells what a document is that is in none of the news formats.
func noItem(root string) error {
	if root == "" {
		return errors.New("it is no XML")
	}
	return fmt.Errorf("there is an XML document <%s>, and no news item", root)
}

// isLines tells whether data is JSON lines: several objects, each on a line of
// its own, though some may be damaged.
func isLines(data []byte) bool {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\uFEFF")))
	return bytes.HasPrefix(data, []byte("{")) && bytes.Contains(data, []byte("\n{")) && !json.Valid(data)
}

// isJSON tells whether data is JSON, and not a text that begins with a bracket.
func isJSON(data []byte) bool {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\uFEFF")))
	return len(data) > 1 && (data[0] == '{' || data[0] == '[') && json.Valid(data)
}

// decodeText reads wire texts.
func decodeText(name string, data []byte) (alerts.Batch, error) {
	stories, problems := Parse(name, data)
	if len(stories) == 0 && len(problems) == 0 {
		problems = []alerts.ItemProblem{{Place: name + ":1", Err: errors.New("the file is empty")}}
	}
	b := alerts.Batch{Problems: problems}
	for _, s := range stories {
		b.Articles = append(b.Articles, s.Article())
	}
	return b, nil
}
