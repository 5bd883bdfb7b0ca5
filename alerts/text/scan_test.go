package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// general is Scan by the general code alone, all at once.
func general(x *Lexicon, s string) Scan {
	var out Scan
	letters, small := false, false
	x.begin(&out)
	x.scanChars(&out, s, 0, &letters, &small)
	out.NoSmall = letters && !small
	return out
}

// checkScan compares both ways to scan.
func checkScan(t interface{ Fatalf(string, ...any) }, x *Lexicon, s string) {
	want := general(x, s)
	var got Scan
	x.Scan(&got, s)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q (general -, fast +):\n%s", s, diff)
	}
	for _, p := range got.Spots {
		if w := x.Word(p.Word); x.newWord(w.key) != *w {
			t.Fatalf("%q: the word %q became %+v", s, w.key, *w)
		}
	}
}

// scraps are what the fast path of Scan tells apart, and what ends it.
var scraps = []string{
	"a", "S", "s", "Xi", "us", "US", "the", "Tariffs", "reading", "internationally", "internationalised", "counterrevolutionaries",
	"1", "20", "2024th", "0123456789abcdef", "0123456789abcdefg", "é", "e\u0301", "ﬁ", "½", "ⅷ", "技", "一", "鿿", "䷿", "ガ", "み", "か\u3099", "\u3099", "\u302a", "。", "、", "１", "Ａ", "～", "ﾞ", "\ufe00", "\U000e0100", "豈", "\xe6\x8a", "한", "น้ำ", "ש", "İ",
	"'", "`", "’", "‘", "´", "ʼ", "\"", "״", "“", "”", "«", "»", "-", "‐", "‑", "–", "—", ".", ",", "，", "&", "/", ":", "*", "£", "§", "€", "…", "·",
	" ", " ", " ", "\n", "\t", "\v", "\u00a0", "\u2009", "\u3000", "\u00ad", "\u200b", "\u200d", "\u0301", "\ufeff", "\xff", "\xe2", "\xe2\x80", "\xc2", "\x00", "\x1f", "'s", "’s", "’S",
}

func TestScanAgreesWithTheGeneralCode(t *testing.T) {
	x := NewLexicon("en")
	rapid.Check(t, func(t *rapid.T) {
		checkScan(t, x, strings.Join(rapid.SliceOfN(rapid.SampledFrom(scraps), 0, 12).Draw(t, "scraps"), ""))
	})
}

// Every two and three scraps, for random ones seldom meet.
func TestScanOfNeighbours(t *testing.T) {
	x := NewLexicon("en")
	for _, a := range scraps {
		for _, b := range scraps {
			checkScan(t, x, a+b)
			checkScan(t, x, "x"+a+b+"y")
			if testing.Short() {
				continue
			}
			for _, c := range scraps {
				checkScan(t, x, a+b+c)
			}
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add(strings.Join(scraps, ""))
	f.Add(strings.Join(scraps, " "))
	x := NewLexicon("")
	f.Fuzz(func(t *testing.T, s string) {
		if x.Len() > maxWords {
			x = NewLexicon("")
		}
		checkScan(t, x, s)
	})
}
