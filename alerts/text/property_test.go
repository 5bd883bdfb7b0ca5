package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts/text"
)

// checkField checks what holds for every field.
func checkField(t interface{ Fatalf(string, ...any) }, a *text.Analyzer, s, lang string) {
	var f text.Field
	a.Field(&f, s, lang)
	sentences, paragraphs := text.Sentences(s), text.Paragraphs(s)
	checkLayout(t, s, sentences, paragraphs)
	pos, start := int32(-1), 0
	var plain []text.Token
	for i, tok := range f.Tokens {
		switch {
		case tok.Width == 1 && tok.Pos != pos+1, tok.Width > 1 && tok.Pos != pos, tok.Width < 1:
			t.Fatalf("%q: token %d: position %d, width %d after position %d", s, i, tok.Pos, tok.Width, pos)
		case i > 0 && tok.Pos == f.Tokens[i-1].Pos && tok.Width <= f.Tokens[i-1].Width:
			t.Fatalf("%q: token %d: width %d after %d", s, i, tok.Width, f.Tokens[i-1].Width)
		case tok.Start < start || tok.End <= tok.Start || tok.End > len(s):
			t.Fatalf("%q: token %d: bytes %d to %d after %d", s, i, tok.Start, tok.End, start)
		case !utf8.ValidString(s[tok.Start:tok.End]):
			t.Fatalf("%q: token %d cuts a character: %q", s, i, s[tok.Start:tok.End])
		case tok.Folded == "" || text.Fold(tok.Folded) != tok.Folded:
			t.Fatalf("%q: token %d: %q is not folded", s, i, tok.Folded)
		case tok.Stem == "" || strings.ToLower(tok.Caps) == "" && tok.Caps != "":
			t.Fatalf("%q: token %d: stem %q, caps %q", s, i, tok.Stem, tok.Caps)
		}
		sentence := sentences[tok.Sent]
		if tok.Start < sentence.Start || tok.End > sentence.End || int(tok.Para) != sentence.Para {
			t.Fatalf("%q: token %d (%d to %d) is not in sentence %v of paragraph %d", s, i, tok.Start, tok.End, sentence, tok.Para)
		}
		pos, start = tok.Pos, tok.Start
		if tok.Width == 1 {
			plain = append(plain, tok)
		}
	}
	checkTerms(t, s, plain)
}

// checkTerms checks that a query is segmented as a field is.
func checkTerms(t interface{ Fatalf(string, ...any) }, s string, plain []text.Token) {
	terms := text.Terms(s)
	if len(terms) != len(plain) {
		t.Fatalf("%q: %d terms, %d tokens", s, len(terms), len(plain))
	}
	for i, term := range terms {
		tok := plain[i]
		if term.Folded != tok.Folded || term.Start != tok.Start || term.End != tok.End || term.Caps != tok.Caps {
			t.Fatalf("%q: term %+v, token %+v", s, term, tok)
		}
		if lower := text.Lower(term.Lower); lower != term.Lower || text.Fold(lower) != term.Folded {
			t.Fatalf("%q: term %+v: lower once more %q, folded %q", s, term, lower, text.Fold(lower))
		}
	}
}

// checkLayout checks that sentences and paragraphs hold everything but space.
func checkLayout(t interface{ Fatalf(string, ...any) }, s string, sentences []text.Sentence, paragraphs []text.Paragraph) {
	end := 0
	for i, x := range sentences {
		p := paragraphs[x.Para]
		if x.Start >= x.End || x.Start < p.Start || x.End > p.End || strings.TrimSpace(s[end:x.Start]) != "" || strings.TrimSpace(s[x.Start:x.End]) != s[x.Start:x.End] {
			t.Fatalf("%q: sentence %d %v after %d, paragraph %v", s, i, x, end, p)
		}
		end = x.End
	}
	if rest := strings.TrimSpace(s[end:]); rest != "" {
		t.Fatalf("%q: %q is in no sentence", s, rest)
	}
}

// pieces are bits of text in which the rules meet.
var pieces = []string{
	"tariff", "Tariffs", "US", "U.S.", "a", "B", "1", "0.5", "s", "l", "d", "qu", "é", "e\u0301", "ß", "ﬁ", "½", "…",
	"İ", "Σ", "й", "ё", "技", "术", "ガ", "カ\u3099", "ｶﾞ", "한", "\u1112\u1161", "น้ำ", "हि", "א", "ש\u05b8", "أ", "ـ",
	"'", "’", "´", "ʼ", "\"", "“", "”", "«", "-", "‐", "–", "—", ".", ",", "，", "&", "/", ":", "*", "(", ")", "。", "?", "!",
	" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u00ad", "\u200b", "\u2029", "\ufeff", "\xff", "\xe2\x80", "🏭", "Mr", "Co", "No",
}

func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30), func(p []string) string { return strings.Join(p, "") }),
		rapid.String(),
	)
}

func TestFieldProperties(t *testing.T) {
	a := text.NewAnalyzer()
	rapid.Check(t, func(t *rapid.T) {
		checkField(t, a, anyText().Draw(t, "text"), rapid.SampledFrom([]string{"", "en", "de", "zh", "ru", "tr"}).Draw(t, "language"))
	})
}

// An Analyzer that has met other texts gives what a new one gives.
func TestFieldRemembersNothingWrong(t *testing.T) {
	old := text.NewAnalyzer()
	var reused text.Field
	rapid.Check(t, func(t *rapid.T) {
		s, lang := anyText().Draw(t, "text"), rapid.SampledFrom([]string{"", "fr"}).Draw(t, "language")
		var want text.Field
		text.NewAnalyzer().Field(&want, s, lang)
		old.Field(&reused, s, lang)
		if diff := cmp.Diff(append([]text.Token{}, want.Tokens...), append([]text.Token{}, reused.Tokens...)); diff != "" {
			t.Fatalf("%q: %s", s, diff)
		}
	})
}

// folded gives the words of a text.
func folded(s string) []string {
	out := []string{}
	for _, t := range text.Terms(s) {
		out = append(out, t.Folded)
	}
	return out
}

func TestFoldedTextStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyText().Draw(t, "text")
		words := folded(s)
		if diff := cmp.Diff(words, folded(strings.Join(words, " "))); diff != "" {
			t.Fatalf("%q: %s", s, diff)
		}
	})
}

// Composed and decomposed text have the same words.
func TestNormalisationFormDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(anyText().Draw(t, "text"), "?")
		if diff := cmp.Diff(folded(norm.NFC.String(s)), folded(norm.NFD.String(s))); diff != "" {
			t.Fatalf("%q: %s", s, diff)
		}
	})
}

// Case does not matter, but for what full case folding cannot undo.
func TestCaseDoesNotMatter(t *testing.T) {
	letters := rapid.RuneFrom([]rune("abcxyzéßñüøłæœйёжωσ"))
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.StringOfN(letters, 1, 8, -1).Draw(t, "word")
		if got, want := text.Fold(strings.ToUpper(w)), text.Fold(w); got != want {
			t.Fatalf("%q: %q in capitals, %q in small letters", w, got, want)
		}
	})
}

// A stem has no marks in Latin script, is never empty and hardly longer than
// the word.
func TestStemProperties(t *testing.T) {
	languages := []string{"", "ar", "da", "de", "en", "es", "fi", "fr", "ga", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "ta", "tr", "zh"}
	letters := rapid.RuneFrom(nil, unicode.Latin, unicode.Cyrillic, unicode.Arabic, unicode.Tamil)
	rapid.Check(t, func(t *rapid.T) {
		w := text.Lower(rapid.OneOf(
			rapid.StringOfN(letters, 1, 12, -1),
			rapid.StringMatching(`[a-z']{1,8}(s|ies|ed|eed|ing|ingly|y|e|ll)`),
		).Draw(t, "word"))
		lang := rapid.SampledFrom(languages).Draw(t, "language")
		stem := text.Stem(w, lang)
		if w != "" && stem == "" || len([]rune(stem)) > 2*len([]rune(w))+1 {
			t.Fatalf("%q in %q: stem %q", w, lang, stem)
		}
	})
}

func FuzzField(f *testing.F) {
	for _, s := range append(pieces, strings.Join(pieces, ""), strings.Join(pieces, " ")) {
		f.Add(s, "")
	}
	a := text.NewAnalyzer()
	f.Fuzz(func(t *testing.T, s, lang string) {
		checkField(t, a, s, lang)
	})
}
