package discord

import (
	"context"

	"github.com/bellwether/bellwether/alerts"
)

// ForgetForTest drops what is remembered of a channel or a server.
func (a *App) ForgetForTest(id string) { a.rooms.forget(id) }

// PurgeForTest deletes what is to be kept no longer.
func (a *App) PurgeForTest(ctx context.Context) error { return a.purge(ctx) }

// IntroduceForTest registers the command where it differs.
func (a *App) IntroduceForTest(ctx context.Context) (bool, error) {
	said, err := a.introduce(ctx)
	return said.before, err
}

// DefinitionForTest is the command.
func DefinitionForTest() any { return policy() }

// LearnForTest asks what kind of channel a destination is.
func (m *Messenger) LearnForTest(ctx context.Context, d alerts.Destination) bool {
	return m.learn(ctx, d)
}
