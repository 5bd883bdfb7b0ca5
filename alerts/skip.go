package alerts

import "time"

// Skip is the hours of a day and the days of a week, in UTC, at which a source
// asks not to be polled. The zero value asks for nothing.
type Skip struct {
	Hours uint32 `json:"h,omitempty"` // bit n: from n:00 to n:59
	Days  uint8  `json:"d,omitempty"` // bit n: [time.Weekday] n
}

const (
	everyHour = 1<<24 - 1
	everyDay  = 1<<7 - 1
)

// Next gives the first time from t on that is not skipped. Hours or days that
// leave none are taken for a mistake, and skip nothing.
func (s Skip) Next(t time.Time) time.Time {
	if s.Hours&everyHour == everyHour {
		s.Hours = 0
	}
	if s.Days&everyDay == everyDay {
		s.Days = 0
	}
	next := t.UTC()
	for s.Hours&(1<<next.Hour()) != 0 || s.Days&(1<<next.Weekday()) != 0 {
		next = next.Truncate(time.Hour).Add(time.Hour)
	}
	if next.Equal(t) {
		return t
	}
	return next
}
