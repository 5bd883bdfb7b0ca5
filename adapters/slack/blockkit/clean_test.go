package blockkit

import (
	"strings"
	"testing"
)

func TestPointer(t *testing.T) {
	long := strings.Repeat("字", 50)
	for _, c := range []struct {
		in   string
		at   int
		want string
	}{
		{`a "b`, 3, `a 👉"b`},
		{"ab", 1, "👉ab"},
		{"ab", 3, "ab👉"},
		{"ab", 99, "ab👉"},
		{"a\nb\u202e\xffc", 6, "a b\ufffd\ufffd👉c"},
		{long + "x" + long, 51, "…" + long[:90] + "👉x" + long[:87] + "…"},
	} {
		if got := pointer(c.in, c.at); got != c.want {
			t.Errorf("pointer(%q, %d) = %q, want %q", c.in, c.at, got, c.want)
		}
	}
}
