package feed

import (
	"math"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"

	"github.com/bellwether/bellwether/alerts"
)

// ttl reads the minutes for which a channel may be kept
// (https://www.rssboard.org/rss-specification#ltttlgtSubelementOfLtchannelgt).
func ttl(s string) time.Duration {
	minutes, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(minutes > 0) {
		return 0
	}
	return wish(minutes * float64(time.Minute))
}

// wish bounds a number of nanoseconds, which may be infinite.
func wish(d float64) time.Duration { return time.Duration(min(d, float64(MaxInterval))) }

// period reads how often a feed says that it is updated
// (https://web.resource.org/rss/1.0/modules/syndication/). Once an hour counts
// for nothing: WordPress says that of each of its feeds, whatever is in them.
func period(sy map[string][]ext.Extension) time.Duration {
	var d time.Duration
	switch strings.ToLower(first(sy["updatePeriod"])) {
	case "hourly":
		d = time.Hour
	case "daily":
		d = 24 * time.Hour
	case "weekly":
		d = 7 * 24 * time.Hour
	case "monthly":
		d = 30 * 24 * time.Hour
	case "yearly":
		d = 365 * 24 * time.Hour
	default:
		return 0
	}
	often, err := strconv.ParseFloat(first(sy["updateFrequency"]), 64)
	if err != nil || !(often > 0) || math.IsInf(often, 1) {
		often = 1
	}
	if d == time.Hour && often == 1 {
		return 0
	}
	return wish(float64(d) / often)
}

func first(of []ext.Extension) string {
	if len(of) == 0 {
		return ""
	}
	return strings.TrimSpace(of[0].Value)
}

// skip reads the hours and days, in GMT, at which a channel is not to be read
// (https://www.rssboard.org/skip-hours-days). RSS 0.91 counted hours from 1 to
// 24, its successors from 0 to 23.
func skip(hours, days []string) alerts.Skip {
	var s alerts.Skip
	for _, h := range hours {
		if n, err := strconv.Atoi(strings.TrimSpace(h)); err == nil && n >= 0 && n <= 24 {
			s.Hours |= 1 << (n % 24)
		}
	}
	for _, name := range days {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(strings.TrimSpace(name), d.String()) {
				s.Days |= 1 << d
			}
		}
	}
	return s
}
