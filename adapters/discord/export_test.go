package discord

// ForgetForTest drops what is remembered of a channel or a server.
func (a *App) ForgetForTest(id string) { a.rooms.forget(id) }
