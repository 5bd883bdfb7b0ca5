package ingest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

// shelf is a source that puts away what it brought.
type shelf struct {
	fakeSource
	log      *memoryLog
	err      error
	outcomes [][]string
}

func (s *shelf) Finish(_ context.Context, outcomes []alerts.Outcome) error {
	var all []string
	for _, o := range outcomes {
		what := o.Article.ID + " " + o.Verdict.String()
		if o.Err != nil {
			what = o.Article.ID + " refused"
		}
		all = append(all, what)
	}
	if s.log.saved() == 0 {
		all = append(all, "before the state was saved")
	}
	s.outcomes = append(s.outcomes, all)
	return s.err
}

// A source is told what became of each article once all is logged, and not
// when nothing was brought or the log failed.
func TestFinish(t *testing.T) {
	log := &memoryLog{}
	bad := batch("a", "a", "b")
	bad.batch.Articles[2] = alerts.Article{ID: "b"}
	down := false
	log.fail = func(method, _ string) error {
		if down && method == "append" {
			return errDown
		}
		return nil
	}
	src := &shelf{log: log, fakeSource: fakeSource{name: "folder", replies: []reply{
		bad,
		{batch: alerts.Batch{NotModified: true}},
		{batch: batch("c").batch, do: func(context.Context) { down = true }},
		{batch: batch("c").batch, do: func(context.Context) { down = false }},
	}}}
	src.err = errors.New("the disk is full")
	var out bytes.Buffer
	in := New(Config{Log: log, Sources: []Source{src}, Logger: logger(&out)})
	for i, want := range []bool{true, true, false, true} {
		if err := in.Once(t.Context()); (err == nil) != want {
			t.Errorf("poll %d: %v", i+1, err)
		}
	}
	want := [][]string{{"a added", "a duplicate", "b refused"}, {"c added"}}
	if diff := cmp.Diff(want, src.outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if lines(&out, "the disk is full") != 2 {
		t.Errorf("the log says %s", out.String())
	}
}
