package wire

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// webLink gives the address that s is; empty if it is none.
func webLink(s string) string {
	s = strings.TrimRight(s, ".,;)")
	if strings.HasPrefix(s, "www.") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return s
}

var (
	distributor = regexp.MustCompile(`^[ /-]*(\S(?:.{0,58}\S)??)(?:[,/ -]|—|–)+(` + datePattern + `)[ /]*$`)
	// wireWord is a sign that a name is a distributor's and not a place's:
	// "BEIJING, March 20" is no distributor line.
	wireWord = regexp.MustCompile(`(?i)wire|news|press|media|agency|agentur|xinhua|tass|asianet|^prn$`)
)

// distributorLine reads "PRNewswire March 20, 2024".
func distributorLine(l string, near time.Time) (name string, date time.Time, ok bool) {
	m := distributor.FindStringSubmatch(l)
	if m == nil || !isDate(m[2]) || !wireWord.MatchString(m[1]) || !isName(m[1]) {
		return "", time.Time{}, false
	}
	return spellName(strings.Trim(m[1], " /,-")), parseDate(m[2], near), true
}

// dateline is the begin of a first paragraph.
type dateline struct {
	place       string
	date        time.Time
	distributor string
	alone       bool // there is nothing behind it
}

var (
	// datelineEnd divides a dateline from the text.
	datelineEnd = regexp.MustCompile(`\s+(?:—|–|-{1,3}|―)(?:\s+|$)|\s*(?:—|――|--)\s*`)
	slashEnd    = regexp.MustCompile(`/[^/\s][^/]{1,38}/(?:[\s.]|$)`)
	inSlashes   = regexp.MustCompile(`^(.*?),?\s*/(?:(?i:via )\s*)?([^/]{2,40})/$`)
	inBrackets  = regexp.MustCompile(`^(.*?),?\s*\([^()]{2,40}\)$`)
	dateAtEnd   = regexp.MustCompile(`^(.*?)[,.]?\s+(` + datePattern + `)$`)
	hanDateline = regexp.MustCompile(`^(?:\p{Han}{2,8}[社网報报])?(\p{Han}{2,8}?)(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:电|電|讯|訊)`)
)

const maxDateline = 160 // bytes

// parseDateline reads "BEIJING, March 20, 2024 /PRNewswire/ — ", "WASHINGTON
// (Reuters) - ", "MOSCOW, March 20. /TASS/. " and 新华社北京3月20日电 at the
// begin of a paragraph. A year that is missing is the one nearest to near.
func parseDateline(p string, near time.Time) (dateline, bool) {
	if m := hanDateline.FindStringSubmatch(p); m != nil {
		return dateline{place: m[1], date: makeDate(m[2], int(atoi(m[3])), m[4], near)}, true
	}
	end := 0
	if at := slashEnd.FindStringIndex(p[:min(len(p), maxDateline)]); at != nil {
		end = at[0] + strings.LastIndexByte(p[at[0]:at[1]], '/') + 1
	} else if at := datelineEnd.FindStringIndex(p[:min(len(p), maxDateline)]); at != nil {
		end = at[0]
	}
	if end == 0 {
		return dateline{}, false
	}
	d := dateline{alone: strings.Trim(p[end:], " -—–―.") == ""}
	head, marked := strings.TrimSpace(p[:end]), false
	if m := inSlashes.FindStringSubmatch(head); m != nil {
		head, d.distributor, marked = m[1], spellName(m[2]), true
	} else if m := inBrackets.FindStringSubmatch(head); m != nil {
		head, marked = m[1], true
	}
	if m := dateAtEnd.FindStringSubmatch(strings.TrimRight(head, ".")); m != nil && isDate(m[2]) {
		head, d.date, marked = m[1], parseDate(m[2], near), true
	}
	d.place = strings.TrimRight(strings.TrimSpace(head), ",")
	return d, isPlace(d.place, marked)
}

func atoi(digits string) (n int64) {
	for _, r := range digits {
		n = n*10 + int64(r-'0')
	}
	return n
}

// isPlace tells whether s names a place: few words, each of which begins as a
// name does. Without a date or an agency behind it (marked), the first must be
// in capitals.
func isPlace(s string, marked bool) bool {
	list := strings.Fields(s)
	if len(list) == 0 || len(list) > 8 || utf8.RuneCountInString(s) > 60 || strings.ContainsAny(s, "\"“”:;?!") {
		return false
	}
	for i, w := range list {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) && !unicode.Is(unicode.Han, r) && (i == 0 || !small[strings.ToLower(w)]) {
			return false
		}
	}
	first := list[0]
	return marked || utf8.RuneCountInString(first) > 1 && strings.ToUpper(first) == first
}

// isCrossHead tells whether a paragraph is a heading: short, of one sentence
// that has no end.
func isCrossHead(p string) bool {
	return len(strings.Fields(p)) <= 12 && utf8.RuneCountInString(p) <= 80 && !endsSentence(p) &&
		!strings.HasSuffix(p, ",") && !strings.HasSuffix(p, ":") && !bullet.MatchString(p) &&
		strings.IndexFunc(p, unicode.IsLetter) >= 0 && !strings.Contains(p, "://") && !strings.Contains(p, "@")
}

// endsSentence tells whether l ends as a sentence does, closing quotes and
// brackets aside.
func endsSentence(l string) bool {
	l = strings.TrimRight(l, " \"'”’»)]」』）")
	r, _ := utf8.DecodeLastRuneInString(l)
	return strings.ContainsRune(".!?…。！？؟।", r)
}
