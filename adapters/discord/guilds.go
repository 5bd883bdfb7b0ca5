package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
)

// Keep is how long the data of a server is kept after it removed the bot: some
// do it by mistake.
const Keep = 30 * 24 * time.Hour

// saveTries is how often a change is made anew when another was faster.
const saveTries = 5

// entered notes that the bot is in a server. One that had removed it goes on
// where it was.
func (a *App) entered(ctx context.Context, guild, name string) {
	again := false
	_, err := a.saveGuild(ctx, guild, func(w *alerts.Workspace) bool {
		again = !w.Uninstalled.IsZero()
		if w.Revision > 0 && !again && w.Name == name {
			return false
		}
		w.Name, w.Uninstalled = name, time.Time{}
		if w.Installed.IsZero() || again {
			w.Installed = a.Now()
		}
		return true
	})
	if err != nil {
		a.Logger.ErrorContext(ctx, "discord: a server is not stored", "guild", guild, "error", err)
		return
	}
	a.Logger.DebugContext(ctx, "discord: in a server", "guild", guild, "again", again)
	if !again {
		return
	}
	a.held(ctx, guild, func(d alerts.Destination, why alerts.Loss) {
		if why != alerts.LossDeleted {
			a.back(ctx, d)
		}
	})
}

// left ends everything for a server that removed the bot, and reports whether
// it has. Events come late and twice, so Discord is asked whether the bot is
// there. Where that can't be known it counts as being there.
func (a *App) left(ctx context.Context, guild string) bool {
	var g struct {
		ID string `json:"id"`
	}
	err := a.Client.call(ctx, http.MethodGet, "guilds/"+guild, nil, &g)
	if c := code(err); c != discordgo.ErrCodeUnknownGuild && c != discordgo.ErrCodeMissingAccess {
		return false
	}
	first := false
	_, err = a.saveGuild(ctx, guild, func(w *alerts.Workspace) bool {
		first = w.Uninstalled.IsZero()
		if first {
			w.Uninstalled = a.Now()
		}
		return first
	})
	if err != nil {
		a.Logger.ErrorContext(ctx, "discord: that a server removed the bot is not stored", "guild", guild, "error", err)
		return true
	}
	if first {
		a.Logger.InfoContext(ctx, "discord: a server has removed the bot", "guild", guild, "data_kept", Keep)
	}
	places, err := a.Guilds.Destinations(ctx, alerts.Discord, guild)
	if err != nil {
		a.Logger.ErrorContext(ctx, "discord: alerts of a server that removed the bot are not paused", "guild", guild, "error", err)
		return true
	}
	told := map[alerts.Person]bool{}
	for _, d := range places {
		notices, err := a.Places.Lost(ctx, d, alerts.LossUninstalled)
		if err != nil {
			a.Logger.ErrorContext(ctx, "discord: alerts of a server that removed the bot are not paused", "destination", d.String(), "error", err)
		}
		for _, n := range notices {
			if len(told) < mostTold && !told[n.To] { // once for all channels
				told[n.To] = true
				a.tell(ctx, append(notices[:0:0], n))
			}
		}
	}
	return true
}

// saveGuild changes what is stored of a server. change reports whether there is
// something to store.
func (a *App) saveGuild(ctx context.Context, guild string, change func(*alerts.Workspace) bool) (alerts.Workspace, error) {
	for try := 1; ; try++ {
		w, err := a.Guilds.Workspace(ctx, alerts.Discord, guild)
		if errors.Is(err, alerts.ErrNotFound) {
			w, err = alerts.Workspace{Platform: alerts.Discord, ID: guild}, nil
		}
		if err != nil || !change(&w) {
			return w, err
		}
		stored, err := a.Guilds.SaveWorkspace(ctx, w)
		if !errors.Is(err, alerts.ErrConflict) || try == saveTries {
			return stored, err
		}
	}
}
