package summary

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDateline is the longest dateline in bytes.
const maxDateline = 160

// The datelines of scripts without capitals: "新华社北京3月20日电　（记者张三）",
// "【東京＝山田】", "(서울=연합뉴스) 홍길동 기자 = ", "[한강일보] ".
var eastern = regexp.MustCompile(`^(?:` +
	`(?:[（(【［\[][^）)】］\]。]{1,60}[）)】］\]]\s*)?[\p{Han}·、 ]{0,20}(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:专?电|電|综合电|讯|訊|消息)[\s，：:]*(?:[（(][^）)。]{1,60}[）)])?[\s，：:—]*` +
	`|本[报報台][讯訊][\s：:]*(?:[（(][^）)。]{1,60}[）)])?\s*` +
	`|[（(【［\[][^）)】］\]。]{1,60}(?:[=＝][^）)】］\]。]{1,60}|记者|記者|ロイター|共同|時事)[^）)】］\]。]{0,30}[）)】］\]]\s*(?:[가-힣]{2,4} (?:특파원|기자)\s*=\s*)?(?:\s*[-–—]\s*)?` +
	`|\[[가-힣 ]{1,12}(?:뉴스|일보|신문|경제|타임스)\]\s*` +
	`)`)

// "Washington (CNN) ", without a divider.
var undivided = regexp.MustCompile(`^(?:\p{Lu}[\p{L}.]+,? ){0,3}\((?:CNN|AP|AFP|UPI|DPA|dpa|EFE|ANSA|ANI|IANS|PTI|Reuters|Xinhua|Bloomberg|Kyodo)\)\s+`)

// dateline gives the length of the dateline that p begins with, in bytes with
// the space behind it; 0 if there is none. At the beginning of an article
// (lead) weaker signs are enough than further on.
func dateline(p string, lead bool) int {
	n := datelineText(p, lead)
	return len(p) - len(strings.TrimLeftFunc(p[n:], unicode.IsSpace))
}

func datelineText(p string, lead bool) int {
	cut := 0
	for range 2 { // "NEW YORK--(BUSINESS WIRE)--" has two parts
		n := westernDateline(p[cut:], lead)
		if n == 0 {
			break
		}
		cut += n
	}
	if cut > 0 {
		return cut
	}
	if (lead || strings.HasPrefix(p, "(")) && strings.Contains(p[:min(len(p), maxDateline)], ") ") {
		if n := len(undivided.FindString(p)); n > 0 && beginsSentence(p[n:]) {
			return n
		}
	}
	if r, _ := utf8.DecodeRuneInString(p); r > unicode.MaxLatin1 || strings.ContainsRune("([", r) {
		return len(eastern.FindString(p))
	}
	return 0
}

// westernDateline looks for what divides a dateline from its sentence, with a
// dateline before it and the beginning of a sentence behind it.
func westernDateline(p string, lead bool) int {
	for i := 1; i < min(len(p), maxDateline); i++ {
		n := divider(p[i:], p[i-1])
		if n == 0 {
			continue
		}
		rest := p[i+n:]
		head := strings.TrimSpace(p[:i])
		if beginsSentence(rest) && (isDateline(head, lead) || lead && isCity(head) && !dashed(rest)) {
			return i + n
		}
		i += n - 1
	}
	return 0
}

// divider gives the length of the divider that s begins with, with the space
// around it; 0 if there is none. before is the byte in front of s.
func divider(s string, before byte) int {
	t := strings.TrimLeft(s, " \u00a0")
	spaced := len(t) < len(s)
	grouped := before == ')' || before == '/' // "(Reuters)", "/TASS/"
	n := 0
	for _, d := range [...]string{"—", "–", "--", ".-", ". -", "-", "|", "_", "=", ".", ":"} {
		if !strings.HasPrefix(t, d) {
			continue
		}
		n = len(d)
		switch d {
		case "-", "|", "_", "=":
			if !grouped && !spaced && before != '.' {
				return 0
			}
		case ".-", ". -", ".", ":":
			if !grouped {
				return 0
			}
		}
		break
	}
	if n == 0 {
		return 0
	}
	rest := strings.TrimLeft(t[n:], "-–— \u00a0\t\n")
	return len(s) - len(rest)
}

func beginsSentence(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r != utf8.RuneError && !unicode.IsLower(r) && !strings.ContainsRune(",.;)", r)
}

// isDateline reports whether p, without its divider, is a dateline.
func isDateline(p string, lead bool) bool {
	p, marked := cutGroups(p)
	words := strings.Fields(p)
	if len(words) > 10 {
		return false
	}
	var capitals, names, numbers, months, after int // after: words behind the first comma
	comma := false
	for i, w := range words {
		bare := strings.Trim(w, ",.;:|")
		switch kind := kindOf(bare); {
		case kind == number:
			numbers++
		case kind == month:
			months++
		case kind == particle && i > 0:
		case kind == capital:
			capitals++
		case kind == name && i == 0 && openers[strings.ToLower(bare)]:
			return false
		case kind == name:
			names++
		default:
			return false
		}
		if comma && bare != "" {
			after++
		}
		comma = comma || strings.HasSuffix(w, ",")
	}
	switch {
	case marked, months > 0 && numbers > 0:
		return true
	case months > 0 || numbers > 0:
		return false
	case names == 0:
		return len(p) >= 4 && !acronyms[strings.ToLower(p)]
	default: // "Washington, D.C."; "MADRID, Spain"
		return comma && (lead || capitals > 0) && after <= 2 && names+capitals <= 5
	}
}

// isCity reports whether p, without its divider, may be a place alone, as German
// papers have it: "Wien", "Linden/Wald", "Rio de Janeiro". Two names side by
// side are more often a person or a company.
func isCity(p string) bool {
	words := strings.FieldsFunc(p, func(r rune) bool { return r == ' ' || r == '/' })
	if len(words) == 0 || len(words) > 3 || strings.ContainsAny(p, "'’,:.") {
		return false
	}
	before := particle
	for i, w := range words {
		kind := kindOf(w)
		if kind == month && i > 0 {
			kind = name // Rio de Janeiro
		}
		inside := i > 0 && i < len(words)-1
		if openers[strings.ToLower(w)] || kind != name && (kind != particle || !inside) ||
			kind == name && before == name && !strings.Contains(p, "/") {
			return false
		}
		before = kind
	}
	return true
}

// dashed reports whether a sentence that a dash stands before goes on to
// another, so that the two may enclose an aside.
func dashed(rest string) bool {
	near := rest[:min(len(rest), maxDateline)]
	return strings.Contains(near, "–") || strings.Contains(near, "—") || strings.Contains(near, " -")
}

// cutGroups takes "(AP)" and "/PRNewswire/" off the end of p.
func cutGroups(p string) (rest string, found bool) {
	for {
		p = strings.TrimRight(p, " \u00a0.,")
		open := -1
		switch {
		case strings.HasSuffix(p, ")"):
			open = strings.LastIndexByte(p, '(')
		case strings.HasSuffix(p, "/"):
			open = strings.LastIndexByte(p[:len(p)-1], '/')
		}
		if open < 0 || len(p)-open > 50 {
			return p, found
		}
		inner := p[open+1 : len(p)-1]
		r, _ := utf8.DecodeRuneInString(inner)
		if inner == "" || unicode.IsLower(r) && strings.Contains(inner, " ") || len(strings.Fields(inner)) > 5 {
			return p, found
		}
		p, found = p[:open], true
	}
}

type wordKind uint8

const (
	other    wordKind = iota
	capital           // GENEVA, D.C., letters of a script without capitals
	name              // Geneva
	particle          // de, of
	number            // 20, 1er, 20/03/2024
	month             // March, févr; also the days of the week
)

func kindOf(w string) wordKind {
	if w == "" {
		return number // a lone comma or dot
	}
	lower := strings.ToLower(w)
	if dateWords[strings.TrimSuffix(lower, ".")] {
		return month
	}
	if particles[lower] {
		return particle
	}
	first, n := utf8.DecodeRuneInString(w)
	switch {
	case unicode.IsDigit(first):
		if strings.Trim(lower, "0123456789/.-erstndhº") == "" {
			return number
		}
		return other
	case !unicode.IsLetter(first) || unicode.IsLower(first):
		return other
	case strings.ContainsFunc(w[n:], unicode.IsLower):
		return name
	}
	return capital
}
