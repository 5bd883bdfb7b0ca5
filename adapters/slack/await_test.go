package slack_test

import (
	"strings"

	"github.com/bellwether/bellwether/adapters/adaptertest/await"
	"github.com/bellwether/bellwether/alerts"
)

// until looks again at each signal until f is true.
func (r *rig) until(s *await.Signal, what string, f func() bool) {
	r.t.Helper()
	await.Until(r.t, s.Next, what, f, r.log.String)
}

// Lines of the log that tests wait for.
const (
	learnt   = "the workspace of the token is known"
	hasAgain = "has it again"
	deleted  = "the data of an uninstalled workspace is deleted"
)

// awaitLogged waits until the log says it n times.
func (r *rig) awaitLogged(words string, n int) {
	r.t.Helper()
	r.until(r.logged, "the log says "+words, func() bool { return strings.Count(r.log.String(), words) >= n })
}

// awaitHeld waits until a place is held for a reason, or for none.
func (r *rig) awaitHeld(d alerts.Destination, want alerts.Loss) {
	r.t.Helper()
	r.awaitPause(d, func(by alerts.Loss) bool { return by == want })
}

// awaitAnyHeld waits until a channel of T1 is held, or not any more.
func (r *rig) awaitAnyHeld(channel string, held bool) {
	r.t.Helper()
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: channel}
	r.awaitPause(d, func(by alerts.Loss) bool { return (by != alerts.LossNone) == held })
}

func (r *rig) awaitPause(d alerts.Destination, wanted func(by alerts.Loss) bool) {
	r.t.Helper()
	r.until(r.changed, "the pause of "+d.String(), func() bool {
		set, err := r.store.Subscriptions().Settings(r.t.Context(), d)
		if err != nil {
			r.t.Fatal(err)
		}
		return wanted(set.PausedBy)
	})
}

// awaitFollowed waits until n things are followed in a channel.
func (r *rig) awaitFollowed(channel string, n int) {
	r.t.Helper()
	r.until(r.changed, "the subscriptions of "+channel, func() bool { return r.followed(channel) == n })
}
