package httpx

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// MaxRetryAfter bounds what [RetryAfter] gives: a server that asks for more is
// asked again after this.
const MaxRetryAfter = 24 * time.Hour

// Err is nil for an answer that brings what was asked for (2xx) or says that
// it has not changed (304). A 429 or 503 with a Retry-After is an
// [alerts.RetryAfter]; everything else says what the server answered.
func (r *Response) Err() error {
	if r.Status >= 200 && r.Status < 300 || r.Status == http.StatusNotModified {
		return nil
	}
	err := fmt.Errorf("server answered %s", status(r.Status))
	if r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable {
		if d, ok := RetryAfter(r.Header, r.now); ok {
			return alerts.RetryAfter(err, d, alerts.ScopePlatform)
		}
	}
	return err
}

// status gives the code with its name: "404 Not Found".
func status(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// RetryAfter reads the header of that name (RFC 9110, 10.2.3): seconds, with a
// fraction where a platform sends one, or an HTTP date. A date is compared
// with the server's own Date where it sends one, so that a wrong clock on
// either side does no harm, else with now. It is false when there is none
// that can be read; d is never negative and at most [MaxRetryAfter].
func RetryAfter(h http.Header, now time.Time) (d time.Duration, ok bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0 {
		return time.Duration(min(s, MaxRetryAfter.Seconds()) * float64(time.Second)), true
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), MaxRetryAfter), true
}

// MaxAge is for how long the server says its answer stays fresh: max-age of
// Cache-Control, 0 when it gives none or forbids to keep the answer.
func (r *Response) MaxAge() time.Duration {
	var age time.Duration
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			if s, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32); err == nil && s > 0 {
				age = time.Duration(s) * time.Second
			}
		}
	}
	return age
}
