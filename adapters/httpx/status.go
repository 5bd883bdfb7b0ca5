package httpx

import (
	"errors"
	"fmt"
	"math"
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
// it has not changed (304). Any other that names a time to come back at is an
// [alerts.RetryAfter], a 410 an [alerts.Permanent]; everything else says what
// the server answered.
func (r *Response) Err() error {
	if r.Status >= 200 && r.Status < 300 || r.Status == http.StatusNotModified {
		return nil
	}
	err := fmt.Errorf("server answered %s", status(r.Status))
	if d, ok := RetryAfter(r.Header, r.now); ok && d > 0 {
		return alerts.RetryAfter(err, d, alerts.ScopePlatform)
	}
	if r.Status == http.StatusGone {
		return alerts.Permanent(errors.New("the server says that it is gone (410)"), alerts.ScopePlatform)
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

// Fresh is for how long from now on the server says its answer is as good as a
// new one (RFC 9111, 4.2): what is left of max-age, or else of Expires, or the
// time of a Retry-After. 0 when it says nothing or forbids to keep the answer;
// never negative.
func (r *Response) Fresh() time.Duration {
	life, forbidden := r.maxAge()
	if forbidden {
		life = 0
	} else if life == 0 {
		life = r.expires()
	}
	if s, err := strconv.ParseInt(strings.TrimSpace(r.Header.Get("Age")), 10, 32); err == nil && s > 0 {
		life -= time.Duration(s) * time.Second
	}
	after, _ := RetryAfter(r.Header, r.now)
	return max(life, after, 0)
}

// maxAge reads Cache-Control. The shorter of several holds.
func (r *Response) maxAge() (age time.Duration, forbidden bool) {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "no-store", "no-cache":
			return 0, true
		case "max-age":
			s, err := strconv.ParseInt(strings.Trim(strings.TrimSpace(value), `"`), 10, 64)
			switch {
			case errors.Is(err, strconv.ErrRange):
				s = math.MaxInt32 // RFC 9111, 1.2.2
			case err != nil:
				s = 0
			}
			if s <= 0 {
				return 0, true
			}
			if d := time.Duration(min(s, math.MaxInt32)) * time.Second; age == 0 || d < age {
				age = d
			}
		}
	}
	return age, false
}

// expires reads Expires by the server's own clock where it tells it.
func (r *Response) expires() time.Duration {
	at, err := http.ParseTime(r.Header.Get("Expires"))
	if err != nil {
		return 0
	}
	now := r.now
	if date, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		now = date
	}
	return at.Sub(now)
}
