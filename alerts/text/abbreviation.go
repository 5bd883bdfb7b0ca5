package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// endsWithPoint decides whether the point at s[i], with space after it, ends
// the sentence that began at from; rest is what follows the space. It errs on
// the side of a longer sentence.
func endsWithPoint(s string, from, i int, rest string) bool {
	start := i
	for start > from {
		r, n := utf8.DecodeLastRuneInString(s[from:start])
		if r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && kindOf(r) != ignored {
			break
		}
		start -= n
	}
	before := visible(s[start:i])
	var room [longest]byte
	switch {
	case before == "":
		return true
	case isNumber(before):
		return endsWithNumber(before, start == from, rest)
	case isAcronym(before):
		return !neverLast[string(lowered(room[:0], before))] && beginsSentence(rest)
	}
	lower := lowered(room[:0], before)
	capital, _ := utf8.DecodeRuneInString(before)
	switch {
	case neverLast[string(lower)], unicode.IsUpper(capital) && titles[string(lower)]:
		return false
	case beforeNumber[string(lower)]:
		return !unicode.IsDigit(opening(rest))
	case seldomLast[string(lower)], unicode.IsUpper(capital) && months[string(lower)]:
		return beginsSentence(rest)
	}
	return true
}

// longest is more bytes than any abbreviation has.
const longest = 32

// lowered appends the beginning of s in small letters to dst, which has room for
// longest bytes: sentences are looked for in every article, so nothing is
// allocated.
func lowered(dst []byte, s string) []byte {
	for _, r := range s {
		if len(dst)+utf8.UTFMax > longest {
			break
		}
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}

// endsWithNumber is endsWithPoint after a number: the number of a list item
// and a German ordinal before a month go on.
func endsWithNumber(number string, first bool, rest string) bool {
	return len(number) > 2 || !first && !germanMonths[firstLetters(rest)]
}

func isNumber(s string) bool {
	for _, r := range s {
		if r != '.' && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

// isAcronym reports whether s is a letter or letters with points between: the
// J of a name, U.S, p.m.
func isAcronym(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part != "" && utf8.RuneCountInString(part) > 1 {
			return false
		}
	}
	return true
}

// beginsSentence reports whether s begins with a word that hardly stands
// within a sentence with a capital, or with a quotation.
func beginsSentence(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("\"“„«", r) || starters[firstLetters(s)]
}

// firstLetters gives the letters at the beginning of s, opening signs aside.
func firstLetters(s string) string {
	start := -1
	for i, r := range s {
		switch isLetter := unicode.IsLetter(r); {
		case kindOf(r) == ignored:
		case isLetter && start < 0:
			start = i
		case !isLetter && start >= 0:
			return visible(s[start:i])
		case !isLetter && !isOpener(r) && !unicode.IsSpace(r):
			return ""
		}
	}
	if start < 0 {
		return ""
	}
	return visible(s[start:])
}

// visible gives s without the characters that are not seen.
func visible(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if kindOf(r) == ignored {
			return -1
		}
		return r
	}, s)
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var (
	// titles stand before a name; in small letters they are other words.
	titles = set(`mr mrs ms mx dr prof sen sens rep reps gov govs gen lt col maj capt cpl sgt
		cmdr adm rev hon pres st ste mt ft messrs mme mlle fr sr sra dra supt det insp amb atty`)
	// neverLast stand before what they belong to.
	neverLast = set(`e.g i.e z.b d.h u.a s.o c.f vs cf viz ca approx bzw evtl ggf inkl mio mrd std
		млн млрд тыс им ул гг проф акад см`)
	// beforeNumber are abbreviations only before a number.
	beforeNumber = set(`no nos nr art arts sec secs p pp vol vols ch fig figs par para paras cl abs pt ver núm n`)
	// seldomLast may end a sentence, but mostly do not.
	seldomLast = set(`co corp inc ltd llc plc bros jr sr esq al dept depts dist est ave blvd rd univ
		assn intl natl mfg ph.d m.b.a usw tel str руб`)
	months       = set(`pub stat cong jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun`)
	germanMonths = set(`Januar Februar März April Mai Juni Juli August September Oktober November
		Dezember Jahrhundert Jahrhunderts`)
	starters = set(`The A An In On At He She It They We I You But And This That These Those There
		His Her Its Their Our As If When While After Before However Meanwhile For With Some Many Most
		Both Not So Now Then What Who Why How Where Another Such Since Under Although Though Because
		Last Also By To From Mr Mrs Ms
		Der Die Das Er Sie Es Ein Eine Im Auch Und Aber Wir Dies Diese Mit Für
		Les Il Elle Ils Elles Une Cette Mais Dans Los Las Pero Este Esta
		В На Он Она Они Это По Как Но И`)
)
