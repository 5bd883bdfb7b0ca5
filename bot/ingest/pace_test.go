package ingest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var monday = time.Date(2024, 3, 18, 0, 0, 0, 0, time.UTC)

// live polls a feed that publishes at the given times, as the pace has it.
func live(p pace, published []time.Time, until time.Time) pace {
	for {
		next := p.At.Add(p.interval())
		if next.After(until) {
			return p
		}
		var found []time.Time
		for _, t := range published {
			if t.After(p.At) && !t.After(next) {
				found = append(found, t)
			}
		}
		p = p.after(events(found, p.At, next), next)
	}
}

func every(d time.Duration, from, until time.Time) []time.Time {
	var out []time.Time
	for t := from; t.Before(until); t = t.Add(d) {
		out = append(out, t)
	}
	return out
}

func TestPaceFollowsTheNews(t *testing.T) {
	week := monday.Add(7 * 24 * time.Hour)
	for _, c := range []struct {
		every, from, to time.Duration
	}{
		{2 * time.Minute, time.Minute, time.Minute},
		{20 * time.Minute, 3 * time.Minute, 6 * time.Minute},
		{time.Hour, 10 * time.Minute, 20 * time.Minute},
		{3 * time.Hour, 25 * time.Minute, 50 * time.Minute},
		{48 * time.Hour, time.Hour, time.Hour},
		{1000 * time.Hour, time.Hour, time.Hour},
	} {
		p := live(newPace(5*minute, monday), every(c.every, monday.Add(c.every), week), week)
		if d := p.interval(); d < c.from || d > c.to {
			t.Errorf("news every %s: polled every %s, want %s to %s", c.every, d, c.from, c.to)
		}
	}
}

func TestPaceLearnsFromTheFirstDocument(t *testing.T) {
	for _, c := range []struct {
		every, from, to time.Duration
	}{
		{4 * time.Minute, time.Minute, 2 * time.Minute},
		{time.Hour, 10 * time.Minute, 20 * time.Minute},
		{24 * time.Hour, 45 * time.Minute, time.Hour},
	} {
		now := monday.Add(c.every / 2)
		p := newPace(5*minute, now).learn(every(c.every, now.Add(-30*c.every), now), now)
		if d := p.interval(); d < c.from || d > c.to {
			t.Errorf("news every %s: polled every %s, want %s to %s", c.every, d, c.from, c.to)
		}
	}
}

func TestPaceOfABurst(t *testing.T) {
	day := monday.Add(24 * time.Hour)
	p := live(newPace(5*minute, monday), nil, day)
	if p.interval() != time.Hour {
		t.Fatalf("a quiet feed is polled every %s", p.interval())
	}
	burst := live(p, every(2*minute, day, day.Add(time.Hour)), day.Add(70*minute))
	if d := burst.interval(); d > 5*minute {
		t.Errorf("in a burst: every %s", d)
	}
	if d := live(burst, nil, day.Add(8*time.Hour)).interval(); d < 10*minute {
		t.Errorf("hours after a burst: every %s", d)
	}
	// Ten items of one minute are one event.
	if d := p.after(events(every(5*time.Second, day, day.Add(50*time.Second)), p.At, day.Add(time.Hour)), day.Add(time.Hour)).interval(); d < 20*minute {
		t.Errorf("after ten items at once: every %s", d)
	}
}

func genPace(t *rapid.T) pace {
	p := newPace(time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "begin")), monday)
	for range rapid.IntRange(0, 20).Draw(t, "polls") {
		p = p.after(rapid.IntRange(0, 50).Draw(t, "events"), p.At.Add(genGap(t)))
	}
	return p
}

// genGap may be negative: clocks are set back.
func genGap(t *rapid.T) time.Duration {
	return time.Duration(rapid.Int64Range(-int64(time.Hour), int64(1000*time.Hour)).Draw(t, "gap"))
}

func TestPaceProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPace(t)
		if d := p.interval(); d < minWish || d > maxWish {
			t.Fatalf("every %s", d)
		}
		at := p.At.Add(genGap(t))
		n := rapid.IntRange(0, 20).Draw(t, "n")
		if less, more := p.after(n, at).interval(), p.after(n+1, at).interval(); more > less {
			t.Fatalf("%d events: every %s; one more: every %s", n, less, more)
		}
		if quiet := p.after(0, p.At.Add(30*24*time.Hour)).interval(); quiet != maxWish {
			t.Fatalf("after a quiet month: every %s", quiet)
		}
		// Two looks that find nothing say the same as one.
		mid, end := p.At.Add(20*minute), p.At.Add(3*time.Hour)
		once, twice := p.after(0, end).interval(), p.after(0, mid).after(0, end).interval()
		if d := once - twice; d > time.Millisecond || d < -time.Millisecond {
			t.Fatalf("every %s after one look, %s after two", once, twice)
		}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again pace
		if err := json.Unmarshal(data, &again); err != nil || cmp.Diff(p, again) != "" {
			t.Fatalf("stored as %s, read as %+v, %v", data, again, err)
		}
	})
}
