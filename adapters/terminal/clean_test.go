package terminal

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Tariffs rise", "Tariffs rise"},
		{"colour", "a \x1b[31mred\x1b[0m b", "a red b"},
		{"clear screen", "\x1b[2J\x1b[Hgone?", "gone?"},
		{"title by OSC and BEL", "a\x1b]0;owned\x07b", "ab"},
		{"link by OSC and ST", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"},
		{"broken OSC hides nothing", "a \x1b]0;rest of the text", "a ]0;rest of the text"},
		{"C1 CSI", "a\u009b31mb", "ab"},
		{"C1 OSC", "a\u009d0;x\u009cb", "ab"},
		{"raw C1 byte", "a\x9b31mb", "a\uFFFD31mb"},
		{"device control", "a\x1bPq#0\x1b\\b", "ab"},
		{"bare escape", "a\x1bb\x1b", "ab"},
		{"bell, backspace, delete", "a\a\b\x7fb", "ab"},
		{"carriage return", "Official: yes\rOfficial: no ", "Official: yes Official: no"},
		{"breaks", "one\ntwo\tthree\u2028four\u0085five", "one two three four five"},
		{"overrides", "abc\u202edcba\u202c \u2066x\u2069\u200f", "abcdcba x"},
		{"tag characters", "a\U000e0041b", "ab"},
		{"joiners stay", "نمی\u200cخواهم 👩\u200d🌾", "نمی\u200cخواهم 👩\u200d🌾"},
		{"arabic number sign stays", "\u0600١٢", "\u0600١٢"},
		{"wide", "新质生产力", "新质生产力"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := clean(tt.in); got != tt.want {
				t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// hostile strings are made of what could drive a terminal, and letters.
var hostile = rapid.Custom(func(t *rapid.T) string {
	pieces := []string{
		"\x1b", "[", "]", "31m", "0;", "\x07", "\x1b\\", "\\", "\x9b", "\u009b", "\u009d", "\u009c", "\r", "\n", "\t", "\b",
		"\u202e", "\u2066", "\u200f", "P", "8;;", "https://x.example", "a", "tariff", " ", "新", "é", "\u0301", "`", "\x00", "\x7f",
	}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 24).Draw(t, "pieces"), "")
})

func TestNothingHostileIsPrinted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := hostile.Draw(t, "text")
		for name, got := range map[string]string{"clean": clean(s), "cleanLines": cleanLines(s), "cleanRunes": cleanRunes(s), "edges": edges(s)} {
			for _, r := range got {
				if r == '\n' && name == "cleanLines" {
					continue
				}
				if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
					t.Fatalf("%s(%q) = %q holds %U", name, s, got, r)
				}
			}
		}
		if got, want := len([]rune(cleanRunes(s))), len([]rune(s)); got != want {
			t.Fatalf("cleanRunes(%q) has %d characters, want %d", s, got, want)
		}
		if once := clean(s); clean(once) != once {
			t.Fatalf("clean(%q) changes when cleaned again", s)
		}
	})
}

func TestWebLink(t *testing.T) {
	tests := []struct {
		in, want string
		ok       bool
	}{
		{"https://news.cgtn.com/a.html?x=1#y", "https://news.cgtn.com/a.html?x=1#y", true},
		{"https://例え.example/新", "https://%E4%BE%8B%E3%81%88.example/%E6%96%B0", true},
		{"https://example.org/新", "https://example.org/%E6%96%B0", true},
		{"https://example.org/\x1b\\evil", "", false},
		{"javascript:alert(1)", "", false},
		{"file:///etc/passwd", "", false},
		{"https:///nohost", "", false},
		{"https://gov.example@evil.example/", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got, ok := webLink(tt.in); got != tt.want || ok != tt.ok {
			t.Errorf("webLink(%q) = %q, %v, want %q, %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}
