package dispatch

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// TestNoDigestIsEmpty: whatever became unwanted since it was put in, and
// whatever was begun before, each message has something in it, and all that is
// wanted is shown once.
func TestNoDigestIsEmpty(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, l := newWorld(t), digest("C")
				wanted, unwanted := fill(w, l, rand.New(rand.NewPCG(seed, 0)))
				d := w.running(t, func(*Dispatcher) { pass(time.Hour) })
				shown := 0
				for i, s := range w.slack.list(&w.slack.sends, byArticles) {
					if s == "" {
						t.Errorf("message %d is empty", i)
					}
					for a := range strings.FieldsSeq(s) {
						shown++
						if !wanted[a] {
							t.Errorf("%s is shown twice, or nobody wants it", a)
						}
						delete(wanted, a)
					}
				}
				for i, number := range w.slack.list(&w.slack.sends, byPart) {
					if want := fmt.Sprintf("%d/%d", i+1, w.slack.count(&w.slack.sends)); number != want {
						t.Errorf("message %s, want %s", number, want)
					}
				}
				if s := d.Stats(); len(wanted) > 0 || w.outbox.left() > 0 || s.Dropped+s.Failed != int64(unwanted) {
					t.Errorf("%v not shown, %d left, %d unwanted, stats %+v", wanted, w.outbox.left(), unwanted, s)
				}
			})
		})
	}
}

// fill puts a digest in of which a random share is not wanted any more, often
// all, and some was begun under a key of its own. It gives what is still
// wanted, and how many are not.
func fill(w *world, l alerts.Lane, random *rand.Rand) (wanted map[string]bool, unwanted int) {
	var muted []string
	wanted = map[string]bool{}
	share := random.IntN(5) // of four are wanted
	removed := alerts.SubscriptionID(9)
	for _, a := range names(1 + random.IntN(25)) {
		it := item(l, a)
		wants := random.IntN(4) < share
		if wants {
			wanted[a] = true
		} else {
			unwanted++
			switch random.IntN(4) {
			case 0:
				muted = append(muted, a)
			case 1:
				it.Subscriptions = []alerts.SubscriptionID{removed}
			case 2:
				it.Subscriptions = []alerts.SubscriptionID{3} // edited: it has no chess in it
			case 3:
				w.records.gone[a] = true
			}
		}
		if random.IntN(4) == 0 {
			it.Attempt = 1 // and was refused
		}
		w.outbox.put(l, time.Time{}, it)
	}
	w.records.settings[l.Destination] = alerts.Settings{Muted: muted}
	return wanted, unwanted
}
