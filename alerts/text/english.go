package text

import (
	"slices"
	"strings"
)

// stemEnglish stems an English word as Snowball's English stemmer ("Porter2",
// https://snowballstem.org/algorithms/english/stemmer.html) does in its steps
// 0, 1a, 1b and 5. Steps 2 to 4, which cut derivational endings, are left out:
// import and important, local and locality differ. Step 5, the final e and l,
// is what lets taxes meet tax and imposed meet impose. In place of step 1c,
// which makes polici of policy and policies, step 1a makes policy of policies,
// so that Harry and Harris, levy and Levi, July and Julie stay apart.
//
// Further departures, each for a word that news is full of, are in the tables below.
func stemEnglish(w string) string {
	if len(w) <= 2 || w[0] != '\'' && strings.IndexByte(englishEnds, w[len(w)-1]) < 0 {
		return w
	}
	if stem, ok := englishWords[w]; ok {
		return stem
	}
	var short [32]byte
	e := english{w: append(short[:0], strings.TrimPrefix(w, "'")...)}
	e.markY()
	e.r1 = e.region(0)
	for _, prefix := range [...]string{"gener", "commun", "arsen"} {
		if n := len(prefix); len(e.w) >= n && string(e.w[:n]) == prefix {
			e.r1 = len(prefix)
		}
	}
	e.r2 = e.region(e.r1)
	e.step0()
	e.step1a()
	if !englishFinal[string(e.w)] {
		e.step1b()
		e.step5()
	}
	for i, c := range e.w {
		if c == 'Y' {
			e.w[i] = 'y'
		}
	}
	if n := len(e.w); n <= len(w) && w[:n] == string(e.w) {
		return w[:n] // in the memory of the word
	}
	return string(e.w)
}

// englishEnds are the last letters of the words that a step or a table of
// stemEnglish may change.
const englishEnds = "'deglsty"

// englishWords are words with a stem of their own.
var englishWords = map[string]string{
	// Snowball's, as far as its steps 0 to 1b go.
	"skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie",
	"sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas", "cosmos": "cosmos",
	"bias": "bias", "andes": "andes",
	// The United States are no unit.
	"united": "unite", "unite": "unite", "unites": "unite", "uniting": "unite",
	// Plurals and forms that the rules get wrong.
	"buses": "bus", "gases": "gas", "quizzes": "quiz", "goes": "go", "vying": "vie",
	"menus": "menu", "gurus": "guru", "freed": "free", "skied": "ski", "taxied": "taxi",
	// Names and forms that would meet the verbs change, range and quote. No
	// other word has a stem with a capital.
	"chang": "Chang", "rang": "Rang", "quot": "Quot",
}

// ieWords end in ie without an s; the other words in ies end in y.
var ieWords = set(`aussie birdie bookie boogie brownie budgie calorie collie cookie coterie foodie
	genie groupie hippie hoodie indie junkie magpie menagerie movie newbie pixie prairie reverie
	rookie selfie smoothie sortie stymie techie townie veggie zombie`)

// keepE are words whose final e alone tells them from another word or name.
var keepE = set(`aide anne ante arlene artiste belle binge boone borne bowe brazile brooke browne butte
	carole carte caste cecile centrale claire clarke clause clemente conte cooke crowe deere
	devine dunne envelope faire finale forsythe france generale goode grande greene haile hawke
	heroine hollande horne humane infante johnstone justine lange leone levine livingstone
	locale lowe lunge lynne madame maine marine masse meade michele mobile monte moore morale
	nationale nicole osborne paine paste peake platte pointe poole premiere presse quite
	rationale reade rowe royale secrete severe simone singe sloane snowe steele suite touche
	toure urbane wynne`)

// englishFinal are words that are left alone after step 1a: those of Snowball,
// and others, mostly names, that are not forms of even, down, man, hard or red.
var englishFinal = map[string]bool{
	"inning": true, "outing": true, "canning": true, "herring": true, "earring": true,
	"proceed": true, "exceed": true, "succeed": true, "evening": true,
	"benning": true, "brooking": true, "browning": true, "carling": true, "corning": true,
	"cumming": true, "downing": true, "harding": true, "hasting": true, "jenning": true,
	"lessing": true, "manning": true, "nanning": true, "redding": true, "shilling": true,
	"wedding": true, "whiting": true, "woking": true, "worthing": true,
	"ragged": true, "rugged": true, "wicked": true,
}

// keepDouble are verbs that end in a double letter by themselves. Snowball
// makes boycot of boycotted; no English verb doubles an f, so that staffed and
// tariffed need no mention here.
var keepDouble = map[string]bool{
	"add": true, "ebb": true, "err": true, "egg": true, "boYcott": true, "putt": true, "purr": true,
}

// english is a word on its way to its stem. Y stands for a y that is a
// consonant; r1 and r2 are where Snowball's regions R1 and R2 begin.
type english struct {
	w      []byte
	r1, r2 int
}

func (e *english) markY() {
	for i, c := range e.w {
		if c == 'y' && (i == 0 || isVowel(e.w[i-1])) {
			e.w[i] = 'Y'
		}
	}
}

// region gives the place after the first consonant that follows a vowel.
func (e *english) region(from int) int {
	for i := from + 1; i < len(e.w); i++ {
		if !isVowel(e.w[i]) && isVowel(e.w[i-1]) {
			return i + 1
		}
	}
	return len(e.w)
}

func (e *english) has(suffix string) bool {
	n := len(e.w) - len(suffix)
	return n >= 0 && string(e.w[n:]) == suffix
}

// cut removes n bytes from the end and puts s there.
func (e *english) cut(n int, s string) { e.w = append(e.w[:len(e.w)-n], s...) }

// in reports whether a suffix of n bytes lies in the region from r.
func (e *english) in(r, n int) bool { return len(e.w)-n >= r }

func (e *english) step0() {
	for _, suffix := range [...]string{"'s'", "'s", "'"} {
		if e.has(suffix) {
			e.cut(len(suffix), "")
			return
		}
	}
}

// step1a cuts the plural.
func (e *english) step1a() {
	switch n := len(e.w); {
	case e.has("sses"):
		e.cut(2, "")
	case e.has("ied"), e.has("ies"):
		if n > 4 && !ieWords[string(e.w[:n-1])] {
			e.cut(3, "y")
		} else {
			e.cut(1, "")
		}
	case e.has("us"), e.has("ss"):
	case e.has("s"):
		if n > 2 && hasVowel(e.w[:n-2]) {
			e.cut(1, "")
		}
	}
}

// step1b cuts the past and the -ing, and mends what is left.
func (e *english) step1b() {
	for _, suffix := range [...]string{"eedly", "eed"} {
		if e.has(suffix) {
			if e.in(e.r1, len(suffix)) {
				e.cut(len(suffix), "ee")
			}
			return
		}
	}
	for _, suffix := range [...]string{"ingly", "edly", "ing", "ed"} {
		if !e.has(suffix) {
			continue
		}
		if !hasVowel(e.w[:len(e.w)-len(suffix)]) {
			return
		}
		e.cut(len(suffix), "")
		switch n := len(e.w); {
		case e.has("at"), e.has("bl"), e.has("iz"):
			e.cut(0, "e")
		case n > 1 && e.w[n-1] == e.w[n-2] && strings.IndexByte("bdgmnprt", e.w[n-1]) >= 0:
			if !keepDouble[string(e.w)] {
				e.cut(1, "")
			}
		case e.r1 >= n && e.endsShort(n):
			e.cut(0, "e")
		}
		return
	}
}

// step5 cuts a final e, and an l after an l.
func (e *english) step5() {
	n := len(e.w)
	switch {
	case e.has("e"):
		if keepE[string(e.w)] {
			return
		}
		if e.in(e.r2, 1) || e.in(e.r1, 1) && !e.endsShort(n-1) {
			e.cut(1, "")
		}
	case e.has("ll") && e.in(e.r2, 1):
		e.cut(1, "")
	}
}

// endsShort reports whether w[:n] ends in a short syllable: a vowel between
// consonants, the last not w, x or Y, or a vowel and a consonant as the word.
func (e *english) endsShort(n int) bool {
	w := e.w[:n]
	switch {
	case n < 2 || isVowel(w[n-1]) || !isVowel(w[n-2]):
		return false
	case n == 2:
		return true
	}
	return !isVowel(w[n-3]) && strings.IndexByte("wxY", w[n-1]) < 0
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

func hasVowel(w []byte) bool { return slices.ContainsFunc(w, isVowel) }
