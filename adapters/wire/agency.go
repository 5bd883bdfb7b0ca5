package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// acronyms are names of agencies, and parts of them, that stay in capitals.
var acronyms = table("AAP ABC AFP ANI ANP ANSA AP APA ATS BBC BTA CBC CCTV CGTN CNA CNBC CNN CP CTK DJ DPA " +
	"EFE ETX EU IANS IPS IRNA ITAR KCNA KUNA LUSA MENA MTI NHK NPR NTB NZ PA PAP PR PTI QNA RIA SABC SANA " +
	"SBS SPA STT TASS TT UK UN UNI UPI US USA VNA WAM")

// small are words that stay small inside a name.
var small = table("a and at by da das de del der des di die do du e el et for für im in la las le les los of on the to und v van von y")

func table(list string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// spellName writes a name that is filed in capitals as people write it:
// "AGENCE FRANCE-PRESSE" becomes "Agence France-Presse", "AAP" stays. A name
// with any small letter is left alone.
func spellName(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "PRNEWSWIRE" {
		return "PRNewswire"
	}
	if strings.IndexFunc(s, unicode.IsLower) >= 0 {
		return s
	}
	list := strings.Fields(s)
	if len(list) == 1 && utf8.RuneCountInString(s) <= 3 {
		return s
	}
	for i, w := range list {
		if i > 0 && small[strings.ToLower(w)] {
			list[i] = strings.ToLower(w)
			continue
		}
		parts := strings.Split(w, "-")
		for j, p := range parts {
			parts[j] = spellWord(p)
		}
		list[i] = strings.Join(parts, "-")
	}
	return strings.Join(list, " ")
}

// spellWord leaves acronyms, known and dotted (U.S.), in capitals.
func spellWord(w string) string {
	if acronyms[strings.Trim(w, "(),.")] || strings.Contains(strings.TrimSuffix(w, "."), ".") {
		return w
	}
	first := true
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return r
		}
		if first {
			first = false
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, w)
}
