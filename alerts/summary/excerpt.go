package summary

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/text"
)

const ellipsis = "…"

// SentenceLimit is how many characters (code points) of a sentence an alert
// shows: text without full stops would else be one sentence of pages.
const SentenceLimit = 600

// Fit cuts each sentence of r to at most limit characters as [Excerpt] does.
func (r Result) Fit(limit int) Result {
	var out Result
	for i, s := range r.Sentences {
		var marks []alerts.Highlight
		for _, h := range r.Highlights {
			if h.Sentence == i {
				marks = append(marks, h)
			}
		}
		s, marks = Excerpt(s, marks, limit)
		out.Sentences = append(out.Sentences, s)
		out.Highlights = append(out.Highlights, marks...)
	}
	return out
}

// Excerpt cuts s to at most limit characters (code points), with an ellipsis
// in place of what was cut, and gives the highlights that are left, moved to
// where they are in the result. Highlights are ordered and their offsets are
// in s, which may be several sentences; their Sentence is kept.
//
// It keeps the beginning of s, ending with a sentence where that costs at most
// a third of limit, else with a word; if the first highlight lies behind that,
// a stretch around the highlight. A highlight or a word is cut only where it
// has no room by itself, and a user-perceived character (UAX #29) never: where
// not even one has room, the result is the ellipsis, or with limit < 1 empty.
// It takes linear time.
func Excerpt(s string, highlights []alerts.Highlight, limit int) (string, []alerts.Highlight) {
	if limit < 1 {
		return "", nil
	}
	if utf8.RuneCountInString(s) <= limit {
		return s, highlights
	}
	marks := make([]extent, 0, len(highlights))
	for _, h := range highlights {
		marks = append(marks, extent{h.Start, h.End})
	}
	c := cutter{stops: stops(s, marks), sentences: sentenceEnds(s)}
	cut := c.window(marks, limit)

	out, shift := s[cut.start:cut.end], -cut.start
	if cut.start > 0 {
		out = ellipsis + out
		shift += len(ellipsis)
	}
	if cut.end < len(s) {
		if c.sentences[cut.end] && cut.start < cut.end {
			out += " "
		}
		out += ellipsis
	}
	var kept []alerts.Highlight
	for _, h := range highlights {
		if from, to := max(h.Start, cut.start), min(h.End, cut.end); from < to {
			kept = append(kept, alerts.Highlight{Sentence: h.Sentence, Start: from + shift, End: to + shift})
		}
	}
	return out, kept
}

// stop is a place between two characters of a text.
type stop struct {
	at, runes    int  // bytes and code points before it
	begins, ends bool // a cut text may well begin, or end, here
	within       bool // a highlight would be cut here
}

// cutter looks for the best places to cut a text.
type cutter struct {
	stops     []stop       // ascending, from the text's beginning to its end
	sentences map[int]bool // the bytes at which sentences end
}

func stops(s string, marks []extent) []stop {
	out := []stop{{begins: true}}
	runes := 0
	segments := words.FromString(s)
	for segments.Next() {
		seg := segments.Value()
		out[len(out)-1].begins = opens(seg)
		inner := graphemes.FromString(seg)
		for inner.Next() {
			runes += utf8.RuneCountInString(inner.Value())
			at := segments.Start() + inner.End()
			out = append(out, stop{at: at, runes: runes, within: inside(marks, at)})
		}
		out[len(out)-1].ends = closes(seg)
	}
	return out
}

func sentenceEnds(s string) map[int]bool {
	out := map[int]bool{}
	for _, sent := range text.Sentences(s) {
		out[sent.End] = true
	}
	return out
}

func inside(marks []extent, at int) bool {
	i, _ := slices.BinarySearchFunc(marks, at, func(m extent, at int) int { return m.end - at - 1 })
	return i < len(marks) && marks[i].start < at
}

// opens reports whether a text may begin with seg.
func opens(seg string) bool {
	r, _ := utf8.DecodeRuneInString(seg)
	return !unicode.IsSpace(r) && !unicode.In(r, unicode.Pe, unicode.Pf, unicode.Po, unicode.Pd)
}

// closes reports whether a text may end with seg before an ellipsis.
func closes(seg string) bool {
	r, _ := utf8.DecodeLastRuneInString(seg)
	return !unicode.IsSpace(r) && !unicode.In(r, unicode.Ps, unicode.Pi, unicode.Pd, unicode.Po) || strings.ContainsRune(`.!?。！？%"`, r)
}

// window gives the stretch to keep of a text that is longer than limit.
func (c cutter) window(marks []extent, limit int) extent {
	last := c.stops[len(c.stops)-1]
	head := c.end(stop{}, limit-1, 0)
	if len(marks) == 0 || marks[0].end <= head || limit < 3 {
		floor := 0
		if len(marks) > 0 && marks[0].end <= head {
			floor = marks[0].end
		}
		return extent{0, c.sentence(head, floor, limit)}
	}
	// Ellipses on both sides, and a third of the room before the highlight.
	room := limit - 2
	from, to := c.before(marks[0].start), c.before(marks[0].end)
	earliest := from.runes - max(0, room-(to.runes-from.runes))/3
	if last.runes-earliest < limit {
		earliest = last.runes - (limit - 1) // all that is left fits
	}
	start := from
	for _, p := range c.stops {
		if p.runes >= earliest && (p.begins && !p.within || p.at == from.at) {
			start = p
			break
		}
	}
	if last.runes-start.runes < limit {
		return extent{start.at, last.at}
	}
	return extent{start.at, c.end(start, room, marks[0].end)}
}

// before is the last stop that is not behind at.
func (c cutter) before(at int) stop {
	i, _ := slices.BinarySearchFunc(c.stops, at, func(p stop, at int) int { return p.at - at - 1 })
	return c.stops[max(i-1, 0)]
}

// end gives the byte at which to end a stretch from start with room for so
// many code points, if possible not before floor: the last end of a word
// outside of highlights, else of any word, else the last stop.
func (c cutter) end(start stop, room, floor int) int {
	var last, word, best int
	for _, p := range c.stops {
		need := p.runes - start.runes
		if need > room {
			break
		}
		if c.sentences[p.at] {
			need++ // for the space before the ellipsis
		}
		if p.at <= start.at || need > room {
			continue
		}
		last = p.at
		if p.ends {
			word = p.at
		}
		if p.ends && !p.within {
			best = p.at
		}
	}
	for _, at := range [...]int{best, word, last} {
		if at > start.at && at >= floor {
			return at
		}
	}
	return cmp.Or(best, word, last, start.at)
}

// sentence moves an end of the text's beginning back to the end of a sentence,
// if one lies in the last third before limit, not before floor, and leaves
// room for the space and the ellipsis.
func (c cutter) sentence(end, floor, limit int) int {
	for _, p := range slices.Backward(c.stops) {
		if p.runes*3 < limit*2 || p.at < floor {
			break
		}
		if p.at <= end && p.runes <= limit-2 && c.sentences[p.at] {
			return p.at
		}
	}
	return end
}
