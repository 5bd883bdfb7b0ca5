package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/bellwether/bellwether/bot/ingest"
)

// fileReader walks the tree of a configuration file and collects every
// mistake with its line.
type fileReader struct {
	path   string
	config *config
	known  map[string]setting
	wrong  []mistake
}

// yamlLine finds the line in the parser's own errors.
var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// readFile sets c from the YAML text src and returns the mistakes in it.
func readFile(c *config, path string, src []byte) []mistake {
	var doc, more yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(src))
	if err := documents.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		place, problem := path, strings.TrimPrefix(err.Error(), "yaml: ")
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			place, problem = path+":"+m[1], m[2]
		}
		return []mistake{{place, "not YAML: " + problem, "look at the indents and quotes of that line and the one before"}}
	}
	if len(doc.Content) == 0 {
		return nil
	}
	r := &fileReader{path: path, config: c, known: map[string]setting{}}
	for _, s := range settings() {
		r.known[s.key] = s
	}
	r.mapping("", doc.Content[0])
	if documents.Decode(&more) == nil && len(more.Content) > 0 {
		r.fail(more.Content[0], "a second document begins here, which is not read", "remove the line --- before it")
	}
	if len(r.wrong) == 0 {
		r.wrong = repeatedNames(c.sources)
	}
	return r.wrong
}

func (r *fileReader) fail(n *yaml.Node, problem, mend string) {
	r.wrong = append(r.wrong, mistake{fmt.Sprintf("%s:%d", r.path, n.Line), problem, mend})
}

// pairs calls f for the keys of a mapping, saying what is given twice.
func (r *fileReader) pairs(n *yaml.Node, what string, f func(key string, k, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, what+" is no list of `name: value` lines", "write each setting as name: value")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if line, twice := seen[k.Value]; twice {
			r.fail(k, fmt.Sprintf("%q is set in line %d already", k.Value, line), "remove one of the two")
			continue
		}
		seen[k.Value] = k.Line
		f(k.Value, k, v)
	}
}

func (r *fileReader) mapping(prefix string, n *yaml.Node) {
	what := "the file"
	if prefix != "" {
		what = fmt.Sprintf("%q", strings.TrimSuffix(prefix, "."))
	}
	r.pairs(n, what, func(key string, k, v *yaml.Node) {
		full := prefix + key
		s, known := r.known[full]
		switch {
		case full == "sources":
			r.sources(v)
		case known:
			r.scalar(s, v)
		case r.isGroup(full):
			if v.Tag != "!!null" {
				r.mapping(full+".", v)
			}
		default:
			r.fail(k, fmt.Sprintf("unknown setting %q", full), r.suggest(full))
		}
	})
}

func (r *fileReader) isGroup(name string) bool {
	for key := range r.known {
		if strings.HasPrefix(key, name+".") {
			return true
		}
	}
	return false
}

// suggest names the setting that was probably meant.
func (r *fileReader) suggest(key string) string {
	names := []string{"sources"}
	for k := range r.known {
		names = append(names, k)
	}
	slices.Sort(names)
	best, distance := "", 4
	for _, name := range names {
		last := name[strings.LastIndexByte(name, '.')+1:]
		if d := min(editDistance(key, name), editDistance(key, last)+1); d < distance {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q? `bellwether run --help` lists them all", best)
	}
	return "remove it; `bellwether run --help` lists the settings"
}

func (r *fileReader) scalar(s setting, v *yaml.Node) {
	if v.Tag == "!!null" {
		return
	}
	if v.Kind != yaml.ScalarNode {
		r.fail(v, fmt.Sprintf("%q takes one value", s.key), "write it as "+s.key[strings.LastIndexByte(s.key, '.')+1:]+": VALUE")
		return
	}
	if err := s.set(r.config, v.Value); err != nil {
		m := asMistake("", err)
		r.fail(v, s.key+": "+m.problem, m.mend)
	}
}

func (r *fileReader) sources(n *yaml.Node) {
	if n.Tag == "!!null" {
		return // every line of the list is behind a #
	}
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "\"sources\" is no list", "begin the line of each source with a dash: - https://example.org/feed.xml")
		return
	}
	r.config.sourcesGiven = true
	for _, item := range n.Content {
		switch item.Kind {
		case yaml.ScalarNode:
			r.source(item, item.Value, sourceConfig{})
		case yaml.MappingNode:
			r.sourceMapping(item)
		default:
			r.fail(item, "a source is an address, a path, or name/url/path/interval lines", "write - https://example.org/feed.xml")
		}
	}
}

func (r *fileReader) sourceMapping(item *yaml.Node) {
	var more sourceConfig
	var value, list string
	before := len(r.wrong)
	r.pairs(item, "a source", func(key string, k, v *yaml.Node) {
		if v.Kind != yaml.ScalarNode {
			r.fail(v, fmt.Sprintf("%q takes one value", key), "write it on one line")
			return
		}
		switch key {
		case "name":
			more.name = v.Value
		case "url", "path":
			if value != "" {
				r.fail(k, "a source has either url or path", "make two sources of it")
			}
			value = v.Value
		case "opml":
			list = v.Value
		case "interval":
			d, err := time.ParseDuration(v.Value)
			if err != nil || d < time.Minute || d > 24*time.Hour {
				r.fail(v, fmt.Sprintf("interval: %q is no time from 1m to 24h", v.Value), "write it as 5m or 1h")
			}
			more.interval = d
		case "keep":
			keep, err := strconv.ParseBool(v.Value)
			if err != nil {
				r.fail(v, fmt.Sprintf("keep: %q is neither true nor false", v.Value), "write true if the files of a folder are to stay where they are")
			}
			more.keep = keep
		case "full_text":
			full, err := strconv.ParseBool(v.Value)
			if err != nil {
				r.fail(v, fmt.Sprintf("full_text: %q is neither true nor false", v.Value), "write false if a feed's teasers are to stand, true if its pages are to be read")
			}
			more.fullText = &full
		default:
			r.fail(k, fmt.Sprintf("unknown setting %q of a source", key), "a source has name, url or path, interval, keep, and full_text; or opml, interval and full_text")
		}
	})
	if len(r.wrong) > before {
		return
	}
	switch {
	case list != "" && (value != "" || more.name != "" || more.keep):
		r.fail(item, "a list of feeds has only opml, interval and full_text", "make two sources of it")
		return
	case list != "":
		r.opml(item, list, more)
		return
	case value == "":
		r.fail(item, "the source has neither url nor path", "add url: https://…, path: /folder or opml: feeds.opml")
		return
	}
	r.source(item, value, more)
}

// source adds one source; a relative path starts at the file's folder.
func (r *fileReader) source(n *yaml.Node, value string, more sourceConfig) {
	if value != "" && !strings.Contains(value, "://") && !filepath.IsAbs(value) {
		value = filepath.Join(filepath.Dir(r.path), value)
	}
	s, err := newSource(value, fmt.Sprintf("%s:%d", r.path, n.Line))
	if err != nil {
		if f, ok := errors.AsType[fault](err); ok {
			r.fail(n, f.problem, f.mend)
			return
		}
		r.fail(n, err.Error(), "correct it")
		return
	}
	if more.name == ingest.Pushed {
		r.fail(n, fmt.Sprintf("the name %q is that of articles that are sent to POST /articles", more.name), "give the source another name")
	}
	if more.name != "" {
		s.name = more.name
	}
	s.interval, s.keep, s.fullText = more.interval, more.keep, more.fullText
	r.config.sources = append(r.config.sources, s)
}

// editDistance is the Levenshtein distance of two short ASCII names.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
