package text

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Tariffs rise", "Tariffs rise"},
		{"line ends", "a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		{"a paragraph stays", "a\r\n\r\nb", "a\n\nb"},
		{"control characters", "a\x00b\x1bc", "abc"},
		{"tab", "a\tb", "a b"},
		{"composed", "Cafe\u0301", "Café"},
		{"right-to-left override", "gpj.\u202Eexe", "gpj.exe"},
		{"joiners stay", "می\u200cخواهم", "می\u200cخواهم"},
		{"broken bytes", "a\xffb", "a\uFFFDb"},
		{"byte order mark", "\uFEFFa", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Clean(c.in); got != c.want {
				t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestCleanIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Clean(string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")) + rapid.String().Draw(t, "text"))
		if again := Clean(s); again != s {
			t.Fatalf("Clean(%q) = %q", s, again)
		}
		if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) {
			t.Fatalf("%q is not NFC", s)
		}
	})
}
