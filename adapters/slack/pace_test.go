package slack

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

func channelNamed(id string) alerts.Destination {
	return alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: id}
}

// TestPacerServesInOrder lets many channels ask at once and come back when they
// were told to: the workspace's limit is used up and never passed, and no
// channel is left behind.
func TestPacerServesInOrder(t *testing.T) {
	limits := Limits{Workspace: 60, WorkspaceBurst: 3}.complete()
	p := newPacer(limits)
	begun := time.Unix(1_700_000_000, 0)
	now := begun
	const channels, each = 20, 10
	next := map[int]time.Time{}
	sent := map[int]int{}
	total := 0
	for total < channels*each {
		first := -1
		for i := range channels {
			if sent[i] < each && (first < 0 || next[i].Before(next[first])) {
				first = i
			}
		}
		if next[first].After(now) {
			now = next[first]
		}
		if span := p.wait(channelNamed(fmt.Sprint("C", first)), now); span > 0 {
			next[first] = now.Add(span)
			continue
		}
		sent[first]++
		total++
		next[first] = now.Add(time.Second)
		if most := 3 + int(now.Sub(begun).Seconds()*60/60) + 1; total > most {
			t.Fatalf("%d messages after %v, at most %d are allowed", total, now.Sub(begun), most)
		}
		for i := range channels {
			if sent[first]-sent[i] > 2 && next[i].Before(now.Add(-5*time.Second)) {
				t.Fatalf("channel %d has %d messages while %d has %d", i, sent[i], first, sent[first])
			}
		}
	}
	if span := now.Sub(begun); span > 200*time.Second {
		t.Errorf("200 messages took %v at one a second", span)
	}
}

func TestPacerTellsTheWorkspacesLimit(t *testing.T) {
	p := newPacer(Limits{}.complete())
	for i := range refusedInARow - 1 {
		if s := p.asked("T1", fmt.Sprint("C", i)); s != alerts.ScopeDestination {
			t.Fatalf("refusal %d reaches the %v", i, s)
		}
	}
	if s := p.asked("T1", "C0"); s != alerts.ScopeDestination {
		t.Errorf("the same channel again reaches the %v", s)
	}
	p.accepted("T1")
	if s := p.asked("T1", "C99"); s != alerts.ScopeDestination {
		t.Errorf("after a message was accepted, a refusal reaches the %v", s)
	}
	p.accepted("T1")
	last := alerts.ScopeDestination
	for i := range refusedInARow {
		last = p.asked("T1", fmt.Sprint("D", i))
	}
	if last != alerts.ScopeWorkspace {
		t.Errorf("%d channels refused in a row reach the %v", refusedInARow, last)
	}
}
