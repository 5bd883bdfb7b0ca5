package alerts_test

import (
	"testing"

	"github.com/bellwether/bellwether/alerts"
)

func TestTextHash(t *testing.T) {
	want := alerts.TextHash("one two three")
	if len(want) != 32 {
		t.Errorf("TextHash = %q, want 32 digits", want)
	}
	for _, same := range []string{" one\ttwo\n\nthree ", "one two\u00a0three"} {
		if got := alerts.TextHash(same); got != want {
			t.Errorf("TextHash(%q) = %s, want %s", same, got, want)
		}
	}
	for _, other := range []string{"onetwo three", "One two three", "one two three four", ""} {
		if alerts.TextHash(other) == want {
			t.Errorf("TextHash(%q) is that of another text", other)
		}
	}
}
