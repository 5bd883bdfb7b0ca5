package dispatch

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// noticesOf gives notices by ID.
type noticesOf map[string]alerts.SourceNotice

func (n noticesOf) Notice(_ context.Context, id string) (alerts.SourceNotice, error) {
	if one, ok := n[id]; ok {
		return one, nil
	}
	return alerts.SourceNotice{}, fmt.Errorf("notice %s: %w", id, alerts.ErrNotFound)
}

// TestNoticesAreSentInOrder between alerts, not where all is paused; one that is
// not there is a dead letter.
func TestNoticesAreSentInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Notices = noticesOf{"d1": {ID: "d1", Total: 9, Sources: []alerts.Unreached{{Name: "gov", Since: start}}}}
		reference := alerts.NoticeReference("d1")
		w.records.settings[lane("P").Destination] = alerts.Settings{Paused: true}
		for _, l := range []alerts.Lane{lane("C"), lane("P")} {
			w.put(l, "a1")
			w.outbox.put(l, time.Time{}, alerts.Item{Key: alerts.Pending{Lane: l, Article: reference}.Key(), Article: reference})
			w.put(l, "a2")
		}
		missing := alerts.NoticeReference("none")
		w.put(lane("M"), missing)
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "sent", []string{"a1", reference, "a2"}, w.slack.list(&w.slack.shown, byArticles))
		want(t, "dead", []string{"slack/T/c/M|" + missing}, w.outbox.deadKeys())
		if d.Stats().Dropped == 0 || w.outbox.left() != 0 {
			t.Errorf("%+v, %d left", d.Stats(), w.outbox.left())
		}
	})
}

func TestNoticeWords(t *testing.T) {
	at := time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)
	var many []alerts.Unreached
	for i := range 12 {
		many = append(many, alerts.Unreached{Name: fmt.Sprint("s", i), Since: at})
	}
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		n    alerts.SourceNotice
		want string
	}{
		{
			alerts.SourceNotice{Total: 1, Sources: many[:1]},
			"s0 has not been reached since Mon 2 Mar 14:00 | It is tried again all the time; you are told when it is back.",
		},
		{
			alerts.SourceNotice{Total: 40, Sources: many},
			"12 sources have not been reached for a day | " +
				"s0 since Mon 2 Mar 14:00, s1 since Mon 2 Mar 14:00, s2 since Mon 2 Mar 14:00, s3 since Mon 2 Mar 14:00, s4 since Mon 2 Mar 14:00, " +
				"s5 since Mon 2 Mar 14:00, s6 since Mon 2 Mar 14:00, s7 since Mon 2 Mar 14:00, s8 since Mon 2 Mar 14:00, s9 since Mon 2 Mar 14:00 and 2 more. | " +
				"They are tried again all the time; you are told when they are back.",
		},
		{
			alerts.SourceNotice{Total: 2, Sources: many[:2]},
			"None of the 2 sources has been reached for a day: most likely Bellwether's own network is down | " +
				"s0 since Mon 2 Mar 14:00, s1 since Mon 2 Mar 14:00. | They are tried again all the time; you are told when they are back.",
		},
		{
			alerts.SourceNotice{Total: 9, Back: true, Sources: []alerts.Unreached{{Name: "s0"}}},
			"s0 can be read again | What came meanwhile is alerted now, as far as it still stands there.",
		},
		{
			alerts.SourceNotice{Total: 2, Back: true, Sources: []alerts.Unreached{{Name: "s0"}, {Name: "s1"}}},
			"2 sources can be read again | s0, s1. | What came meanwhile is alerted now, as far as it still stands there.",
		},
	} {
		a := noticeAlert(c.n, brussels)
		if got := strings.Join(append([]string{a.Article.Title}, a.Summary...), " | "); got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
}
