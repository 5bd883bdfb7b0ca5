package discord

import "context"

// Checked is what Discord says of the token and its app.
type Checked struct {
	App        string // its id
	Registered bool   // Discord has the command as it is here
}

// Check asks Discord about the token and the command, and changes nothing.
func Check(ctx context.Context, c *Client) (Checked, error) {
	app, err := c.application(ctx)
	if err != nil {
		return Checked{}, err
	}
	registered, err := c.registered(ctx, app)
	return Checked{App: app, Registered: registered}, err
}
