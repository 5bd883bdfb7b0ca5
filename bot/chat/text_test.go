package chat_test

import (
	"testing"
	"time"

	"github.com/bellwether/bellwether/bot/chat"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[rune]rune{
		'a': 'a', 'é': 'é', '新': '新', '!': '!', ' ': ' ', '\n': ' ', '\t': ' ', '\u00a0': ' ', '\u2028': ' ', '\u3000': ' ',
		'\u200d': '\u200d', '\u0600': '\u0600', '\u0301': '\u0301',
		0: -1, '\x1b': -1, '\x7f': -1, '\u009b': -1, '\u202e': -1, '\u2066': -1, '\ufeff': -1, '\u00ad': -1,
	} {
		if got := chat.Printable(in); got != want {
			t.Errorf("Printable(%U) = %U, want %U", in, got, want)
		}
	}
}

func TestLocation(t *testing.T) {
	for _, tt := range []struct {
		zones []string
		want  string
	}{
		{nil, "UTC"},
		{[]string{"", "Nowhere/City", "Europe/Brussels", "Asia/Tokyo"}, "Europe/Brussels"},
		{[]string{"Nowhere/City"}, "UTC"},
	} {
		if got := chat.Location(tt.zones...).String(); got != tt.want {
			t.Errorf("Location(%q) = %s, want %s", tt.zones, got, tt.want)
		}
	}
}

func TestIsDate(t *testing.T) {
	tokyo := time.FixedZone("", 9*60*60)
	for at, want := range map[time.Time]bool{
		time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC):       true,
		time.Date(2026, 3, 3, 9, 0, 0, 0, tokyo):          true,
		time.Date(2026, 3, 3, 0, 0, 0, 0, tokyo):          false,
		time.Date(2026, 3, 3, 0, 0, 1, 0, time.UTC):       false,
		time.Date(2026, 3, 3, 0, 0, 0, 1000000, time.UTC): false,
	} {
		if got := chat.IsDate(at); got != want {
			t.Errorf("IsDate(%s) = %v", at, got)
		}
	}
}
