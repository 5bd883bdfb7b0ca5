package alerts

import "time"

// Workspace is a Slack team or a Discord guild that Bellwether was installed
// in, with what it has said about itself.
type Workspace struct {
	Platform string
	ID       string // Slack: T…
	Name     string
	App      string // the platform's id of the app: A…
	BotUser  string // the bot's own user there: U…
	// Secret is the token that the installation gave, sealed by its adapter.
	// Empty when the token comes from the settings, or after an uninstall.
	Secret []byte
	// MembersManage lets every member manage the alerts of channels. Otherwise
	// only those may whom the adapter's default names.
	MembersManage bool
	Installed     time.Time
	// Uninstalled is when the app was removed; zero while it is installed.
	Uninstalled time.Time
	Revision    uint64
}
