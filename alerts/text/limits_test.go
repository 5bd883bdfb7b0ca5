package text

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// What is made to be slow is read up to a limit, and what comes after is not.
func TestFieldLimits(t *testing.T) {
	for _, c := range []struct {
		name, unit string
		most       int // positions
	}{
		{"words", "ab ", maxPositions},
		{"new words", "é1 ", maxPositions},
		{"Han", "技", maxPositions},
		{"compounds", "ab-cd-ef ", maxPositions},
		{"one compound", "ab-", maxPositions},
		{"marks", "e\u0301 ", maxChanged / 2},
		{"marks on no letter of theirs", "q\u0301\u0302 ", maxChanged / 4},
		{"a letter that stands for eighteen", "\uFDFA ", 4 * (maxChanged/19 + 1)},
	} {
		var scan Scan
		x := NewLexicon("")
		x.Scan(&scan, strings.Repeat(c.unit, 2*maxPositions))
		if len(scan.Spots) > c.most || len(scan.Spots) < c.most*9/10 {
			t.Errorf("%s: %d positions, want up to %d", c.name, len(scan.Spots), c.most)
		}
		if x.Scan(&scan, "a word"); len(scan.Spots) != 2 {
			t.Errorf("%s: the next field has %d positions", c.name, len(scan.Spots))
		}
	}
}

// Letters with marks are the characters that package norm makes of them.
func TestMarkedLetters(t *testing.T) {
	var z normalizer
	for letter := range rune(0x80) {
		for mark := rune(firstMark); mark < firstMark+marks; mark++ {
			s := string(letter) + string(mark)
			for _, after := range []string{"", "b", " "} {
				got, ok := z.marks(s + after)
				want := []rune(norm.NFKC.String(s + after))
				if ok && !slices.Equal(want, append([]rune{got}, []rune(after)...)) {
					t.Fatalf("%q: %q, norm has %q", s+after, got, want)
				}
			}
			if _, ok := z.marks(s + "\u0323"); ok {
				t.Fatalf("%q took no notice of a further mark", s)
			}
		}
	}
	if got, ok := z.marks("e\u0301"); !ok || got != 'é' {
		t.Errorf("e with an acute is %q, %t", got, ok)
	}
}
