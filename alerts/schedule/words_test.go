package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseFor(t *testing.T) {
	const day = 24 * time.Hour
	for in, want := range map[string]time.Duration{
		"3d":             3 * day,
		"for 3d":         3 * day,
		"  FOR 3 D ":     3 * day,
		"2 hours":        2 * time.Hour,
		"3 days":         3 * day,
		"1w":             7 * day,
		"90m":            90 * time.Minute,
		"1h30m":          90 * time.Minute,
		"1 day, 2 hours": day + 2*time.Hour,
		"a week":         7 * day,
		"an hour":        time.Hour,
		"20 min":         20 * time.Minute,
		"2 wks":          14 * day,
		"366d":           MaxFor,
	} {
		got, err := ParseFor(in)
		if err != nil || got != want {
			t.Errorf("ParseFor(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for in, want := range map[string]error{
		"":                      errFor,
		"for":                   errFor,
		"3":                     errFor,
		"days":                  errFor,
		"0d":                    errFor,
		"-3d":                   errFor,
		"1.5h":                  errFor,
		"3 fortnights":          errFor,
		"3 days ago":            errFor,
		"two days":              errFor,
		"٣d":                    errFor,
		"367d":                  errLong,
		"60w":                   errLong,
		"366d 1m":               errLong,
		"99999999999999999999d": errLong,
	} {
		got, err := ParseFor(in)
		if !errors.Is(err, want) || got != 0 {
			t.Errorf("ParseFor(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
}

func FuzzParseFor(f *testing.F) {
	for _, s := range []string{"3d", "for 2 hours", "1w2d", "9999999999999h 1m", "a week", "d3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseFor(s)
		if err != nil && (d != 0 || !strings.Contains(err.Error(), "time span")) {
			t.Errorf("ParseFor(%q) = %v, %v", s, d, err)
		}
		if err == nil && (d <= 0 || d > MaxFor) {
			t.Errorf("ParseFor(%q) = %v, out of bounds", s, d)
		}
	})
}

func TestParseForReadsDurations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.Duration(rapid.IntRange(1, int(MaxFor/time.Minute)).Draw(t, "minutes")) * time.Minute
		got, err := ParseFor(strings.TrimSuffix(want.String(), "0s"))
		if err != nil || got != want {
			t.Fatalf("ParseFor(%v) = %v, %v", want, got, err)
		}
	})
}

func TestDescribe(t *testing.T) {
	for _, tt := range []struct{ schedule, quiet, want string }{
		{"instant", "off", "at once"},
		{"instant", "22:00-07:00", "at once, except from 22:00 to 07:00 (Europe/Brussels)"},
		{"hourly", "off", "every hour, on the hour"},
		{"hourly", "22:00-07:00", "every hour, on the hour, except from 22:00 to 07:00 (Europe/Brussels)"},
		{"daily 08:00", "off", "every day at 08:00 (Europe/Brussels), next on Tue 3 Mar"},
		{"daily 06:30", "22:00-07:00", "every day at 06:30 (Europe/Brussels), next on Tue 3 Mar at 07:00"},
		{"weekly fri 08:00", "off", "every Friday at 08:00 (Europe/Brussels), next on Fri 6 Mar"},
	} {
		s, q := parse(t, tt.schedule, tt.quiet)
		got := Describe(s, q, location(t, "Europe/Brussels"), at(t, "2026-03-02T20:00:00+01:00"))
		if got != tt.want {
			t.Errorf("Describe(%s, quiet %s)\n got %q\nwant %q", tt.schedule, tt.quiet, got, tt.want)
		}
	}
}
