package slack_test

import "testing"

// TestWhoMayChangeSources: admins of the workspace.
func TestWhoMayChangeSources(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	for i, said := range []string{"sources add https://news.example/rss", "sources remove news"} {
		r.fake.Command("U2", "C1", said)
		mustShow(t, last(r.fake.AwaitEphemeral("U2", "C1", i+1)), "Only admins of the workspace")
		r.fake.Command("U1", "C1", said)
		mustShow(t, last(r.fake.AwaitEphemeral("U1", "C1", i+1)), "Sources can't be changed here") // by this bot, that is
	}
}
