package wire

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// The control characters that divide the parts of a telegram.
const (
	soh = "\x01" // begins the header
	stx = "\x02" // begins the text
	etx = "\x03" // ends the text
	eot = "\x04" // ends the telegram
	syn = "\x16"
)

// isTelegram tells whether a file begins as IPTC 7901, ANPA-1312 or the
// envelope ZCZC … NNNN of telex do.
func isTelegram(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n\x00"+syn)
	return bytes.HasPrefix(head, []byte(soh)) && bytes.Contains(head, []byte(stx)) || telexBegin.Match(head)
}

var telexBegin = regexp.MustCompile(`^(?i:ZCZC)(?: |\r|\n)`)

// decodeTelegrams reads a file of telegrams, one behind the other.
func decodeTelegrams(name string, data []byte) (alerts.Batch, error) {
	var b alerts.Batch
	for part := range strings.SplitSeq(plain.UTF8(data, ""), eot) {
		part = strings.TrimLeft(part, " \t\r\n\x00")
		if strings.Trim(part, " \t\r\n\x00\x0c\x7f"+etx) == "" {
			continue
		}
		a, err := telegram(part)
		if err == nil {
			a, err = finish(a)
		}
		if err != nil {
			b.Problems = append(b.Problems, alerts.ItemProblem{Place: name, Err: err})
			continue
		}
		b.Articles = append(b.Articles, a)
	}
	return b, nil
}

func telegram(part string) (alerts.Article, error) {
	if telexBegin.MatchString(part) {
		return telex(part)
	}
	body, end, _ := strings.Cut(part, etx)
	head, body, ok := strings.Cut(strings.TrimLeft(body, syn), stx)
	switch {
	case !ok:
		return alerts.Article{}, errors.New("the telegram has no text: the character STX is missing")
	case strings.HasPrefix(part, syn), strings.HasPrefix(strings.TrimSpace(body), "^"):
		return anpa(head, body, end), nil
	}
	return iptc7901(head, body, end), nil
}

var (
	iptcHeader = regexp.MustCompile(`^\x01?([a-z]{2,4})(\d{2,5}) +(\d)(?: +([a-z]+))?(?: +\d+)?(.*)$`)
	// iptcSender is the agency's own name and number behind the codes: "dpa 061".
	iptcSender = regexp.MustCompile(`([\p{L}-]{2,12}) *\d{1,5}\s*$`)
	iptcEnd    = regexp.MustCompile(`(\d{2})(\d{2})(\d{2})(?: +[A-Z]{3})? +(\p{L}{3,4})\.? +(\d{2,4})`)
)

// iptc7901 reads a telegram of IPTC 7901, "The Text Transmission Format".
func iptc7901(head, body, end string) alerts.Article {
	var slug []string
	agency := ""
	for i, l := range lines(head) {
		if i > 0 && l != "" {
			slug = append(slug, strings.Trim(l, " /="))
			continue
		}
		if m := iptcHeader.FindStringSubmatch(l); m != nil {
			agency = m[1]
			if s := iptcSender.FindStringSubmatch(m[5]); s != nil {
				agency = s[1]
			}
		}
	}
	var sent time.Time
	if m := iptcEnd.FindStringSubmatch(end); m != nil {
		sent = telegramTime(m[5], months[strings.ToLower(m[4])], m[1], m[2]+m[3])
	}
	list := lines(body)
	opening := 0 // lines of headline, marks and byline: the last ends with "="
	for i, l := range list[:min(len(list), 8)] {
		if strings.HasSuffix(l, "=") {
			opening = i + 1
			break
		}
	}
	if opening == 0 && len(list) > 0 {
		opening = 1
	}
	o := open(list[:opening])
	a := wireArticle(o.headline, list[opening:], agency, sent)
	a.Standing, a.Note = o.standing, o.note
	a.ID = digestID("iptc7901", agency, sent.Format(time.DateOnly), strings.Join(slug, " "), a.Title)
	return a
}

// opening is what stands before a telegram's text.
type opening struct {
	headline, note string
	standing       alerts.Standing
}

var (
	// marking is a line that says what kind of version the telegram is.
	marking    = regexp.MustCompile(`^\(?(?:\d{0,2}(?:ST|ND|RD|TH)? ?LEAD|REFILE|REPEAT|UPDATE[S\d ]*|URGENT|EXTRA|FLASH|ALERT|BREAKING|EDS|EILT|Achtung|ADVISORY|(?:MANDATORY )?KILL(?:ED)?|WITHDRAWN?|CORRECT(?:ED|ION|S)|KORREKTUR|BERICHTIGUNG)\b[^\p{Ll}]*\)?$|^\(Achtung\)$`)
	corrects   = regexp.MustCompile(`\b(?:CORRECT(?:ED|ION|S|IVE)|CORREX|KORREKTUR|BERICHTIGUNG)\b`)
	kills      = regexp.MustCompile(`\b(?:KILL(?:ED)?|WITHDRAWN?)\b`)
	bylineForm = regexp.MustCompile(`^(?:By|Von|Par|Por|Di) \S`)
	noteForm   = regexp.MustCompile(`^(?i:eds?|editors?|note)\b\.?[,:] *(.*)$`)
	photoForm  = regexp.MustCompile(`^(?:\p{Lu}+ )?(?:Photos?|Graphic|Video)\b`)
)

// open tells the lines of an opening apart.
func open(list []string) opening {
	var o opening
	var headline []string
	for _, l := range list {
		l = strings.TrimSpace(strings.TrimRight(l, "=< "))
		switch note := noteForm.FindStringSubmatch(l); {
		case l == "", photoForm.MatchString(l), len(headline) > 0 && bylineForm.MatchString(l):
		case note != nil:
			o.note = note[1]
		case marking.MatchString(l):
			o.standing = standingIn(l, o.standing)
		default:
			headline = append(headline, l)
		}
	}
	o.headline = strings.Join(headline, " ")
	return o
}

// standingIn reads the marks of a kill and a correction, which stand in
// capitals.
func standingIn(s string, otherwise alerts.Standing) alerts.Standing {
	switch {
	case kills.MatchString(s):
		return alerts.Withdrawn
	case corrects.MatchString(s):
		return alerts.Corrected
	}
	return otherwise
}

var (
	titleCorrects = regexp.MustCompile(`^(?:CORRECTED|CORRECTION|CORRECTS|CORREX)\b`)
	noteCorrects  = regexp.MustCompile(`^(?i:(?:eds?|editors?)\b\.?[,:] *)?(?i:correct(?:s|ed|ing|ion))\b`)
)

// saysCorrected tells whether headline or note say that the text is corrected,
// as agencies write it where their format has no place for it.
func saysCorrected(title, note string) bool {
	return titleCorrects.MatchString(title) || noteCorrects.MatchString(note)
}

var (
	anpaSlug = regexp.MustCompile(`^\^?(.*?)(?:,(\d+))?<?\s*$`)
	anpaEnd  = regexp.MustCompile(`(?:([A-Z]{2,4})-[A-Z]{2}-)?(\d{2})-(\d{2})-(\d{2,4}) (\d{4})(?:GMT|Z|UTC)?`)
	// anpaVersion are the words behind a slug that tell its versions apart.
	anpaVersion = regexp.MustCompile(`(?i),? *\b(?:\d+(?:st|nd|rd|th) +)?(?:ld|lead|add|sub|take)\b(?:-?writethru)?|,? *\b(?:writethru|correct(?:ion|ive|ed|s)|correx|kill|mandatory kill|withdrawn?)\b`)
	anpaHead    = regexp.MustCompile(`^\^.*[<=]\s*$`)
	anpaSigns   = strings.NewReplacer("``", "“", "''", "”", " _ ", " — ")
)

// anpa reads a telegram of ANPA-1312, in which American agencies file: after
// the header lines that begin with "^" and end with "<" or "=".
func anpa(_, body, end string) alerts.Article {
	body = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' {
			return r
		}
		return visible(r)
	}, lineEndings.Replace(body))
	list := strings.Split(strings.TrimLeft(body, "\n "), "\n")
	slug := ""
	if _, s, ok := strings.Cut(list[0], "^"); ok {
		slug = anpaSlug.FindStringSubmatch(s)[1]
		list = list[1:]
	}
	var before []string
	for len(list) > 0 && anpaHead.MatchString(list[0]) {
		before = append(before, strings.TrimPrefix(list[0], "^"))
		list = list[1:]
	}
	var o opening // of the first line that is a headline, the lines behind it sum up
	for _, l := range before {
		one := open([]string{l})
		if byline := strings.HasSuffix(strings.TrimSpace(l), "="); o.headline == "" && !byline {
			o.headline = one.headline
		}
		o.note, o.standing = firstText(o.note, one.note), cmp.Or(o.standing, one.standing)
	}
	agency, sent := "", time.Time{}
	if m := anpaEnd.FindStringSubmatch(end); m != nil {
		agency = m[1]
		sent = telegramTime(m[4], int(atoi(m[2])), m[3], m[5])
	}
	a := wireArticle(anpaSigns.Replace(o.headline), anpaText(list), agency, sent)
	a.Note = o.note
	a.Standing = standingIn(strings.ToUpper(slug), o.standing)
	story := strings.TrimSpace(anpaVersion.ReplaceAllString(slug, ""))
	if !strings.Contains(story, "--") { // else it names a story, and not a genre
		story += "\n" + a.ID
	}
	a.ID = digestID("anpa", agency, sent.Format(time.DateOnly), story)
	return a
}

// anpaText gives the lines of a text with a blank one before each paragraph:
// those begin with a tab, or with "^".
func anpaText(list []string) []string {
	var out []string
	for _, l := range list {
		if strings.HasPrefix(l, "\t") || strings.HasPrefix(l, "^") {
			out = append(out, "")
		}
		l = strings.TrimRight(strings.TrimLeft(l, "^\t "), " <")
		if l == "___" {
			l = ""
		}
		out = append(out, strings.TrimLeft(lines(anpaSigns.Replace(l))[0], "^ "))
	}
	return out
}

// wireArticle reads text as the body of a wire text.
func wireArticle(headline string, text []string, agency string, sent time.Time) alerts.Article {
	for i, l := range text { // no headline is longer than its line
		text[i] = strings.ReplaceAll(l, "\t", "    ")
	}
	all := text
	if headline != "" {
		all = append([]string{headline, ""}, text...)
	}
	s, err := chunk{lines: all, date: sent, wire: agencyName(agency)}.story()
	if err != nil {
		return alerts.Article{Agency: agencyName(agency), Published: sent}
	}
	if headline == "" { // the text's own first line is no headline
		s.Headline = ""
		s.Body = strings.Join(paragraphs(text), "\n\n")
	}
	a := s.Article()
	if headline == "" && s.Link == "" {
		a.ID = digestID(s.Agency, s.Body)
	}
	a.Publisher = cmp.Or(a.Publisher, a.Agency)
	a.Published = sent
	return a
}

// agencyNames are the agencies whose codes are not their names.
var agencyNames = map[string]string{
	"ap": "Associated Press", "aap": "Australian Associated Press", "afp": "Agence France-Presse", "eca": "dpa",
	"rtr": "Reuters", "rtrs": "Reuters", "upi": "United Press International", "cp": "Canadian Press",
}

func agencyName(code string) string {
	if name := agencyNames[strings.ToLower(code)]; name != "" {
		return name
	}
	return code
}

// telegramTime is a time in UTC; zero for a day that is not in the calendar.
func telegramTime(year string, month int, day, clock string) time.Time {
	y, err := strconv.Atoi(year)
	if err != nil || len(clock) != 4 {
		return time.Time{}
	}
	if y < 70 {
		y += 2000
	} else if y < 100 {
		y += 1900
	}
	date := exactDate(y, month, int(atoi(day)))
	hour, minute := atoi(clock[:2]), atoi(clock[2:])
	if date.IsZero() || hour > 23 || minute > 59 {
		return time.Time{}
	}
	return date.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}
