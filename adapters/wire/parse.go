package wire

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

const (
	maxHeadline = 300 // bytes; more in several lines is no headline but a text
	maxNear     = 12  // lines from the end at which the link is looked for
)

// Parse takes wire texts apart. A file may hold several stories, each of which
// begins with its date line. The encoding is UTF-8, UTF-16 with a byte order
// mark, GB18030 or Windows-1252, whichever the bytes are valid in. name is for
// the places of problems: stories without a headline.
func Parse(name string, data []byte) ([]Story, []alerts.ItemProblem) {
	var (
		stories  []Story
		problems []alerts.ItemProblem
	)
	for _, part := range split(lines(plain.UTF8(data, ""))) {
		s, err := part.story()
		if err != nil {
			problems = append(problems, alerts.ItemProblem{Place: fmt.Sprintf("%s:%d", name, part.first), Err: err})
			continue
		}
		stories = append(stories, s)
	}
	return stories, problems
}

// lines divides a text, whatever its line endings, and drops what can't be
// seen. Space at the begin of a line stays, for it may mark a paragraph.
func lines(text string) []string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	list := strings.Split(lineEndings.Replace(text), "\n")
	for i, l := range list {
		list[i] = strings.TrimRightFunc(strings.Map(visible, l), unicode.IsSpace)
	}
	return list
}

var lineEndings = strings.NewReplacer(
	"\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n")

// visible maps every space to a plain one, and drops controls and marks of no
// width.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), r == '\u00AD', r == '\u200B', r == '\u2060', r == '\uFEFF', r == '\u202D', r == '\u202E':
		return -1
	}
	return r
}

// chunk is the lines of one story.
type chunk struct {
	lines []string
	first int // the number of the first line, from 1
	date  time.Time
	wire  string
}

var (
	// dateLine is "date 2024-03-20 AUSTRALIAN ASSOCIATED PRESS". On the first
	// line of a file the word date may be missing, and the date written
	// otherwise; elsewhere only the strict form begins a new story.
	dateLine  = regexp.MustCompile(`^ *(?i:date):? +(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}\S*)?(?: +(.*))?$`)
	firstLine = regexp.MustCompile(`^ *(?:(?i:date):? *)?(` + datePattern + `)(?:[T ]\d{2}:\d{2}\S*)?(?:,? +(.*))?$`)
)

// split divides the lines of a file into stories.
func split(all []string) []chunk {
	var parts []chunk
	begun := false
	for i, l := range all {
		form := dateLine
		if !begun {
			form = firstLine
		}
		m := form.FindStringSubmatch(l)
		if m != nil && isDate(m[1]) && isName(m[2]) {
			parts = append(parts, chunk{first: i + 1, date: parseDate(m[1], time.Time{}), wire: spellName(m[2])})
			begun = true
			continue
		}
		if l == "" && !begun {
			continue
		}
		if !begun {
			parts = append(parts, chunk{first: i + 1})
			begun = true
		}
		last := &parts[len(parts)-1]
		last.lines = append(last.lines, l)
	}
	return parts
}

// isName tells whether s may be the name of an agency, and not the rest of a
// sentence: no word but the small ones begins with a small letter.
func isName(s string) bool {
	if utf8.RuneCountInString(s) > 80 || strings.HasSuffix(s, ":") {
		return false
	}
	for i, w := range strings.Fields(s) {
		r, _ := utf8.DecodeRuneInString(w)
		if unicode.IsLower(r) && (i == 0 || !small[w]) {
			return false
		}
	}
	return true
}

// story takes the lines apart: from the end the credit and the link, from the
// begin the headline and the distributor, and what is left is the body.
func (c chunk) story() (Story, error) {
	s := Story{Line: c.first, Date: c.date, Agency: c.wire}
	rest := dropEnds(c.lines)
	rest, s.Credit = takeCredit(rest)
	rest, s.Link = takeLink(rest)
	rest, credited := takeOpening(dropBlank(rest))
	s.Credit = cmp.Or(s.Credit, credited)
	rest, s.Headline = takeHeadline(dropBlank(rest))
	if s.Headline == "" {
		return s, errors.New("the story has no headline")
	}
	near := s.Date
	rest = dropBlank(rest)
	if len(rest) > 0 {
		if name, date, ok := distributorLine(rest[0], near); ok {
			s.Distributor, s.DistributorDate = name, date
			rest = dropBlank(rest[1:])
		}
	}
	if near.IsZero() {
		near = s.DistributorDate
	}
	list := paragraphs(rest)
	if len(list) > 0 {
		d, ok := parseDateline(list[0], near)
		if ok {
			s.Dateline = Dateline{Place: d.place, Date: d.date}
			if s.Distributor == "" {
				s.Distributor = d.distributor
			}
			if d.alone && len(list) > 1 {
				list[1] = list[0] + " " + list[1]
				list = list[1:]
			}
		}
	}
	s.Body = strings.Join(list, "\n\n")
	for i, p := range list {
		if i > 0 && i+1 < len(list) && isCrossHead(p) {
			s.CrossHeads = append(s.CrossHeads, p)
		}
	}
	return s, nil
}

// dropBlank drops blank lines at the begin.
func dropBlank(list []string) []string {
	for len(list) > 0 && list[0] == "" {
		list = list[1:]
	}
	return list
}

var endMark = regexp.MustCompile(`^ *(?:#+|-+ ?(?i:ends?|30) ?-+|(?i:ends)|\*{3,})$`)

// dropEnds drops blank lines and the marks of an end (ENDS, ###) at the end.
func dropEnds(list []string) []string {
	for len(list) > 0 && (list[len(list)-1] == "" || endMark.MatchString(list[len(list)-1])) {
		list = list[:len(list)-1]
	}
	return list
}

// released is the line behind "Source: Acme" where that opens a story, as
// AsiaNet files them.
var released = regexp.MustCompile(`^ *(?i:media|press|news) (?i:release)\b.{0,20}$`)

// takeOpening takes "Source: Acme" and "MEDIA RELEASE PR1234" out where a story
// begins with both.
func takeOpening(list []string) (rest []string, credited string) {
	if len(list) > 2 && released.MatchString(list[1]) {
		if m := credit.FindStringSubmatch(list[0]); m != nil {
			return list[2:], m[1]
		}
	}
	return list, ""
}

var credit = regexp.MustCompile(`^ *(?:SOURCE:? +|(?i:source): *|(?:来源|來源)[:：] *)(\S.*)$`)

// behindCredit is a line that may stand behind the credit: a contact, a link.
var behindCredit = regexp.MustCompile(`^ *(?i:(?:(?:media|press) )?contacts?\b|related links$|logo\b|photo\b)|://|\w@\w`)

// takeCredit takes the line "SOURCE CGTN" out, behind which nothing but links
// and contacts may stand.
func takeCredit(list []string) (rest []string, name string) {
	for i := len(list) - 1; i > 0; i-- {
		if m := credit.FindStringSubmatch(list[i]); m != nil && webLink(m[1]) == "" {
			return dropEnds(without(list, i, 1)), m[1]
		}
		if l := list[i]; l != "" && !bareLink.MatchString(l) && !behindCredit.MatchString(l) && !endMark.MatchString(l) {
			break
		}
	}
	return list, ""
}

var (
	bareLink  = regexp.MustCompile(`^ *<?(https?://[^\s<>]+|www\.[^\s<>/]+\.[^\s<>/]+/[^\s<>]*)>?$`)
	namedLink = regexp.MustCompile(`^ *(?i:view original content[^:]*|(?:original |source )?(?:link|url)|source|read more|full story): *<?(https?://[^\s<>]+)>?$`)
)

// takeLink takes the source's address out: alone on a line, the one nearest to
// the end counts; else one that is named as the source.
func takeLink(list []string) (rest []string, link string) {
	for _, form := range []*regexp.Regexp{bareLink, namedLink} {
		for i := len(list) - 1; i > 0 && i >= len(list)-maxNear; i-- {
			if m := form.FindStringSubmatch(list[i]); m != nil && webLink(m[1]) != "" {
				n, more := linkGoesOn(list, i)
				return dropEnds(without(list, i, n)), webLink(m[1] + more)
			}
		}
	}
	return list, ""
}

var linkRest = regexp.MustCompile(`^[!#-;=?-~]*[/.?=&%_\d-][!#-;=?-~]*$`)

// linkGoesOn gives the number of lines from i on over which a wrapped link goes
// on, and what those after the first hold: words without a space, which directly
// follow a line that is long enough to have been wrapped.
func linkGoesOn(list []string, i int) (n int, more string) {
	const width = 50 // of the narrowest text that is wrapped, in characters
	n = 1
	for j := i + 1; j < len(list) && len(list[j-1]) >= width && linkRest.MatchString(list[j]) && webLink(list[j]) == ""; j++ {
		n++
		more += list[j]
	}
	return n, more
}

// without gives list without the n lines from i on, which may have been a
// paragraph of their own: where blank lines divide, one stays in their place.
func without(list []string, i, n int) []string {
	if !slices.Contains(list, "") {
		return slices.Concat(list[:i], list[i+n:])
	}
	return slices.Concat(list[:i], []string{""}, list[i+n:])
}

// takeHeadline takes the first line, and those that go on with it: a wrapped
// headline ends with a blank line and without a full stop.
func takeHeadline(list []string) (rest []string, headline string) {
	if len(list) == 0 {
		return nil, ""
	}
	n := 1
	for n < len(list) && list[n] != "" {
		n++
	}
	headline = strings.TrimSpace(list[0])
	if n > 3 || n == len(list) || len(list[0]) < 40 {
		return list[1:], headline
	}
	whole := headline
	for _, l := range list[1:n] {
		_, dated := parseDateline(strings.TrimSpace(l), time.Time{})
		if _, _, ok := distributorLine(l, time.Time{}); ok || dated || endsSentence(l) {
			return list[1:], headline
		}
		whole = join(whole, strings.TrimSpace(l))
	}
	if len(whole) > maxHeadline {
		return list[1:], headline
	}
	return list[n:], whole
}
