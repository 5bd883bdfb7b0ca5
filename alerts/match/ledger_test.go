package match

import (
	"testing"

	"github.com/bellwether/bellwether/alerts"
)

// The dear ones are found among many that come and go, in little memory.
func TestLedgerIsBounded(t *testing.T) {
	var l ledger
	next := alerts.SubscriptionID(10)
	for n := range 20 * costsFade {
		all := []weighed{
			{1, tally{work: 100, tried: 1}},
			{2, tally{hits: 1}},
			{alerts.SubscriptionID(3 + n%5), tally{work: 1, tried: 1, hits: 1}},
		}
		if n%2 == 0 {
			all = append(all, weighed{next, tally{work: 50, tried: 1, hits: 1}})
			next++
		}
		l.take(all)
		if len(l.tallies) > 4*costsKept {
			t.Fatalf("it keeps %d", len(l.tallies))
		}
	}
	work, hits := l.top(byWork), l.top(byHits)
	if work[0].id != 1 || hits[0].id != 2 {
		t.Errorf("most work %+v, most hits %+v", work[0], hits[0])
	}
	if share := work[0].work / l.work; share < .78 || share > .81 {
		t.Errorf("a share of %v of the work, want about 0.79", share)
	}
	if l.articles >= costsFade || hits[0].hits != l.articles {
		t.Errorf("%v hits in %v articles", hits[0].hits, l.articles)
	}
}

// Whoever finds another at the ledger does not wait.
func TestLedgerIsNotWaitedFor(t *testing.T) {
	var l ledger
	l.mu.Lock()
	l.take([]weighed{{1, tally{hits: 1}}})
	l.mu.Unlock()
	if l.articles != 0 {
		t.Error("it was taken while another was at it")
	}
}
