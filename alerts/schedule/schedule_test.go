package schedule

import (
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

func parse(t *testing.T, s, q string) (alerts.Schedule, alerts.Quiet) {
	t.Helper()
	sched, err := alerts.ParseSchedule(s)
	if err != nil {
		t.Fatal(err)
	}
	quiet, err := alerts.ParseQuiet(q)
	if err != nil {
		t.Fatal(err)
	}
	return sched, quiet
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNextAndAfter(t *testing.T) {
	for _, tt := range []struct {
		name, schedule, quiet, zone, now string
		next, after                      string
	}{
		{"instant", "instant", "off", "Europe/Brussels", "2024-05-02T23:10:05+02:00", "2024-05-02T23:10:05+02:00", ""},
		{"instant waits for the morning", "instant", "22:00-07:00", "Europe/Brussels", "2024-05-02T23:10:05+02:00", "2024-05-03T07:00:00+02:00", ""},
		{"instant after midnight", "instant", "22:00-07:00", "Europe/Brussels", "2024-05-03T06:59:59+02:00", "2024-05-03T07:00:00+02:00", ""},
		{"the end of quiet hours is open", "instant", "22:00-07:00", "Europe/Brussels", "2024-05-03T07:00:00+02:00", "2024-05-03T07:00:00+02:00", ""},
		{"quiet hours end in the gap", "instant", "22:00-02:30", "Europe/Brussels", "2024-03-31T01:30:00+01:00", "2024-03-31T03:00:00+02:00", ""},
		{"quiet in both passes of an hour", "instant", "22:00-02:30", "Europe/Brussels", "2024-10-27T02:10:00+01:00", "2024-10-27T02:30:00+01:00", ""},
		{"hourly", "hourly", "off", "Europe/Brussels", "2024-05-02T09:10:00+02:00", "2024-05-02T10:00:00+02:00", "2024-05-02T10:00:00+02:00"},
		{"hourly on the hour", "hourly", "off", "Europe/Brussels", "2024-05-02T09:00:00+02:00", "2024-05-02T09:00:00+02:00", "2024-05-02T10:00:00+02:00"},
		{"hourly where the offset has minutes", "hourly", "off", "Asia/Kathmandu", "2024-05-02T09:10:00+05:45", "2024-05-02T10:00:00+05:45", "2024-05-02T10:00:00+05:45"},
		{"hourly in an hour that comes twice", "hourly", "off", "Europe/Brussels", "2024-10-27T02:30:00+02:00", "2024-10-27T02:00:00+01:00", "2024-10-27T02:00:00+01:00"},
		{"hourly over half an hour's gap", "hourly", "off", "Australia/Lord_Howe", "2024-10-06T01:10:00+10:30", "2024-10-06T02:30:00+11:00", "2024-10-06T02:30:00+11:00"},
		{"hourly held back by quiet hours", "hourly", "22:00-07:30", "Europe/Brussels", "2024-05-02T22:00:00+02:00", "2024-05-03T07:30:00+02:00", "2024-05-03T07:30:00+02:00"},
		{"daily, today", "daily 08:00", "off", "Europe/Brussels", "2024-05-02T07:59:59+02:00", "2024-05-02T08:00:00+02:00", "2024-05-02T08:00:00+02:00"},
		{"daily, now", "daily 08:00", "off", "Europe/Brussels", "2024-05-02T08:00:00+02:00", "2024-05-02T08:00:00+02:00", "2024-05-03T08:00:00+02:00"},
		{"daily, tomorrow", "daily 08:00", "off", "Europe/Brussels", "2024-05-02T08:00:01+02:00", "2024-05-03T08:00:00+02:00", "2024-05-03T08:00:00+02:00"},
		{"daily over a change of clocks", "daily 08:00", "off", "Europe/Brussels", "2024-03-30T08:00:01+01:00", "2024-03-31T08:00:00+02:00", "2024-03-31T08:00:00+02:00"},
		{"daily, skipped time", "daily 02:30", "off", "Europe/Brussels", "2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00", "2024-03-31T03:00:00+02:00"},
		{"daily, the first of two", "daily 02:30", "off", "Europe/Brussels", "2024-10-27T01:00:00+02:00", "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+02:00"},
		{"daily, not the second of two", "daily 02:30", "off", "Europe/Brussels", "2024-10-27T02:31:00+02:00", "2024-10-28T02:30:00+01:00", "2024-10-28T02:30:00+01:00"},
		{"daily in New York's gap", "daily 02:15", "off", "America/New_York", "2025-03-09T00:00:00-05:00", "2025-03-09T03:00:00-04:00", "2025-03-09T03:00:00-04:00"},
		{"daily in Lord Howe's gap", "daily 02:15", "off", "Australia/Lord_Howe", "2024-10-06T00:00:00+10:30", "2024-10-06T02:30:00+11:00", "2024-10-06T02:30:00+11:00"},
		{"daily twice in Lord Howe", "daily 01:45", "off", "Australia/Lord_Howe", "2024-04-07T01:50:00+11:00", "2024-04-08T01:45:00+10:30", "2024-04-08T01:45:00+10:30"},
		{"no digest on a date that never was", "daily 08:00", "off", "Pacific/Apia", "2011-12-29T08:00:01-10:00", "2011-12-31T08:00:00+14:00", "2011-12-31T08:00:00+14:00"},
		{"weekly on a date that never was", "weekly fri 08:00", "off", "Pacific/Apia", "2011-12-29T08:00:01-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
		{"no midnight in Havana", "daily 00:00", "off", "America/Havana", "2024-03-09T12:00:00-05:00", "2024-03-10T01:00:00-04:00", "2024-03-10T01:00:00-04:00"},
		{"skipped before midnight", "daily 23:45", "off", "Asia/Pyongyang", "2018-05-04T12:00:00+08:30", "2018-05-05T00:00:00+09:00", "2018-05-05T00:00:00+09:00"},
		{"weekly", "weekly mon 08:00", "off", "Europe/Brussels", "2024-05-02T08:00:00+02:00", "2024-05-06T08:00:00+02:00", "2024-05-06T08:00:00+02:00"},
		{"weekly, now", "weekly thu 08:00", "off", "Europe/Brussels", "2024-05-02T08:00:00+02:00", "2024-05-02T08:00:00+02:00", "2024-05-09T08:00:00+02:00"},
		{"digest in quiet hours", "daily 03:00", "22:00-07:00", "Europe/Brussels", "2024-05-02T12:00:00+02:00", "2024-05-03T07:00:00+02:00", "2024-05-03T07:00:00+02:00"},
		{"digest that waits already", "daily 03:00", "22:00-07:00", "Europe/Brussels", "2024-05-03T05:00:00+02:00", "2024-05-03T07:00:00+02:00", "2024-05-03T07:00:00+02:00"},
		{"digest at the end of quiet hours", "daily 03:00", "22:00-07:00", "Europe/Brussels", "2024-05-03T07:00:00+02:00", "2024-05-03T07:00:00+02:00", "2024-05-04T07:00:00+02:00"},
		{"weekly in quiet hours of the day before", "weekly mon 23:00", "22:00-07:00", "Europe/Brussels", "2024-05-07T06:00:00+02:00", "2024-05-07T07:00:00+02:00", "2024-05-07T07:00:00+02:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, q := parse(t, tt.schedule, tt.quiet)
			loc := location(t, tt.zone)
			now := at(t, tt.now)
			if got := Next(s, q, loc, now); !got.Equal(at(t, tt.next)) {
				t.Errorf("Next = %v, want %v", got, tt.next)
			}
			if tt.after == "" {
				return
			}
			if got := After(s, q, loc, now); !got.Equal(at(t, tt.after)) {
				t.Errorf("After = %v, want %v", got, tt.after)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	for _, tt := range []struct {
		quiet, now string
		open       bool
		until      string
	}{
		{"off", "2024-05-02T23:00:00+02:00", true, ""},
		{"22:00-07:00", "2024-05-02T21:59:59+02:00", true, "2024-05-02T22:00:00+02:00"},
		{"22:00-07:00", "2024-05-02T22:00:00+02:00", false, "2024-05-03T07:00:00+02:00"},
		{"22:00-07:00", "2024-05-03T07:00:00+02:00", true, "2024-05-03T22:00:00+02:00"},
		{"12:00-13:00", "2024-05-03T12:30:00+02:00", false, "2024-05-03T13:00:00+02:00"},
		{"12:00-13:00", "2024-05-03T13:30:00+02:00", true, "2024-05-04T12:00:00+02:00"},
		// The whole of these quiet hours is skipped.
		{"02:10-02:50", "2024-03-31T01:30:00+01:00", true, "2024-04-01T02:10:00+02:00"},
	} {
		_, q := parse(t, "instant", tt.quiet)
		open, until := Open(q, location(t, "Europe/Brussels"), at(t, tt.now))
		want := time.Time{}
		if tt.until != "" {
			want = at(t, tt.until)
		}
		if open != tt.open || !until.Equal(want) {
			t.Errorf("quiet %s at %s: open %v until %v; want %v until %v", tt.quiet, tt.now, open, until, tt.open, tt.until)
		}
	}
}

func TestPaused(t *testing.T) {
	now := at(t, "2024-05-02T12:00:00Z")
	early, late := now.Add(time.Hour), now.Add(2*time.Hour)
	type pause struct {
		paused bool
		until  time.Time
	}
	for _, tt := range []struct {
		name     string
		set, sub pause
		want     bool
		until    time.Time
	}{
		{"active", pause{}, pause{}, false, time.Time{}},
		{"destination", pause{true, time.Time{}}, pause{}, true, time.Time{}},
		{"destination for a time", pause{true, early}, pause{}, true, early},
		{"subscription", pause{}, pause{true, time.Time{}}, true, time.Time{}},
		{"subscription for a time", pause{}, pause{true, early}, true, early},
		{"the later ends it", pause{true, early}, pause{true, late}, true, late},
		{"the later ends it, the other way round", pause{true, late}, pause{true, early}, true, late},
		{"destination without an end", pause{true, time.Time{}}, pause{true, late}, true, time.Time{}},
		{"subscription without an end", pause{true, late}, pause{true, time.Time{}}, true, time.Time{}},
		{"run out", pause{true, now}, pause{true, now.Add(-time.Hour)}, false, time.Time{}},
		{"destination's run out", pause{true, now}, pause{true, late}, true, late},
	} {
		set := alerts.Settings{Paused: tt.set.paused, PausedUntil: tt.set.until}
		sub := alerts.Subscription{Paused: tt.sub.paused, PausedUntil: tt.sub.until}
		got, until := Paused(set, sub, now)
		if got != tt.want || !until.Equal(tt.until) {
			t.Errorf("%s: paused %v until %v; want %v until %v", tt.name, got, until, tt.want, tt.until)
		}
	}
}
